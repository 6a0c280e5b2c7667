-- Which assets a library query means: a list of conditions, each as a test of a row and as what an index can look for.

create type media_sync.library_condition as (
    test text,
    seek text,
    joint text,
    source text,
    in_order boolean
);
comment on type media_sync.library_condition is
    'test: the condition on a row called asset. seek: the same or wider, for an index; null where none serves it. joint: the same for media_assets_search_index, which meets several at once. source: a query of the ids of all that may fit, where that is another table''s. in_order: its index is ordered by created_at.';
revoke all on type media_sync.library_condition from public;

create or replace function media_sync.text_array(p_values text[])
returns text
language sql
immutable
set search_path = ''
as $$
    select format('%L::text[]', p_values);
$$;
comment on function media_sync.text_array(text[]) is 'A list of texts as a literal.';
revoke all on function media_sync.text_array(text[]) from public, anon, authenticated;

create or replace function media_sync.joint_key(p_keys text[])
returns text
language sql
immutable
set search_path = ''
as $$
    select 'media_sync.filter_keys(asset.folder, asset.resource_type, asset.format, asset.type) && ' || media_sync.text_array(p_keys);
$$;
comment on function media_sync.joint_key(text[]) is 'The condition that an asset has one of these filter_keys().';
revoke all on function media_sync.joint_key(text[]) from public, anon, authenticated;

create or replace function media_sync.folder_condition(p_folder text, p_recursive boolean)
returns media_sync.library_condition
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_forms constant text[] := media_sync.unicode_forms(p_folder);
    v_here constant text := case
        when cardinality(v_forms) = 1 then format('asset.folder = %L', p_folder)
        else format('asset.folder = any (%s)', media_sync.text_array(v_forms))
    end;
    v_below text;
begin
    if not p_recursive then
        return row(
            v_here, v_here, media_sync.joint_key(array(select '=' || form from unnest(v_forms) as form)), null, cardinality(v_forms) = 1
        )::media_sync.library_condition;
    elsif p_folder = '' then
        return null;
    end if;
    select string_agg(format('asset.folder like %L', media_sync.like_pattern(form) || '/%'), ' or ') into v_below
    from unnest(v_forms) as form;
    v_below := format('(%s or %s)', v_here, v_below);
    return row(
        v_below, v_below, media_sync.joint_key(array(select '/' || form from unnest(v_forms) as form)), null, false
    )::media_sync.library_condition;
end;
$$;
comment on function media_sync.folder_condition(text, boolean) is 'The condition of folder and recursive; null where every folder fits.';
revoke all on function media_sync.folder_condition(text, boolean) from public, anon, authenticated;

create or replace function media_sync.tags_condition(p_tags text[])
returns media_sync.library_condition
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_test text;
begin
    if cardinality(p_tags) > 50 then
        raise exception 'tags names at most 50 tags.' using errcode = 'invalid_parameter_value';
    end if;
    -- A tag of one form only is asked for together with the others: the index meets all of them in one pass.
    select concat_ws(
        ' and ',
        'asset.tags @> ' || media_sync.text_array(array_agg(tag) filter (where cardinality(forms) = 1)),
        string_agg('asset.tags && ' || media_sync.text_array(forms), ' and ') filter (where cardinality(forms) > 1)
    ) into v_test
    from (select tag, media_sync.unicode_forms(tag) as forms from unnest(p_tags) as tag) as wanted;
    return row(v_test, v_test, v_test, null, false)::media_sync.library_condition;
end;
$$;
comment on function media_sync.tags_condition(text[]) is 'The condition of tags: all of them, in whatever Unicode form.';
revoke all on function media_sync.tags_condition(text[]) from public, anon, authenticated;

create or replace function media_sync.related_conditions(p_query jsonb)
returns setof media_sync.library_condition
language plpgsql
stable
set search_path = ''
as $$
declare
    v_conditions media_sync.library_condition[] := array[]::media_sync.library_condition[];
    v_anonymous constant boolean := media_sync.media_role() = 'anonymous';
    v_collections uuid[];
    v_seek text;
begin
    if p_query ? 'collection' then
        v_collections := array(
            select collection.id
            from public.media_collections as collection
            where (collection.slug = p_query ->> 'collection' or collection.id::text = lower(p_query ->> 'collection'))
                and (collection.is_public or not v_anonymous)
        );
    elsif v_anonymous then
        -- Anyone sees what stands in a public collection.
        v_collections := array(select collection.id from public.media_collections as collection where collection.is_public);
    end if;
    if v_collections = '{}' then
        return query select 'false', 'false', null, 'select null::uuid where false', false;
        return;
    elsif v_collections is not null then
        v_seek := format('asset.collection_ids && %L::uuid[]', v_collections);
        v_conditions := v_conditions || row(
            format(
                -- It may have left them. With a limit it is looked up row by row; an exists might read a collection of
                -- 100,000 for each page.
                '%s and coalesce((
                    select true from public.media_collection_items as item
                    where item.media_asset_id = asset.id and item.collection_id = any (%L::uuid[])
                    limit 1
                ), false)',
                v_seek, v_collections
            ),
            v_seek,
            v_seek,
            format(
                case cardinality(v_collections) when 1 then 'select' else 'select distinct' end
                || ' item.media_asset_id from public.media_collection_items as item where item.collection_id = any (%L::uuid[])',
                v_collections
            ),
            false
        )::media_sync.library_condition;
    end if;
    if p_query ? 'quarantined' and not v_anonymous then
        v_conditions := v_conditions || row(
            case when (p_query ->> 'quarantined')::boolean then '' else 'not ' end || 'exists (
                select from media_sync.quarantine as aside
                where aside.cloud_name = asset.cloud_name and aside.asset_id = asset.asset_id
            )',
            null,
            null,
            case when (p_query ->> 'quarantined')::boolean then 'select shown.id
                from media_sync.quarantine as aside
                join public.media_assets as shown on shown.cloud_name = aside.cloud_name and shown.asset_id = aside.asset_id'
            end,
            false
        )::media_sync.library_condition;
    elsif (p_query ->> 'quarantined')::boolean then
        -- Who is not signed in has no such business.
        v_conditions := v_conditions || row('false', 'false', null, 'select null::uuid where false', false)::media_sync.library_condition;
    end if;
    return query select * from unnest(v_conditions);
end;
$$;
comment on function media_sync.related_conditions(jsonb) is
    'The conditions that other tables decide: collections, quarantine, and what anyone may see.';
revoke all on function media_sync.related_conditions(jsonb) from public, anon, authenticated;

create or replace function media_sync.library_conditions(p_query jsonb)
returns setof media_sync.library_condition
language plpgsql
stable
set search_path = ''
as $$
declare
    v_conditions media_sync.library_condition[];
    v_test text;
begin
    if media_sync.media_role() = 'anonymous' and p_query ?| '{sync_status,used}' then
        raise exception 'sync_status and used are for viewers.' using errcode = 'insufficient_privilege';
    end if;
    v_conditions := array[case
        when not coalesce((p_query ->> 'deleted')::boolean, false)
            then row('asset.in_scope and asset.deleted_at is null', null, null, null, false)::media_sync.library_condition
        when media_sync.is_editor()
            then row('asset.in_scope and asset.deleted_at is not null', 'asset.deleted_at is not null', null, null, true)::media_sync.library_condition
        else row('false', 'false', null, 'select null::uuid where false', false)::media_sync.library_condition
    end] || array(select related from media_sync.related_conditions(p_query) as related);
    v_conditions := v_conditions || array(
        select row(
            test,
            -- Its index leaves out the type that nearly all have.
            case when field <> 'type' or value <> 'upload' then test end,
            media_sync.joint_key(array[field || ' ' || value]), null, true
        )::media_sync.library_condition
        from unnest('{resource_type,type,format}'::text[]) as field
        cross join lateral (select case field when 'format' then lower(p_query ->> field) else p_query ->> field end as value) as asked
        cross join lateral (select format('asset.%I = %L', field, value) as test) as tested
        where p_query ? field
    );
    if p_query ? 'sync_status' then
        v_test := format('asset.sync_status = %L', p_query ->> 'sync_status');
        v_conditions := v_conditions
            || row(v_test, case when p_query ->> 'sync_status' <> 'synced' then v_test end, null, null, false)::media_sync.library_condition;
    end if;
    if p_query ? 'tags' and p_query -> 'tags' <> '[]' then
        v_conditions := v_conditions || media_sync.tags_condition(array(select jsonb_array_elements_text(p_query -> 'tags')));
    end if;
    if p_query ? 'folder' then
        v_conditions := array_remove(
            v_conditions || media_sync.folder_condition(p_query ->> 'folder', coalesce((p_query ->> 'recursive')::boolean, false)), null
        );
    end if;
    if p_query ?| '{created_after,created_before}' then
        v_test := concat_ws(
            ' and ', 'asset.created_at >= ' || quote_literal(p_query ->> 'created_after') || '::timestamptz',
            'asset.created_at < ' || quote_literal(p_query ->> 'created_before') || '::timestamptz'
        );
        v_conditions := v_conditions || row(v_test, v_test, null, null, true)::media_sync.library_condition;
    end if;
    if p_query ? 'used' then
        v_test := case when (p_query ->> 'used')::boolean then 'asset.usage_count > 0' else 'asset.usage_count = 0' end;
        v_conditions := v_conditions
            || row(v_test, case when (p_query ->> 'used')::boolean then v_test end, null, null, true)::media_sync.library_condition;
    end if;
    return query
    select * from unnest(v_conditions)
    union all
    select * from media_sync.search_conditions(p_query ->> 'search');
end;
$$;
comment on function media_sync.library_conditions(jsonb) is
    'The conditions of a library query; every value in them is quoted by format(). They hold all that limits what the caller sees.';
revoke all on function media_sync.library_conditions(jsonb) from public, anon, authenticated;
