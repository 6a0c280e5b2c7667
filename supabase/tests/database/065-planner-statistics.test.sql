-- A first sync leaves tables that autovacuum has not seen yet: the run that filled them tells the planner.
begin;
\ir helpers.sql
select plan(4);

create function tests.known_rows(p_table regclass)
returns real
language sql
as $$ select reltuples from pg_class where oid = p_table $$;
create function tests.run_fully(p_count integer)
returns void
language plpgsql
as $$
declare
    v_run uuid;
begin
    insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at)
    select 'demo', 'a' || place, 'a' || place, 'image', now()
    from generate_series((select count(*) from public.media_assets) + 1, p_count) as place;
    v_run := public.media_sync_start_run('demo', 'full', 'api', gen_random_uuid(), 60) -> 'run' ->> 'run_id';
    perform public.media_sync_finish_run(v_run, 'completed');
end;
$$;

analyze public.media_assets;
select tests.run_fully(20);
select is(tests.known_rows('public.media_assets'), 0::real, 'a run with a few assets → nothing is gathered');
select tests.run_fully(2000);
select is(tests.known_rows('public.media_assets'), 2000::real, 'a run that filled the table → the planner knows how many there are');
select tests.run_fully(2500);
select is(tests.known_rows('public.media_assets'), 2000::real, 'a run that added a quarter → is left to autovacuum');
select tests.run_fully(6000);
select is(tests.known_rows('public.media_assets'), 6000::real, 'a run that doubled it → is told again');

select * from finish();
rollback;
