-- The two ways to a page: fetch and sort, and walk. Both answer { found, rows: [ [ id, sort key, rank ] ] }.

create or replace function media_sync.query_by_index(p_statement text)
returns jsonb
language plpgsql
stable
set search_path = ''
-- Indexes are met, not rows: a row costs more than any part of an index. Never compiled, never read whole.
set enable_seqscan = off
set enable_indexscan = off
set enable_indexonlyscan = off
set cpu_tuple_cost = 100
-- What is counted is hashed; where rows are to be in order, they are sorted all the same.
set enable_sort = off
set max_parallel_workers_per_gather = 0
set work_mem = '16MB'
set jit = off
as $$
declare
    v_answer jsonb;
begin
    execute p_statement into v_answer;
    return v_answer;
end;
$$;
comment on function media_sync.query_by_index(text) is 'Runs a query whose rows are found by bitmaps of indexes.';
revoke all on function media_sync.query_by_index(text) from public, anon, authenticated;

create or replace function media_sync.query_by_id(p_statement text)
returns jsonb
language plpgsql
stable
set search_path = ''
set enable_hashjoin = off
set enable_mergejoin = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
declare
    v_answer jsonb;
begin
    execute p_statement into v_answer;
    return v_answer;
end;
$$;
comment on function media_sync.query_by_id(text) is 'Runs a query that looks rows up one by one, or reads a small table.';
revoke all on function media_sync.query_by_id(text) from public, anon, authenticated;

create or replace function media_sync.query_in_order(p_statement text)
returns jsonb
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set enable_incremental_sort = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
declare
    v_answer jsonb;
begin
    execute p_statement into v_answer;
    return v_answer;
end;
$$;
comment on function media_sync.query_in_order(text) is 'Runs a query that walks the index of its order.';
revoke all on function media_sync.query_in_order(text) from public, anon, authenticated;

create or replace function media_sync.sort_key(p_sort text)
returns text
language sql
immutable
set search_path = ''
as $$
    -- null values sort as if empty, so that a keyset cursor is one row comparison on one index.
    select case p_sort
        when 'created_at' then 'asset.created_at'
        when 'relevance' then 'asset.created_at'
        when 'updated_at' then 'asset.updated_at'
        when 'public_id' then 'asset.public_id'
        when 'bytes' then 'coalesce(asset.bytes, 0)'
        when 'display_name' then 'coalesce(asset.display_name, '''')'
    end;
$$;
comment on function media_sync.sort_key(text) is 'What a sort compares before the id; null for no sort of ours.';
revoke all on function media_sync.sort_key(text) from public, anon, authenticated;

create or replace function media_sync.library_order(p_query jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
    v_sort constant text := coalesce(p_query ->> 'sort_by', case when p_query ? 'search' then 'relevance' else 'created_at' end);
    v_descending constant boolean := coalesce(p_query ->> 'sort_order', 'desc') = 'desc';
    v_key constant text := media_sync.sort_key(v_sort);
    v_type constant text := case when v_key like '%\_at' then 'timestamptz' when v_sort = 'bytes' then 'bigint' else 'text' end;
    v_limit constant integer := least(greatest(coalesce((p_query ->> 'limit')::integer, 50), 1), 100);
    v_page constant bigint := greatest(coalesce((p_query ->> 'page')::integer, 1), 1);
    v_cursor jsonb := p_query -> 'cursor';
    v_after text;
begin
    if v_key is null then
        raise exception 'sort_by must be created_at, updated_at, public_id, bytes, display_name or relevance.'
            using errcode = 'invalid_parameter_value';
    end if;
    if v_cursor is not null and v_sort = 'relevance' then
        -- <rank> <created_at>
        v_cursor := v_cursor || jsonb_build_object(
            'rank', split_part(v_cursor ->> 'value', ' ', 1)::integer, 'value', split_part(v_cursor ->> 'value', ' ', 2)
        );
    end if;
    if v_cursor is not null then
        v_after := format(
            ', asset.id) %s (%L::%s, %L::uuid)', case when v_descending then '<' else '>' end, v_cursor ->> 'value', v_type, v_cursor ->> 'id'
        );
    end if;
    return jsonb_build_object(
        'sort', v_sort,
        'key', v_key,
        'type', v_type,
        'direction', case when v_descending then 'desc' else 'asc' end,
        'rank', coalesce((v_cursor ->> 'rank')::integer, 0),
        -- Parts of a statement, before and after it names the key sort_key.
        'after', case when v_cursor is null then 'true' else '(' || v_key || v_after end,
        'after_matched', case when v_cursor is null then 'true' else '(asset.sort_key' || v_after end,
        -- One more than asked for tells whether there is a next page.
        'limit', v_limit + 1,
        'skip', case when v_cursor is null then (v_page - 1) * v_limit else 0 end
    );
end;
$$;
comment on function media_sync.library_order(jsonb) is
    'The order and the place in it that a query means: { sort, key, type, direction, rank, after, after_matched, limit, skip }.';
revoke all on function media_sync.library_order(jsonb) from public, anon, authenticated;

create or replace function media_sync.fetch_statement(
    p_from text, p_tests text, p_rank text, p_order jsonb, p_most bigint
)
returns text
language sql
immutable
set search_path = ''
as $$
    select format(
        $query$
            with matched as materialized (
                select asset.id, %1$s as sort_key, %2$s as rank from (%3$s) as asset where %4$s limit %5$s
            )
            select jsonb_build_object(
                'found', (select count(*) from matched),
                'rows', (
                    select coalesce(jsonb_agg(jsonb_build_array(id, sort_key, rank) order by place), '[]')
                    from (
                        select *, row_number() over () as place
                        from (
                            select asset.id, asset.sort_key, asset.rank
                            from matched as asset
                            where %6$s
                            order by asset.rank, asset.sort_key %7$s, asset.id %7$s
                            limit %8$s offset %9$s
                        ) as ordered
                    ) as placed
                )
            )
        $query$,
        p_order ->> 'key', p_rank, p_from, p_tests, coalesce(p_most::text, 'all'),
        case
            when p_rank like 'case%' then format('(asset.rank > %1$s or (asset.rank = %1$s and %2$s))', p_order ->> 'rank', p_order ->> 'after_matched')
            else p_order ->> 'after_matched'
        end,
        p_order ->> 'direction', p_order ->> 'limit', p_order ->> 'skip'
    );
$$;
comment on function media_sync.fetch_statement(text, text, text, jsonb, bigint) is
    'Fetches at most so many matches (null: all), counts and sorts them. The order is that of library_order().';
revoke all on function media_sync.fetch_statement(text, text, text, jsonb, bigint) from public, anon, authenticated;

create or replace function media_sync.walk_statement(
    p_from text, p_within text, p_tests text, p_rank integer, p_order jsonb, p_budget integer
)
returns text
language sql
immutable
set search_path = ''
as $$
    select format(
        $query$
            select jsonb_build_object(
                'found', count(*),
                'rows', coalesce(jsonb_agg(jsonb_build_array(id, sort_key, %1$s) order by place) filter (where place > %2$s), '[]')
            )
            from (
                select *, row_number() over () as place
                from (
                    select asset.id, asset.sort_key
                    from (
                        select asset.*, %3$s as sort_key
                        from %10$s as asset
                        where %4$s and %5$s
                        order by %3$s %6$s, asset.id %6$s
                        limit %7$s
                    ) as asset
                    where %8$s
                    limit %9$s
                ) as found
            ) as placed
        $query$,
        p_rank, p_order ->> 'skip', p_order ->> 'key', p_within, p_order ->> 'after', p_order ->> 'direction',
        -- Never without a limit, which keeps the tests from being asked before the rows are in order.
        coalesce(p_budget, 2147483647), p_tests, (p_order ->> 'limit')::bigint + (p_order ->> 'skip')::bigint, p_from
    );
$$;
comment on function media_sync.walk_statement(text, text, text, integer, jsonb, integer) is
    'Takes at most so many rows (null: all) in their order, and asks one after the other whether it matches, until the page is full.';
revoke all on function media_sync.walk_statement(text, text, text, integer, jsonb, integer) from public, anon, authenticated;
