-- Matches that lie together, far from where an order begins: a sample tells about where, and an index what lies before.
-- A season is a hundred days, by which media_assets_search_index knows when an asset was created.

create or replace function media_sync.sampled_bound(p_tests text, p_order jsonb)
returns text
language plpgsql
stable
set search_path = ''
set jit = off
as $$
declare
    v_share constant double precision := least(1, 256.0 / greatest(media_sync.library_blocks(), 1));
    v_wanted constant bigint := (p_order ->> 'skip')::bigint + (p_order ->> 'limit')::bigint;
    v_bound text;
begin
    execute format(
        $query$
            select to_jsonb(sort_key) #>> '{}'
            from (
                select %1$s as sort_key
                from public.media_assets as asset tablesample system (%2$s) repeatable (1)
                where %3$s and %4$s
                offset 0
            ) as sampled
            order by sort_key %5$s
            limit 1 offset %6$s
        $query$,
        p_order ->> 'key', v_share * 100, p_tests, p_order ->> 'after', p_order ->> 'direction',
        -- With some to spare: each stands for many, and two of them rarely lie as far apart as that.
        3 + ceil(v_wanted * v_share * 2)
    ) into v_bound;
    return v_bound;
end;
$$;
comment on function media_sync.sampled_bound(text, jsonb) is
    'The sort key up to which, by the sample, there is a page full of matches; null where the sample has too few.';
revoke all on function media_sync.sampled_bound(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.in_seasons(p_first timestamptz, p_last timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
    select format(
        'array[date_bin(''100 days'', asset.created_at, ''epoch'')] && %L::timestamptz[]',
        -- In hours: a day of somebody's time zone may have 23.
        array(select began from generate_series(p_first, p_last, '2400 hours') as began)
    );
$$;
comment on function media_sync.in_seasons(timestamptz, timestamptz) is
    'The condition that an asset was created in one of these seasons, as media_assets_search_index serves it.';
revoke all on function media_sync.in_seasons(timestamptz, timestamptz) from public, anon, authenticated;

create or replace function media_sync.from_beginning(p_seeks text[], p_seasonal boolean, p_first text, p_bound text, p_order jsonb)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_descending constant boolean := p_order ->> 'direction' = 'desc';
    v_until constant text := format(
        '%s %s %L::%s', p_order ->> 'key', case when v_descending then '>=' else '<=' end, p_bound, p_order ->> 'type'
    );
    v_season constant interval := interval '2400 hours';
    v_first timestamptz;
    v_last timestamptz;
begin
    if p_seasonal then
        v_first := date_bin('100 days', p_first::timestamptz, 'epoch');
        v_last := date_bin('100 days', p_bound::timestamptz, 'epoch');
    end if;
    if coalesce(v_first = v_last or not isfinite(v_first) or not isfinite(v_last) or v_first > v_last + v_season * 400
        or v_last > v_first + v_season * 400, true)
    then
        return media_sync.from_index(p_seeks || v_until);
    end if;
    -- All that was created before the matches begin is not listed to be met with them: their own index meets whole seasons
    -- of it. Only of the last one a part is wanted.
    return format(
        '(%s) union all (%s)',
        media_sync.from_index(p_seeks || case
            when v_descending then media_sync.in_seasons(v_last + v_season, v_first)
            else media_sync.in_seasons(v_first, v_last - v_season)
        end),
        media_sync.from_index(p_seeks || media_sync.in_seasons(v_last, v_last) || v_until || format(
            'asset.created_at %s %L::timestamptz',
            case when v_descending then '<' else '>=' end, v_last + case when v_descending then v_season else '0' end
        ))
    );
end;
$$;
comment on function media_sync.from_beginning(text[], boolean, text, text, jsonb) is
    'The rows that indexes find from the first in an order to a bound; seasonal: by creation, and the index that has the seasons finds them.';
revoke all on function media_sync.from_beginning(text[], boolean, text, text, jsonb) from public, anon, authenticated;
