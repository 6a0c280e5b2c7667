-- How the rows of a query are found. The planner knows nothing of `like` and little of `@>`: it is not asked. A sample of
-- the table tells how many rows fulfil each condition, and that decides: few are fetched by an index and sorted, of many
-- the order's own index is walked until the page is full.

create or replace function media_sync.few_matches()
returns integer
language sql
immutable
set search_path = ''
as $$
    -- A row that is looked up costs some 4 µs.
    select 4000;
$$;
comment on function media_sync.few_matches() is 'So many matches are fetched, counted and sorted; of more a page is found by walking.';
revoke all on function media_sync.few_matches() from public, anon, authenticated;

create or replace function media_sync.many_candidates()
returns integer
language sql
immutable
set search_path = ''
as $$
    select 20000;
$$;
comment on function media_sync.many_candidates() is
    'More rows than these are not fetched to be asked whether they match, however few do: trigrams may all be there and the words not.';
revoke all on function media_sync.many_candidates() from public, anon, authenticated;

create or replace function media_sync.counted_matches()
returns integer
language sql
immutable
set search_path = ''
as $$
    select 10000;
$$;
comment on function media_sync.counted_matches() is 'So many matches are counted where all are read anyhow: facets, and libraries of about that size.';
revoke all on function media_sync.counted_matches() from public, anon, authenticated;

create or replace function media_sync.few_ranked_matches()
returns integer
language sql
immutable
set search_path = ''
as $$
    -- To rank a row costs a regular expression a word.
    select 4000;
$$;
comment on function media_sync.few_ranked_matches() is 'As few_matches(), where matches are ranked.';
revoke all on function media_sync.few_ranked_matches() from public, anon, authenticated;

create or replace function media_sync.small_library()
returns integer
language sql
immutable
set search_path = ''
as $$
    select 256;
$$;
comment on function media_sync.small_library() is 'A table of so many blocks is read whole instead of sampled.';
revoke all on function media_sync.small_library() from public, anon, authenticated;

create or replace function media_sync.library_blocks()
returns bigint
language sql
stable
-- With the owner's rights: the size of a table is everybody's to ask, but the call stands in functions that nobody may.
set search_path = ''
as $$
    select pg_relation_size('public.media_assets') / current_setting('block_size')::integer;
$$;
comment on function media_sync.library_blocks() is 'The size of media_assets in blocks, as it is now.';
revoke all on function media_sync.library_blocks() from public, anon, authenticated;

create or replace function media_sync.all_tests(p_conditions media_sync.library_condition[])
returns text
language sql
immutable
set search_path = ''
as $$
    select string_agg('(' || test || ')', ' and ' order by place)
    from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place);
$$;
comment on function media_sync.all_tests(media_sync.library_condition[]) is 'The tests of all conditions as one.';
revoke all on function media_sync.all_tests(media_sync.library_condition[]) from public, anon, authenticated;

create or replace function media_sync.candidate_test(p_conditions media_sync.library_condition[], p_trigrams text)
returns text
language sql
immutable
set search_path = ''
as $$
    select coalesce(
        string_agg(case when test like 'asset.search\_text %' then coalesce(nullif(p_trigrams, ''), 'true') else 'asset.c' || place end, ' and ' order by place),
        'true'
    )
    from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place)
    where seek is not null;
$$;
comment on function media_sync.candidate_test(media_sync.library_condition[], text) is
    'What a row has to be for indexes to find it, whether it matches or not, in terms of c1, c2, …; of a search that is its trigrams'' test.';
revoke all on function media_sync.candidate_test(media_sync.library_condition[], text) from public, anon, authenticated;

create or replace function media_sync.estimate_matches(
    p_conditions media_sync.library_condition[], p_ranks media_sync.library_condition[], p_trigrams text[]
)
returns double precision[]
language plpgsql
stable
set search_path = ''
set jit = off
as $$
declare
    v_percent constant double precision := least(100, 25600.0 / greatest(media_sync.library_blocks(), 1));
    v_counts bigint[];
begin
    execute format(
        -- Each test is asked once a row; offset 0 keeps the planner from asking it wherever its answer is used.
        'select array[count(*) filter (where fits) %1$s %2$s, count(*) filter (where candidate), count(*) filter (where word)]
        from (
            select asset.* %3$s, case when candidate then %5$s end as word
            from (
                select *, (%6$s) as fits, (%4$s) as candidate
                from (select asset.* %7$s from public.media_assets as asset tablesample system (%8$s) repeatable (1) offset 0) as asset
                offset 0
            ) as asset
            offset 0
        ) as sampled',
        (select string_agg(format(', count(*) filter (where c%s)', place), '') from generate_series(1, cardinality(p_conditions)) as place),
        (select string_agg(format(', count(*) filter (where r%s)', place), '') from generate_series(1, cardinality(p_ranks)) as place),
        (
            select string_agg(format(', case when fits then %s end as r%s', test, place), '' order by place)
            from unnest(p_ranks) with ordinality as rank (test, seek, joint, source, in_order, place)
        ),
        -- What the indexes find together, before rows are asked for all.
        media_sync.candidate_test(p_conditions, p_trigrams[1]),
        case when p_ranks is null then 'false' else media_sync.candidate_test(p_conditions, p_trigrams[2]) end,
        (select string_agg('c' || place, ' and ') from generate_series(1, cardinality(p_conditions)) as place),
        (
            select string_agg(format(', (%s) as c%s', test, place), '' order by place)
            from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place)
        ),
        v_percent
    ) into v_counts;
    return array(select count * 100 / v_percent from unnest(v_counts) with ordinality as counted (count, place) order by place);
end;
$$;
comment on function media_sync.estimate_matches(media_sync.library_condition[], media_sync.library_condition[], text[]) is
    'How many rows fulfil all conditions, then each condition, then all and each rank, then what indexes find of all, and of whole words: estimated from some 256 blocks, the same ones at each call.';
revoke all on function media_sync.estimate_matches(media_sync.library_condition[], media_sync.library_condition[], text[])
    from public, anon, authenticated;

create or replace function media_sync.from_index(p_seeks text[])
returns text
language sql
immutable
set search_path = ''
as $$
    -- offset 0: what is not in here must not be drawn in.
    select 'select asset.* from public.media_assets as asset where ' || array_to_string(p_seeks, ' and ') || ' offset 0';
$$;
comment on function media_sync.from_index(text[]) is 'The rows that an index finds.';
revoke all on function media_sync.from_index(text[]) from public, anon, authenticated;

create or replace function media_sync.from_source(p_conditions media_sync.library_condition[], p_most integer)
returns text
language plpgsql
stable
set search_path = ''
set jit = off
as $$
declare
    v_source text;
    v_count bigint;
    v_least bigint := p_most + 1;
    v_from text;
begin
    foreach v_source in array array(select source from unnest(p_conditions) where source is not null) loop
        execute format('select count(*) from (%s limit %s) as listed', v_source, v_least) into v_count;
        if v_count < v_least then
            v_least := v_count;
            v_from := format(
                'select asset.* from (select distinct id from (%s) as every (id)) as listed
                    cross join lateral (select * from public.media_assets as one where one.id = listed.id offset 0) as asset',
                v_source
            );
        end if;
    end loop;
    return v_from;
end;
$$;
comment on function media_sync.from_source(media_sync.library_condition[], integer) is
    'The rows that another table names, where one condition has so few; else null.';
revoke all on function media_sync.from_source(media_sync.library_condition[], integer) from public, anon, authenticated;

create or replace function media_sync.rarest_seeks(p_conditions media_sync.library_condition[], p_estimates double precision[])
returns text[]
language sql
immutable
set search_path = ''
as $$
    select array_agg(case when together > 1 then coalesce(joint, seek) else seek end order by estimate)
    from (
        select
            condition.seek, condition.joint, counted.estimate,
            min(counted.estimate) over () as least,
            count(condition.joint) filter (where counted.estimate < p_estimates[2] / 2) over () as together
        from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place)
        join unnest(p_estimates) with ordinality as counted (estimate, place) on counted.place = condition.place + 1
        where condition.seek is not null
    ) as seeks
    -- What is much more frequent than the rarest spares less than it costs to look for, unless one index does both.
    where estimate <= greatest(least * 8, 3000) or (together > 1 and joint is not null and estimate < p_estimates[2] / 2);
$$;
comment on function media_sync.rarest_seeks(media_sync.library_condition[], double precision[]) is
    'The conditions that indexes are to look for, by the estimates of estimate_matches(); null where there is none.';
revoke all on function media_sync.rarest_seeks(media_sync.library_condition[], double precision[]) from public, anon, authenticated;
