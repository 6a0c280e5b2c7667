-- Pages of many matches: the index of the order is walked, rank after rank where matches are ranked.

create or replace function media_sync.walk_budget()
returns integer
language sql
immutable
set search_path = ''
as $$
    select 24000;
$$;
comment on function media_sync.walk_budget() is 'So many rows are walked over for a page at most, where they lie about as they are walked; of others fewer.';
revoke all on function media_sync.walk_budget() from public, anon, authenticated;

create or replace function media_sync.walk_within(p_conditions media_sync.library_condition[], p_estimates double precision[], p_key text)
returns text
language sql
immutable
set search_path = ''
as $$
    -- Whether a row is live, and the span of the order itself; then the rarest of what an index has in this order.
    select concat_ws(
        ' and ',
        p_conditions[1].test,
        (
            select string_agg(condition.test, ' and ') from unnest(p_conditions) as condition
            where p_key = 'asset.created_at' and condition.test like 'asset.created\_at %'
        ),
        (
            select condition.test
            from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place)
            where p_key = 'asset.created_at' and condition.in_order and condition.place > 1 and condition.test not like 'asset.created\_at %'
            order by p_estimates[condition.place + 1]
            limit 1
        )
    );
$$;
comment on function media_sync.walk_within(media_sync.library_condition[], double precision[], text) is
    'The conditions that the index of the order serves while it is walked.';
revoke all on function media_sync.walk_within(media_sync.library_condition[], double precision[], text) from public, anon, authenticated;

create or replace function media_sync.walk_end(p_within text, p_order jsonb, p_budget integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return media_sync.query_in_order(format(
        $query$
            select jsonb_agg(jsonb_build_array(id, sort_key))
            from (
                select asset.id, %1$s as sort_key
                from public.media_assets as asset
                where %2$s and %3$s
                order by %1$s %4$s, asset.id %4$s
                limit 1 offset %5$s - 1
            ) as last
        $query$,
        p_order ->> 'key', p_within, p_order ->> 'after', p_order ->> 'direction', p_budget
    )) -> 0;
end;
$$;
comment on function media_sync.walk_end(text, jsonb, integer) is 'Where a walk of so many rows ends: [ id, sort key ]; null where the index ends before.';
revoke all on function media_sync.walk_end(text, jsonb, integer) from public, anon, authenticated;

create or replace function media_sync.rank_tests(p_ranks media_sync.library_condition[])
returns text[]
language sql
immutable
set search_path = ''
as $$
    select case
        when p_ranks is null then array['true']
        else array[
            p_ranks[1].test,
            format('(%s) and not (%s)', p_ranks[2].test, p_ranks[1].test),
            format('(%s) and not (%s) and not (%s)', p_ranks[3].test, p_ranks[2].test, p_ranks[1].test),
            format('not (%s) and not (%s) and not (%s)', p_ranks[3].test, p_ranks[2].test, p_ranks[1].test)
        ]
    end;
$$;
comment on function media_sync.rank_tests(media_sync.library_condition[]) is 'For each rank, and what has none, the condition that a match is of it.';
revoke all on function media_sync.rank_tests(media_sync.library_condition[]) from public, anon, authenticated;

create or replace function media_sync.walk_rank(
    p_tests text, p_within text, p_seeks text[], p_seasonal boolean, p_rank integer, p_estimate double precision, p_budget integer,
    p_ends boolean, p_order jsonb
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_found jsonb;
    v_end jsonb;
    v_bound text;
begin
    if p_budget > 0 then
        v_found := media_sync.query_in_order(media_sync.walk_statement('public.media_assets', p_within, p_tests, p_rank, p_order, p_budget));
        if (v_found ->> 'found')::bigint >= (p_order ->> 'skip')::bigint + (p_order ->> 'limit')::bigint then
            return v_found;
        end if;
        v_end := media_sync.walk_end(p_within, p_order, p_budget);
        if v_end is null then
            return v_found;
        elsif p_ends then
            -- No index tells the matches from the rest. The page is what was found so far, and the cursor goes on from
            -- where the walk ended.
            return v_found || jsonb_build_object('end', v_end || to_jsonb(p_rank));
        end if;
        -- The matches lie together, far from where the order begins. Of many a sample tells about where.
        if p_seasonal or p_estimate > media_sync.many_candidates() then
            v_bound := media_sync.sampled_bound(p_tests, p_order);
        end if;
        if v_bound is not null then
            v_found := media_sync.query_by_index(media_sync.walk_statement(
                '(' || media_sync.from_beginning(p_seeks, p_seasonal, media_sync.walk_end(p_within, p_order, 1) ->> 1, v_bound, p_order) || ')',
                'true', p_tests, p_rank, p_order, null
            ));
            if jsonb_array_length(v_found -> 'rows') >= (p_order ->> 'limit')::integer then
                return v_found;
            end if;
        end if;
    end if;
    -- All matches, however many.
    return media_sync.query_by_index(media_sync.fetch_statement(media_sync.from_index(p_seeks), p_tests, p_rank::text, p_order, null));
end;
$$;
comment on function media_sync.walk_rank(text, text, text[], boolean, integer, double precision, integer, boolean, jsonb) is
    'What a page shows of one rank: { found, rows, end }. Without a budget it is fetched, else walked and, unless that ends it, fetched.';
revoke all on function media_sync.walk_rank(text, text, text[], boolean, integer, double precision, integer, boolean, jsonb)
    from public, anon, authenticated;

create or replace function media_sync.walk_library(
    p_conditions media_sync.library_condition[], p_ranks media_sync.library_condition[], p_estimates double precision[], p_order jsonb
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_all constant text := media_sync.all_tests(p_conditions);
    v_within constant text := media_sync.walk_within(p_conditions, p_estimates, p_order ->> 'key');
    v_tests constant text[] := media_sync.rank_tests(p_ranks);
    v_seeks text[] := coalesce(media_sync.rarest_seeks(p_conditions, p_estimates), array['true']);
    -- Only these walks meet the rows about as they lie.
    v_most constant integer := media_sync.walk_budget() / case when p_order ->> 'key' = 'asset.created_at' then 1 else 3 end;
    v_joint constant text[] := array(
        select joint from unnest(p_conditions) as condition where joint is not null and test not like 'asset.search\_text %'
    );
    v_share constant double precision := (
        select min(p_estimates[condition.place + 1]) / greatest(p_estimates[2], 1)
        from unnest(p_conditions) with ordinality as condition (test, seek, joint, source, in_order, place)
        where condition.joint = any (v_joint)
    );
    v_order jsonb := p_order;
    v_rows jsonb := '[]'::jsonb;
    v_found jsonb;
    v_few boolean;
    v_many boolean;
    v_plain boolean;
    v_seasonal boolean;
    v_ends boolean;
    v_budget integer;
    v_estimate double precision;
begin
    for v_rank in (p_order ->> 'rank')::integer .. cardinality(v_tests) - 1 loop
        v_estimate := case when p_ranks is null then p_estimates[1] else p_estimates[2 + cardinality(p_conditions) + v_rank] end;
        -- Names have indexes of their own. What merely holds the letters of words cannot be told from them by any.
        v_many := case
            when p_ranks is null or v_rank = 3 then p_estimates[cardinality(p_estimates) - 1] > media_sync.many_candidates()
            else v_rank = 2 and p_estimates[cardinality(p_estimates)] > media_sync.many_candidates()
        end;
        -- To ask the index for whole words costs more than for their letters, and often spares little.
        v_plain := p_ranks is null or v_rank = 3
            or (v_rank = 2 and p_estimates[cardinality(p_estimates)] > p_estimates[cardinality(p_estimates) - 1] / 2);
        v_seasonal := p_order ->> 'key' = 'asset.created_at'
            and case when v_plain then v_seeks <@ array(select joint from unnest(p_conditions) as condition) else v_rank = 2 end;
        v_few := p_ranks is not null and v_rank < 3 and not v_many and v_estimate <= media_sync.few_ranked_matches();
        v_ends := v_rank = 3 or (v_many and v_estimate <= media_sync.few_matches());
        -- Matches that lie as evenly as any are found within half of this. Where seasons tell the near from the far, a long
        -- walk is not gone on with.
        v_budget := case
            when v_few then 0
            when v_ends then v_most
            else least(
                case when v_seasonal and not v_many then v_most / 2 else v_most end,
                1500 + 2 * ((v_order ->> 'skip')::bigint + (v_order ->> 'limit')::bigint) * p_estimates[2] / greatest(v_estimate, 1)
            )
        end;
        v_found := media_sync.walk_rank(
            v_all || ' and ' || v_tests[v_rank + 1], v_within,
            case
                when v_plain then v_seeks
                -- Whole words are in the index that meets the rest.
                when v_rank = 2 then p_ranks[3].seek || v_joint
                -- Names that many have, of which the other conditions leave few.
                when v_estimate > media_sync.few_ranked_matches() * v_share then p_ranks[v_rank + 1].seek || v_joint
                else array[p_ranks[v_rank + 1].seek]
            end,
            v_seasonal, v_rank, v_estimate, v_budget, v_ends, v_order
        );
        v_rows := v_rows || (v_found -> 'rows');
        exit when v_found ? 'end' or jsonb_array_length(v_rows) >= (p_order ->> 'limit')::integer;
        -- The next rank begins at its beginning.
        v_order := v_order || jsonb_build_object(
            'after', 'true', 'after_matched', 'true',
            'skip', greatest((v_order ->> 'skip')::bigint - (v_found ->> 'found')::bigint, 0),
            'limit', (p_order ->> 'limit')::integer - jsonb_array_length(v_rows)
        );
    end loop;
    return jsonb_build_object('rows', v_rows, 'end', v_found -> 'end');
end;
$$;
comment on function media_sync.walk_library(media_sync.library_condition[], media_sync.library_condition[], double precision[], jsonb) is
    'A page of many matches: { rows, end }.';
revoke all on function media_sync.walk_library(media_sync.library_condition[], media_sync.library_condition[], double precision[], jsonb)
    from public, anon, authenticated;

create or replace function media_sync.walk_everything(p_conditions media_sync.library_condition[], p_order jsonb, p_total bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_limit constant bigint := (p_order ->> 'limit')::bigint;
    v_skip constant bigint := (p_order ->> 'skip')::bigint;
    v_behind constant bigint := p_total - v_skip - v_limit;
    -- Only these indexes hold all that is asked; by display name the rows themselves are read.
    v_budget constant bigint := media_sync.walk_budget() * case p_order ->> 'sort' when 'display_name' then 1 else 25 end;
    v_order jsonb := p_order;
    v_backward constant boolean := v_skip > v_behind and p_order ->> 'after' = 'true';
    v_rows jsonb;
begin
    if v_backward then
        -- Nearer to the end than to the beginning: from there, and turned round.
        v_order := v_order || jsonb_build_object(
            'direction', case p_order ->> 'direction' when 'asc' then 'desc' else 'asc' end,
            'skip', greatest(v_behind, 0), 'limit', greatest(v_limit + least(v_behind, 0), 0)
        );
    end if;
    if (v_order ->> 'skip')::bigint + v_limit > v_budget then
        raise exception 'This page is too deep to be counted off; go on with next_cursor, or sort the other way.'
            using errcode = 'invalid_parameter_value';
    end if;
    v_rows := media_sync.query_in_order(format(
        $query$
            select coalesce(jsonb_agg(jsonb_build_array(id, sort_key, 0) order by place), '[]')
            from (
                select *, row_number() over () as place
                from (
                    select asset.id, %1$s as sort_key
                    from public.media_assets as asset
                    where %2$s and %3$s
                    order by %1$s %4$s, asset.id %4$s
                    limit %5$s offset %6$s
                ) as ordered
            ) as placed
        $query$,
        v_order ->> 'key', p_conditions[1].test, v_order ->> 'after', v_order ->> 'direction', v_order ->> 'limit', v_order ->> 'skip'
    ));
    if v_backward then
        select coalesce(jsonb_agg(entry order by place desc), '[]') into v_rows
        from jsonb_array_elements(v_rows) with ordinality as listed (entry, place);
    end if;
    return jsonb_build_object('rows', v_rows);
end;
$$;
comment on function media_sync.walk_everything(media_sync.library_condition[], jsonb, bigint) is
    'A page of the library without any filter, from whichever end is nearer: { rows }.';
revoke all on function media_sync.walk_everything(media_sync.library_condition[], jsonb, bigint) from public, anon, authenticated;
