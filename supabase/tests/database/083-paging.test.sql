-- Keyset paging while rows come and go: what stayed is seen once, in every sort and by every way of finding.
begin;
\ir helpers.sql
select no_plan();

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, bytes, display_name, tags, observed_at, created_at, updated_at)
select
    md5('stays' || i)::uuid, 'demo', 'stays-' || i, concat_ws(' ', (array['sunset', 'a sunset', 'xsunset', 'sunsets'])[1 + i % 4], i % 9), 'image', i % 11,
    case when i % 3 = 0 then 'Sunset ' || i % 5 end, '{kept}', now(), '2025-01-01'::timestamptz + i % 17 * interval '30 days', '2026-02-01'::timestamptz + i % 13 * interval '1 hour'
from generate_series(1, 150) as i;

-- Rows of all kinds appear, and those that appeared earlier go.
create function tests.disturb(step integer)
returns void
language plpgsql
as $$
begin
    delete from public.media_assets where asset_id like 'comes-%' and md5(asset_id || step) < '8';
    insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, bytes, display_name, tags, observed_at, created_at, updated_at)
    select
        'demo', format('comes-%s-%s', step, i), concat_ws(' ', (array['sunset', 'a sunset', 'xsunset', 'sunsets'])[1 + i % 4], (step * 7 + i) % 9), 'image',
        (step + i) % 11, case when i % 2 = 0 then 'Sunset ' || (step + i) % 5 end, '{kept}', now(),
        '2025-01-01'::timestamptz + (step * 5 + i) % 17 * interval '30 days', '2026-02-01'::timestamptz + (step * 3 + i) % 13 * interval '1 hour'
    from generate_series(1, 5) as i;
end;
$$;

create function tests.walk_disturbed(query jsonb)
returns text[]
language plpgsql
as $$
declare
    answer jsonb;
    walked text[] := '{}';
begin
    for step in 1 .. 400 loop
        answer := public.list_media_assets(query);
        walked := walked || array(select item ->> 'asset_id' from jsonb_array_elements(answer -> 'items') as item);
        exit when answer ->> 'next' is null;
        query := query || jsonb_build_object('cursor', answer -> 'next');
        perform tests.disturb(step);
    end loop;
    delete from public.media_assets where asset_id like 'comes-%';
    return walked;
end;
$$;

create function tests.seen_once(query jsonb)
returns boolean
language sql
as $$
    select array(select asset_id from unnest(tests.walk_disturbed(query)) as asset_id where asset_id like 'stays-%' order by asset_id)
        = array(select 'stays-' || i from generate_series(1, 150) as i order by 1);
$$;

select ok(tests.seen_once(jsonb_build_object('sort_by', sort_by, 'sort_order', sort_order, 'limit', 9) || filter), format('%s %s %s, read whole → what stayed is seen once', sort_by, sort_order, filter))
from unnest('{created_at,updated_at,public_id,bytes,display_name,relevance}'::text[]) as sort_by
cross join unnest('{asc,desc}'::text[]) as sort_order
cross join lateral unnest(case sort_by when 'relevance' then array['{"search": "sunset"}'::jsonb] else array['{}'::jsonb, '{"tags": ["kept"]}'] end) as filter;
create or replace function media_sync.small_library() returns integer language sql immutable set search_path = '' as 'select 0';
create or replace function media_sync.few_matches() returns integer language sql immutable set search_path = '' as 'select 2';
create or replace function media_sync.few_ranked_matches() returns integer language sql immutable set search_path = '' as 'select 2';
create or replace function media_sync.walk_budget() returns integer language sql immutable set search_path = '' as 'select 60';
select ok(tests.seen_once(jsonb_build_object('sort_by', sort_by, 'sort_order', sort_order, 'limit', 9) || filter), format('%s %s %s, walked → what stayed is seen once', sort_by, sort_order, filter))
from unnest('{created_at,updated_at,public_id,bytes,display_name,relevance}'::text[]) as sort_by
cross join unnest('{asc,desc}'::text[]) as sort_order
cross join lateral unnest(case sort_by when 'relevance' then array['{"search": "sunset"}'::jsonb] else array['{}'::jsonb, '{"tags": ["kept"]}'] end) as filter;
create or replace function media_sync.few_matches() returns integer language sql immutable set search_path = '' as 'select 10000';
create or replace function media_sync.few_ranked_matches() returns integer language sql immutable set search_path = '' as 'select 10000';
create or replace function media_sync.many_candidates() returns integer language sql immutable set search_path = '' as 'select 0';
select ok(tests.seen_once(query || '{"limit": 9}'), format('%s, where no index tells the matches from the rest → what stayed is seen once', query))
from unnest(array['{"search": "sunset"}'::jsonb, '{"search": "sunset", "sort_order": "asc"}', '{"search": "sunset", "sort_by": "bytes"}', '{"tags": ["kept"], "sort_by": "public_id"}']) as query;

select * from finish();
rollback;
