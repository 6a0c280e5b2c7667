-- The jobs: scheduled by the migration, again without doubling, and taken away by one call.
begin;
\ir helpers.sql
select plan(21);

create function tests.jobs()
returns setof text
language sql
as $$
    select jobname::text from cron.job where jobname like 'media-sync-%' and active;
$$;

-- 1. Scheduling

select bag_eq(
    'select jobname::text, schedule, command from cron.job',
    $$values
        ('media-sync-tick', '* * * * *', $job$select media_sync.invoke_function('sync', '{"background": true}')$job$),
        ('media-sync-cleanup', '17 3 * * *', 'select public.cleanup_old_sync_logs()'),
        ('media-sync-snapshot', '2 * * * *', 'select public.media_sync_take_snapshot()'),
        ('media-sync-alert', '* * * * *', 'select media_sync.alert_health()')$$,
    'after the migrations → the tick every minute, the alert too, the snapshot hourly, the cleaning daily'
);
select is(public.schedule_media_sync(), 4, 'scheduling once more → says how many jobs there are');
select is((select count(*)::integer from tests.jobs()), 4, 'scheduling once more → no job twice');
update cron.job set schedule = '0 0 1 1 *' where jobname = 'media-sync-tick';
select public.schedule_media_sync();
select is((select schedule from cron.job where jobname = 'media-sync-tick'), '* * * * *', 'scheduling after an update → the schedule of this version');
update cron.job set active = false where jobname = 'media-sync-tick';
select is((select status from public.get_sync_health() where check_name = 'schedule'), 'degraded', 'the tick is switched off → health says what to run');
select public.schedule_media_sync();
select is((select status from public.get_sync_health() where check_name = 'schedule'), 'ok', 'run as health says → the tick is on again');
select is(
    (select string_agg(distinct username || ' ' || database, ', ') from cron.job), current_user || ' ' || current_database(),
    'every job → the owner''s, in this database'
);
create function tests.run(command text)
returns text
language plpgsql
as $$
begin
    execute command;
    return 'ran';
exception
    when others then return sqlerrm;
end;
$$;
set local client_min_messages = error;
select is(tests.run(command), 'ran', 'the command of ' || name || ' → runs') from media_sync.jobs() order by name;

-- 2. Taking away

insert into cron.job (jobname, schedule, command) values ('somebody-else', '* * * * *', 'select 1');
select is(public.unschedule_media_sync(), 4, 'unscheduling → says how many jobs there were');
select bag_eq('select jobname::text from cron.job', $$values ('somebody-else')$$, 'unscheduling → ours are gone, nobody else''s');
select is(public.unschedule_media_sync(), 0, 'unscheduling once more → nothing');
select is(public.schedule_media_sync(), 4, 'scheduling after that → all are back');

-- 3. Who may

select tests.authenticate_as('service_role');
select is(public.schedule_media_sync(), 4, 'a secret key schedules → may');
select is(public.unschedule_media_sync(), 4, 'a secret key unschedules → may');
select tests.clear_authentication();
select is_empty(
    $$select function, role
    from unnest('{"public.schedule_media_sync()","public.unschedule_media_sync()","media_sync.jobs()"}'::text[]) as function
    cross join unnest('{anon,authenticated}'::text[]) as role
    where has_function_privilege(role, function, 'execute')$$,
    'users of the API, admins too → may not'
);

-- 4. No pg_cron

savepoint intact;
drop schema cron cascade;
select is(public.schedule_media_sync(), 0, 'no pg_cron → nothing is scheduled, nothing breaks');
select is(public.unschedule_media_sync(), 0, 'no pg_cron → nothing is unscheduled, nothing breaks');
rollback to intact;
select is((select count(*)::integer from tests.jobs()), 0, 'pg_cron back → as it was before');

select * from finish();
rollback;
