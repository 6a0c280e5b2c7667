-- The library page: one call for a page of assets, with the caller's rights.

create function media_sync.library_conditions(p_query jsonb)
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
                p_query ->> 'folder', regexp_replace(p_query ->> 'folder', '([\\%_])', '\\\1', 'g') || '/%'
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
    -- Every word must be found; words and prefixes are substrings too, and one trigram index serves all three.
    for v_word in select regexp_split_to_table(lower(btrim(p_query ->> 'search')), '\s+') loop
        v_conditions := v_conditions || format(
            'asset.search_text like %L', '%' || regexp_replace(v_word, '([\\%_])', '\\\1', 'g') || '%'
        );
    end loop;
    return array_to_string(v_conditions, ' and ');
end;
$$;
comment on function media_sync.library_conditions(jsonb) is 'The where clause of a library query; every value in it is quoted by format().';
revoke all on function media_sync.library_conditions(jsonb) from public, anon, authenticated;
grant execute on function media_sync.library_conditions(jsonb) to anon, authenticated, service_role;

create function media_sync.library_page(p_query jsonb)
returns jsonb
language plpgsql
-- Postgres allows explain, which estimates large totals, in volatile functions only.
volatile
set search_path = ''
as $$
declare
    v_sort text := coalesce(p_query ->> 'sort_by', 'created_at');
    v_descending boolean := coalesce(p_query ->> 'sort_order', 'desc') = 'desc';
    v_limit integer := least(greatest(coalesce((p_query ->> 'limit')::integer, 50), 1), 100);
    v_page integer := greatest(coalesce((p_query ->> 'page')::integer, 1), 1);
    v_conditions text := media_sync.library_conditions(p_query);
    -- null values sort as if empty, so that a keyset cursor is one row comparison on one index.
    v_key text := case v_sort
        when 'created_at' then 'asset.created_at'
        when 'updated_at' then 'asset.updated_at'
        when 'public_id' then 'asset.public_id'
        when 'bytes' then 'coalesce(asset.bytes, 0)'
        when 'display_name' then 'coalesce(asset.display_name, '''')'
    end;
    v_type text := case v_sort when 'created_at' then 'timestamptz' when 'updated_at' then 'timestamptz' when 'bytes' then 'bigint' else 'text' end;
    v_columns constant text := 'asset.id, asset.asset_id, asset.public_id, asset.resource_type, asset.type, asset.format, asset.version,
        asset.bytes, asset.width, asset.height, asset.duration, asset.folder, asset.display_name, asset.original_filename, asset.tags,
        asset.context, asset.url, asset.secure_url, asset.created_at, asset.updated_at, asset.deleted_at';
    v_known_only constant boolean := media_sync.media_role() = 'anonymous';
    v_items jsonb;
    v_keys jsonb;
    v_has_more boolean;
    v_total bigint;
    v_exact boolean := true;
    v_plan jsonb;
    v_unfiltered boolean;
begin
    if v_key is null then
        raise exception 'sort_by must be created_at, updated_at, public_id, bytes or display_name.' using errcode = 'invalid_parameter_value';
    end if;

    execute format(
        $query$
            select
                coalesce(jsonb_agg(to_jsonb(page) - '{sort_key,place}'::text[] order by place) filter (where place <= %1$s), '[]'),
                jsonb_agg(jsonb_build_object('value', sort_key::text, 'id', id)) filter (where place = %1$s),
                count(*) > %1$s
            from (
                select *, row_number() over () as place
                from (
                    select %2$s, %3$s as sort_key
                    from public.media_assets as asset
                    where %4$s %5$s
                    order by %3$s %6$s, asset.id %6$s
                    limit %1$s + 1 offset %7$s
                ) as ordered
            ) as page
        $query$,
        v_limit,
        -- Anonymous callers hold grants on the columns that a public page shows, and on no other.
        v_columns || case when v_known_only then '' else ', asset.metadata, asset.sync_status, asset.usage_count' end,
        v_key,
        v_conditions,
        case
            when p_query ? 'cursor' then format(
                'and (%s, asset.id) %s (%L::%s, %L::uuid)',
                v_key, case when v_descending then '<' else '>' end,
                p_query -> 'cursor' ->> 'value', v_type, p_query -> 'cursor' ->> 'id'
            )
            else ''
        end,
        case when v_descending then 'desc' else 'asc' end,
        case when p_query ? 'cursor' then 0 else (v_page - 1)::bigint * v_limit end
    ) into v_items, v_keys, v_has_more;

    v_unfiltered := not (p_query ?| '{resource_type,type,format,sync_status,tags,folder,created_after,created_before,used,collection,search}')
        and not coalesce((p_query ->> 'deleted')::boolean, false);
    if v_unfiltered and not v_known_only then
        select total_assets into v_total from public.get_media_statistics();
    else
        -- Counting stops where people stop caring; beyond that the planner's guess serves.
        execute format('select count(*) from (select from public.media_assets as asset where %s limit 10001) as counted', v_conditions)
        into v_total;
        if v_total > 10000 then
            v_exact := false;
            execute format('explain (format json) select from public.media_assets as asset where %s', v_conditions) into v_plan;
            v_total := greatest(v_total, (v_plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric::bigint);
        end if;
    end if;

    return jsonb_build_object(
        'items', v_items,
        'total', v_total,
        'total_is_exact', v_exact,
        'limit', v_limit,
        'has_next', v_has_more,
        'next', case when v_has_more then v_keys -> 0 end
    );
end;
$$;
comment on function media_sync.library_page(jsonb) is 'A page of the library, with the rights of whoever runs it.';
revoke all on function media_sync.library_page(jsonb) from public, anon, authenticated;
grant execute on function media_sync.library_page(jsonb) to anon;

create function media_sync.signed_in_library_page(p_query jsonb)
returns jsonb
language plpgsql
volatile
-- Under row level security Postgres applies like and @> only after the policy, never through an index: every search
-- would read the whole table. What a signed-in caller may see is in library_conditions(), which is used here instead.
security definer
set search_path = ''
as $$
begin
    if media_sync.media_role() = 'anonymous' then
        raise exception 'The whole library is for signed-in users.' using errcode = 'insufficient_privilege';
    end if;
    return media_sync.library_page(p_query);
end;
$$;
comment on function media_sync.signed_in_library_page(jsonb) is 'A page of the library, for signed-in users.';
revoke all on function media_sync.signed_in_library_page(jsonb) from public, anon, authenticated;
grant execute on function media_sync.signed_in_library_page(jsonb) to authenticated, service_role;

create function public.list_media_assets(p_query jsonb default '{}')
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
    if media_sync.media_role() = 'anonymous' then
        return media_sync.library_page(p_query);
    end if;
    return media_sync.signed_in_library_page(p_query);
end;
$$;
comment on function public.list_media_assets(jsonb) is
    'A page of the library with the caller''s rights: { page, limit, cursor: { value, id }, search, folder, recursive, tags, resource_type, type, format, sync_status, collection, used, deleted, created_after, created_before, sort_by, sort_order }. Returns { items, total, total_is_exact, limit, has_next, next }.';
revoke all on function public.list_media_assets(jsonb) from public, anon, authenticated;
grant execute on function public.list_media_assets(jsonb) to anon, authenticated, service_role;

create function media_sync.library_facets(p_query jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_facets jsonb;
begin
    -- Facets describe the first 100,000 matches, so that their cost has an end.
    execute format(
        $query$
            with matched as materialized (
                select asset.resource_type, asset.format, asset.folder, asset.tags
                from public.media_assets as asset
                where %s
                limit 100000
            )
            select jsonb_object_agg(facet, values) from (
                select facet, jsonb_agg(jsonb_build_object('value', value, 'count', count) order by count desc, value) as values
                from (
                    select *, row_number() over (partition by facet order by count desc, value) as place
                    from (
                        select 'resource_type' as facet, resource_type as value, count(*) as count from matched group by 2
                        union all
                        select 'format', format, count(*) from matched where format is not null group by 2
                        union all
                        select 'folder', folder, count(*) from matched group by 2
                        union all
                        select 'tags', tag, count(*) from matched cross join unnest(tags) as tag group by 2
                    ) as counted
                ) as ranked
                where place <= 50
                group by facet
            ) as facets
        $query$,
        media_sync.library_conditions(p_query)
    ) into v_facets;
    return '{"resource_type": [], "format": [], "folder": [], "tags": []}'::jsonb || coalesce(v_facets, '{}');
end;
$$;
comment on function media_sync.library_facets(jsonb) is 'The facets of the library, with the rights of whoever runs it.';
revoke all on function media_sync.library_facets(jsonb) from public, anon, authenticated;
grant execute on function media_sync.library_facets(jsonb) to anon;

create function media_sync.signed_in_library_facets(p_query jsonb)
returns jsonb
language plpgsql
stable
-- Under row level security Postgres applies like and @> only after the policy, never through an index: every search
-- would read the whole table. What a signed-in caller may see is in library_conditions(), which is used here instead.
security definer
set search_path = ''
as $$
begin
    if media_sync.media_role() = 'anonymous' then
        raise exception 'The whole library is for signed-in users.' using errcode = 'insufficient_privilege';
    end if;
    return media_sync.library_facets(p_query);
end;
$$;
comment on function media_sync.signed_in_library_facets(jsonb) is 'The facets of the library, for signed-in users.';
revoke all on function media_sync.signed_in_library_facets(jsonb) from public, anon, authenticated;
grant execute on function media_sync.signed_in_library_facets(jsonb) to authenticated, service_role;

create function public.get_media_facets(p_query jsonb default '{}')
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    if media_sync.media_role() = 'anonymous' then
        return media_sync.library_facets(p_query);
    end if;
    return media_sync.signed_in_library_facets(p_query);
end;
$$;
comment on function public.get_media_facets(jsonb) is 'The 50 most frequent values of resource_type, format, folder and tags among the matches: { facet: [ { value, count } ] }.';
revoke all on function public.get_media_facets(jsonb) from public, anon, authenticated;
grant execute on function public.get_media_facets(jsonb) to anon, authenticated, service_role;
