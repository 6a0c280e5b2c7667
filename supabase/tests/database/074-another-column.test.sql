-- The table of assets gets another column, of the project's own perhaps, while sessions go on, as those of the data API's
-- pool do: what they have called before answers as before.
begin;
\ir helpers.sql
\ir observations.sql
select plan(15);

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, tags, sync_status, observed_at)
select 'demo', 'a' || place, 'a' || place, 'image', '{x}', 'synced', now() from generate_series(1, 20) as place;

create function tests.ids(first integer, last integer)
returns uuid[]
language sql
as $$
    select array_agg(id) from public.media_assets where asset_id in (select 'a' || place from generate_series(first, last) as place);
$$;

create table tests.calls (place integer generated always as identity, topic text, statement text);
insert into tests.calls (topic, statement) values
    ('a page', $$select public.list_media_assets('{"search": "a", "include_total": true}')$$),
    ('facets', $$select public.get_media_facets('{}')$$),
    ('what a page shows', $$select public.read_media_library('{}', '{page,facets,stats,sync_status}')$$),
    ('an asset', $$select public.get_media_asset(id) from public.media_assets where asset_id = 'a1'$$),
    ('an edit', $$select public.edit_media_assets(tests.ids(1, 4), '{"tags": ["more"]}')$$),
    ('a deletion', $$select public.soft_delete_media_assets(tests.ids(5, 6))$$),
    ('a restore', $$select public.restore_media_asset(id) from public.media_assets where asset_id = 'a5'$$),
    ('a push', $$select public.media_sync_begin_push('demo', gen_random_uuid(), 10, 30, 'api')$$),
    ('what came in', $$select public.media_sync_apply_observations('demo', tests.observation('a7'), clock_timestamp(), 'api')$$),
    ('what is new', $$select public.media_sync_apply_observations('demo', tests.observation('n' || nextval('tests.new')), clock_timestamp(), 'api')$$),
    ('a plan of what would come', $$select public.media_sync_plan_observations('demo', tests.observation('a8'), clock_timestamp())$$),
    ('a comparison', $$select public.media_sync_compare_page('demo', tests.observation('a8'))$$),
    ('what is due', $$select public.media_sync_due('demo')$$),
    ('health', $$select * from public.get_sync_health()$$),
    ('statistics', $$select * from public.get_media_statistics()$$);
create sequence tests.new;

create function tests.call(statement text)
returns text
language plpgsql
as $$
begin
    execute statement;
    return null;
exception
    when others then
        return sqlerrm;
end;
$$;

do $$
begin
    perform tests.call(statement) from tests.calls, generate_series(1, 3) order by place;
end;
$$;
alter table public.media_assets disable trigger user;
update public.media_assets set sync_status = 'pending', next_attempt_at = null;
delete from media_sync.push_leases;
alter table public.media_assets enable trigger user;
-- Nothing waits for the triggers any more.
set constraints all immediate;
alter table public.media_assets add column noted_by_the_project text not null default 'none';
select is(tests.call(statement), null, topic || ' before and after → answers') from tests.calls order by place;

select * from finish();
rollback;
