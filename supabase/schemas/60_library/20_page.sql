-- The library page: one call for a page of assets, with the caller's rights.

create or replace function media_sync.library_page(p_query jsonb)
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
        asset.bytes, asset.width, asset.height, asset.duration, asset.folder, asset.display_name, asset.original_filename, asset.tags[1:1000] as tags,
        media_sync.shown_object(asset.context) as context, asset.url, asset.secure_url, asset.created_at, asset.updated_at, asset.deleted_at';
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
        v_columns || case when v_known_only then '' else ', media_sync.shown_object(asset.metadata) as metadata, asset.sync_status, asset.usage_count' end,
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

    v_unfiltered := not (p_query ?| '{resource_type,type,format,sync_status,tags,folder,created_after,created_before,used,collection,search,quarantined}')
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
