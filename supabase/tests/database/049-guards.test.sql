-- What the guard stops beside the sweep: look-ups that deny too much at once, and a scope that would hide too much.
begin;
\ir helpers.sql
\ir observations.sql
select plan(26);

create function tests.assets(many integer, folder text default 'a')
returns jsonb[]
language sql
as $$
    select array_agg(tests.asset(folder || '-' || place, jsonb_build_object('folder', folder))) from generate_series(1, many) as place;
$$;
create function tests.live()
returns integer
language sql
as $$
    select count(*)::integer from public.media_assets where deleted_at is null and in_scope;
$$;
create function tests.denied(first integer, last integer)
returns integer
language sql
as $$
    select (public.media_sync_settle_look_up(
        'demo', array(select 'a-' || place from generate_series(first, last) as place), '[]', clock_timestamp(), 'cron'
    ) ->> 'absent')::integer;
$$;
create function tests.blocked()
returns media_sync.runs
language sql
as $$
    select run from media_sync.runs as run where status = 'blocked' order by started_at desc limit 1;
$$;

-- 1. Absence that no sweep has judged

select tests.observe(1, tests.assets(30));
select is(tests.denied(1, 9), 9, '9 of 30 are denied → gone');
select is(tests.denied(10, 15), 6, '15 of 30 within the hour, exactly the limit → gone');
select is(tests.denied(16, 17), 0, 'two more → none is let go of');
select is(tests.live(), 15, 'beyond the limit → the rows stay');
select is((tests.blocked()).kind || ' ' || ((tests.blocked()).blocked_by ->> 'absent'), 'refresh 2', 'beyond the limit → a blocked run says how many');
select is(tests.denied(18, 20), 0, 'denied in another look-up → none is let go of');
select is((tests.blocked()).blocked_by ->> 'absent', '5', 'denied in another look-up → the same run gathers them');
select is((select status from public.get_sync_health() where check_name = 'delete_guard'), 'failing', 'blocked → health fails');
select matches(
    (select message from public.get_sync_health() where check_name = 'delete_guard'), 'would delete 5 of 30 assets.*allow_mass_delete', 'blocked → health says how to allow it'
);
select is((select public.get_sync_status() -> 'is_synced'), 'false', 'blocked → not synced');
savepoint blocked;
select public.media_sync_allow_mass_delete((tests.blocked()).id, 'api');
create temporary table allowed as select id from media_sync.runs where allowed_at is not null;
select is(
    jsonb_array_length(public.media_sync_begin_sweep((select id from allowed), 100) -> 'asset_ids'), 5, 'allowed → they are looked up once more'
);
select is(
    public.media_sync_settle_absences(
        (select id from allowed), array(select 'a-' || place from generate_series(16, 20) as place), jsonb_build_array(tests.asset('a-16')),
        clock_timestamp(), 'api', 100, '{}'
    ) -> 'run' ->> 'status',
    'completed', 'allowed → the run ends'
);
select is(tests.live(), 11, 'allowed → those still denied are gone, one that is shown stays');
rollback to blocked;
insert into media_sync.runs (kind, status, cloud_name, source, finished_at) values ('full', 'completed', 'demo', 'cron', clock_timestamp());
select is((select status from public.get_sync_health() where check_name = 'delete_guard'), 'ok', 'a whole listing found them all since → ok again');
select tests.denied(16, 20);
select is(
    (select status || ' ' || substring(message from 'delete \d+') from public.get_sync_health() where check_name = 'delete_guard'), 'failing delete 5',
    'denied once more → a blocked run of their own, and health fails again'
);
rollback to blocked;

-- 2. Deleted here anyway

update public.media_assets set deleted_at = clock_timestamp(), sync_status = 'pending' where asset_id in ('a-21', 'a-22');
select is(tests.denied(21, 22), 2, 'denied and deleted here → final, whatever the guard says');

-- 3. Scope

delete from media_sync.runs;
delete from public.media_assets;
select tests.observe(2, tests.assets(30) || tests.assets(10, 'b'));
set local client_min_messages = error;
update media_sync.settings set include_folders = '{prodcts}';
select is(tests.live(), 40, 'a misspelt folder would hide everything → nothing is hidden');
select is((select wanted_folders from media_sync.settings), '{prodcts}', 'a misspelt folder → the wish waits');
select matches(
    (select message from public.get_sync_health() where check_name = 'delete_guard'), 'would hide 40 of 40 assets and waits', 'a misspelt folder → health says so'
);
update media_sync.settings set wanted_folders = null;
select is((select status from public.get_sync_health() where check_name = 'delete_guard'), 'ok', 'taken back as health says → ok again');
update media_sync.settings set include_folders = '{a}';
select is(tests.live(), 30, 'a quarter would be hidden → hidden at once');
update media_sync.settings set include_folders = '{b}';
select is((select include_folders from media_sync.settings), '{a}', 'three quarters would be hidden → waits');
select public.media_sync_allow_mass_delete((tests.blocked()).id, 'api');
select is((select include_folders from media_sync.settings), '{b}', 'allowed → the folders are the mirrored ones');
select is(tests.live(), 10, 'allowed → the others are hidden');
select is((select status from public.get_sync_health() where check_name = 'delete_guard'), 'ok', 'allowed → ok again');
update media_sync.settings set include_folders = '{}';
select is(tests.live(), 40, 'a wider scope hides nothing → at once');

select * from finish();
rollback;
