-- The library page: one call for a page of assets, with what the caller may see.

create or replace function media_sync.rank_case(p_ranks media_sync.library_condition[])
returns text
language sql
immutable
set search_path = ''
as $$
    select case
        when p_ranks is null then '0'
        else format('case when %s then 0 when %s then 1 when %s then 2 else 3 end', p_ranks[1].test, p_ranks[2].test, p_ranks[3].test)
    end;
$$;
comment on function media_sync.rank_case(media_sync.library_condition[]) is 'The rank of a match, as an expression.';
revoke all on function media_sync.rank_case(media_sync.library_condition[]) from public, anon, authenticated;

create or replace function media_sync.refuse_deep_page(p_within double precision, p_matches double precision, p_order jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    -- So many rows lie between one match and the next.
    if ((p_order ->> 'skip')::bigint + (p_order ->> 'limit')::bigint) * greatest(p_within / greatest(p_matches, 1), 1) > media_sync.walk_budget()
        and (p_order ->> 'skip')::bigint > 0
    then
        raise exception 'This page is too deep to be counted off; go on with next_cursor, or narrow the query.'
            using errcode = 'invalid_parameter_value';
    end if;
end;
$$;
comment on function media_sync.refuse_deep_page(double precision, double precision, jsonb) is
    'Raises invalid_parameter_value for a page by number that lies deeper than one walk reaches.';
revoke all on function media_sync.refuse_deep_page(double precision, double precision, jsonb) from public, anon, authenticated;

create or replace function media_sync.count_matches(p_tests text, p_seeks text[], p_estimates double precision[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_most integer := media_sync.few_matches();
    v_statement constant text := 'select to_jsonb(count(*)) from (select from (%s) as asset where %s limit %s) as counted';
    v_total bigint := p_estimates[1];
begin
    -- Blocks too: few live rows may lie among many deleted ones.
    if p_estimates[2] <= media_sync.counted_matches() * 1.2 and media_sync.library_blocks() <= media_sync.counted_matches() / 4 then
        -- All rows, in their own order.
        v_most := media_sync.counted_matches();
        v_total := media_sync.query_by_id(format(
            v_statement, 'select * from public.media_assets as asset tablesample system (100)', p_tests, v_most + 1
        ))::bigint;
    elsif v_total <= v_most * 1.2 and p_seeks is not null and p_estimates[cardinality(p_estimates) - 1] <= media_sync.many_candidates() then
        v_total := media_sync.query_by_index(format(v_statement, media_sync.from_index(p_seeks), p_tests, v_most + 1))::bigint;
    else
        return jsonb_build_object('total', v_total, 'total_is_exact', false);
    end if;
    return jsonb_build_object('total', greatest(v_total, case when v_total > v_most then p_estimates[1]::bigint end), 'total_is_exact', v_total <= v_most);
end;
$$;
comment on function media_sync.count_matches(text, text[], double precision[]) is
    'The total of a page that was walked for: { total, total_is_exact }. In a large library counting stops at 4,000; beyond that it is estimated.';
revoke all on function media_sync.count_matches(text, text[], double precision[]) from public, anon, authenticated;

create or replace function media_sync.find_matches(
    p_conditions media_sync.library_condition[], p_ranks media_sync.library_condition[], p_trigrams text[], p_order jsonb
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_few constant integer := case when p_ranks is null then media_sync.few_matches() else media_sync.few_ranked_matches() end;
    v_tests constant text := media_sync.all_tests(p_conditions);
    v_rank constant text := media_sync.rank_case(p_ranks);
    v_estimates double precision[];
    v_seeks text[];
    v_from text;
    v_found jsonb;
    v_total jsonb;
begin
    v_from := case when media_sync.library_blocks() <= media_sync.small_library() then 'select * from public.media_assets as asset' end;
    v_from := coalesce(v_from, media_sync.from_source(p_conditions, v_few / 2));
    if v_from is not null then
        v_found := media_sync.query_by_id(media_sync.fetch_statement(v_from, v_tests, v_rank, p_order, null));
        return v_found || jsonb_build_object('total', v_found -> 'found', 'total_is_exact', true);
    end if;

    v_estimates := media_sync.estimate_matches(p_conditions, p_ranks, p_trigrams);
    v_seeks := media_sync.rarest_seeks(p_conditions, v_estimates);
    -- Where many of a small library match, to walk and to count are cheaper than to fetch.
    if v_estimates[1] <= least(v_few, greatest(v_estimates[2] / 20, 200)) and v_seeks is not null
        and v_estimates[cardinality(v_estimates) - 1] <= media_sync.many_candidates()
    then
        v_found := media_sync.query_by_index(
            media_sync.fetch_statement(media_sync.from_index(v_seeks), v_tests, v_rank, p_order, v_few * 2)
        );
        -- The sample may have erred.
        if (v_found ->> 'found')::bigint < v_few * 2 then
            return v_found || jsonb_build_object('total', v_found -> 'found', 'total_is_exact', true);
        end if;
        v_estimates[1] := greatest(v_estimates[1], v_few * 2);
    end if;

    v_total := media_sync.count_matches(v_tests, v_seeks, v_estimates);
    if (v_total ->> 'total_is_exact')::boolean and (v_total ->> 'total')::bigint <= (p_order ->> 'skip')::bigint then
        return v_total || '{"rows": []}';
    end if;
    perform media_sync.refuse_deep_page(v_estimates[2], v_estimates[1], p_order);
    return v_total || media_sync.walk_library(p_conditions, p_ranks, v_estimates, p_order);
end;
$$;
comment on function media_sync.find_matches(media_sync.library_condition[], media_sync.library_condition[], text[], jsonb) is
    'The matches on a page: { rows: [ [ id, sort key, rank ] ], end, total, total_is_exact }. end, [ id, sort key, rank ]: the page is not full, and goes on from there.';
revoke all on function media_sync.find_matches(media_sync.library_condition[], media_sync.library_condition[], text[], jsonb)
    from public, anon, authenticated;

create or replace function media_sync.library_items(p_ids uuid[])
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    -- Anyone sees what a public page shows, and nothing else.
    v_anonymous constant boolean := media_sync.media_role() = 'anonymous';
begin
    return (
        select coalesce(jsonb_agg(
            case when v_anonymous then to_jsonb(item) - '{metadata,sync_status,usage_count,place}'::text[] else to_jsonb(item) - 'place' end
            order by item.place
        ), '[]')
        from (
            select
                asset.id, asset.asset_id, asset.public_id, asset.resource_type, asset.type, asset.format, asset.version, asset.bytes,
                asset.width, asset.height, asset.duration, asset.folder, asset.display_name, asset.original_filename,
                asset.tags[1:1000] as tags, media_sync.shown_object(asset.context) as context, asset.url, asset.secure_url,
                asset.created_at, asset.updated_at, asset.deleted_at, media_sync.shown_object(asset.metadata) as metadata,
                asset.sync_status, asset.usage_count, listed.place
            from unnest(p_ids) with ordinality as listed (id, place)
            cross join lateral (select * from public.media_assets as one where one.id = listed.id offset 0) as asset
        ) as item
    );
end;
$$;
comment on function media_sync.library_items(uuid[]) is 'Assets as a page shows them, in the order of their ids.';
revoke all on function media_sync.library_items(uuid[]) from public, anon, authenticated;

create or replace function media_sync.library_page(p_query jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_order constant jsonb := media_sync.library_order(p_query);
    v_conditions constant media_sync.library_condition[] := array(select one from media_sync.library_conditions(p_query) as one);
    v_ranks media_sync.library_condition[];
    v_limit constant integer := (v_order ->> 'limit')::integer - 1;
    v_total bigint;
    v_found jsonb;
    v_rows jsonb;
    v_last jsonb;
    v_more boolean;
begin
    if cardinality(v_conditions) = 1 and v_conditions[1].seek is null then
        select coalesce(sum(total_assets), 0) into v_total from media_sync.statistics;
        v_found := media_sync.walk_everything(v_conditions, v_order, v_total)
            || jsonb_build_object('total', v_total, 'total_is_exact', true);
    else
        if v_order ->> 'sort' = 'relevance' then
            v_ranks := nullif(array(select rank from media_sync.search_ranks(p_query ->> 'search') as rank), '{}');
        end if;
        v_found := media_sync.find_matches(v_conditions, v_ranks, media_sync.trigram_tests(p_query ->> 'search'), v_order);
    end if;
    v_rows := v_found -> 'rows';
    v_more := jsonb_array_length(v_rows) > v_limit or coalesce(jsonb_typeof(v_found -> 'end') = 'array', false);
    v_last := case
        when jsonb_array_length(v_rows) > v_limit then v_rows -> (v_limit - 1)
        -- The walk ended before the page was full.
        when v_more then v_found -> 'end'
    end;
    return jsonb_build_object(
        'items', media_sync.library_items(array(
            select (entry ->> 0)::uuid from jsonb_array_elements(v_rows) with ordinality as listed (entry, place)
            where place <= v_limit
            order by place
        )),
        'total', v_found -> 'total',
        'total_is_exact', v_found -> 'total_is_exact',
        'limit', v_limit,
        'has_next', v_more,
        'next', case when v_more then jsonb_build_object(
            'value', case when v_order ->> 'sort' = 'relevance' then (v_last ->> 2) || ' ' || (v_last ->> 1) else v_last ->> 1 end,
            'id', v_last ->> 0
        ) end
    );
end;
$$;
comment on function media_sync.library_page(jsonb) is 'A page of the library as the caller may see it; for the functions that have checked the caller.';
revoke all on function media_sync.library_page(jsonb) from public, anon, authenticated;
