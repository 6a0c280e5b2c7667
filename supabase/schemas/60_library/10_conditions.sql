-- Which assets a library query means.

create or replace function media_sync.library_conditions(p_query jsonb)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_conditions text[] := array['asset.in_scope'];
    v_word text;
begin
    v_conditions := v_conditions || case
        -- The policy says so too, but a signed-in caller's page is read past the policies (see below).
        when (p_query ->> 'deleted')::boolean and not media_sync.is_editor() then 'false'
        when (p_query ->> 'deleted')::boolean then 'asset.deleted_at is not null'
        else 'asset.deleted_at is null'
    end;
    if p_query ? 'resource_type' then
        v_conditions := v_conditions || format('asset.resource_type = %L', p_query ->> 'resource_type');
    end if;
    if p_query ? 'type' then
        v_conditions := v_conditions || format('asset.type = %L', p_query ->> 'type');
    end if;
    if p_query ? 'format' then
        v_conditions := v_conditions || format('asset.format = %L', lower(p_query ->> 'format'));
    end if;
    if p_query ? 'sync_status' then
        v_conditions := v_conditions || format('asset.sync_status = %L', p_query ->> 'sync_status');
    end if;
    if p_query ? 'tags' then
        v_conditions := v_conditions || format(
            'asset.tags @> %L::text[]', array(select jsonb_array_elements_text(p_query -> 'tags'))
        );
    end if;
    if p_query ? 'folder' then
        v_conditions := v_conditions || case
            when not coalesce((p_query ->> 'recursive')::boolean, false) then format('asset.folder = %L', p_query ->> 'folder')
            when p_query ->> 'folder' = '' then 'true'
            else format(
                '(asset.folder = %L or asset.folder like %L)',
                p_query ->> 'folder', media_sync.like_pattern(p_query ->> 'folder') || '/%'
            )
        end;
    end if;
    if p_query ? 'created_after' then
        v_conditions := v_conditions || format('asset.created_at >= %L::timestamptz', p_query ->> 'created_after');
    end if;
    if p_query ? 'created_before' then
        v_conditions := v_conditions || format('asset.created_at < %L::timestamptz', p_query ->> 'created_before');
    end if;
    if p_query ? 'used' then
        v_conditions := v_conditions || case when (p_query ->> 'used')::boolean then 'asset.usage_count > 0' else 'asset.usage_count = 0' end;
    end if;
    if p_query ? 'quarantined' then
        v_conditions := v_conditions || case
            -- Who is not signed in has no such business.
            when media_sync.media_role() = 'anonymous' then (not (p_query ->> 'quarantined')::boolean)::text
            else case when (p_query ->> 'quarantined')::boolean then '' else 'not ' end || 'exists (
                select from media_sync.quarantine as aside
                where aside.cloud_name = asset.cloud_name and aside.asset_id = asset.asset_id
            )'
        end;
    end if;
    if p_query ? 'collection' then
        v_conditions := v_conditions || format(
            'asset.id in (
                select item.media_asset_id
                from public.media_collection_items as item
                join public.media_collections as collection on collection.id = item.collection_id
                where collection.slug = %1$L or collection.id::text = %1$L
            )',
            p_query ->> 'collection'
        );
    end if;
    if length(p_query ->> 'search') > 200 then
        raise exception 'search is at most 200 characters long.' using errcode = 'invalid_parameter_value';
    elsif array_length(regexp_split_to_array(btrim(p_query ->> 'search'), '\s+'), 1) > 20 then
        raise exception 'search holds at most 20 words.' using errcode = 'invalid_parameter_value';
    elsif jsonb_array_length(p_query -> 'tags') > 50 then
        raise exception 'tags names at most 50 tags.' using errcode = 'invalid_parameter_value';
    end if;
    -- Every word must be found; words and prefixes are substrings too, and one trigram index serves all three.
    for v_word in select regexp_split_to_table(lower(btrim(p_query ->> 'search')), '\s+') loop
        v_conditions := v_conditions || format(
            'asset.search_text like %L', '%' || media_sync.like_pattern(v_word) || '%'
        );
    end loop;
    return array_to_string(v_conditions, ' and ');
end;
$$;
comment on function media_sync.library_conditions(jsonb) is 'The where clause of a library query; every value in it is quoted by format().';
revoke all on function media_sync.library_conditions(jsonb) from public, anon, authenticated;
grant execute on function media_sync.library_conditions(jsonb) to anon, authenticated, service_role;
