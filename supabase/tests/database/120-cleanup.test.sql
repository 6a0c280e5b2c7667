-- Cleaning up: what is older than its retention goes, oldest first and in bounds; what must stay stays.
begin;
\ir helpers.sql
select plan(32);

delete from public.media_sync_log;
update media_sync.settings set
    log_retention = '30 days', problem_log_retention = '90 days', event_retention = '14 days', run_retention = '30 days',
    snapshot_retention = '90 days';

-- One row a status on either side of each limit, named by its age in days.
insert into public.media_sync_log (operation, status, source, public_id, resolved_at, created_at)
select
    case status when 'conflict' then 'conflict' else 'update' end, status, 'cron', status || ' ' || age,
    case when decided then clock_timestamp() end, clock_timestamp() - make_interval(days => age)
from (values
    ('success', true), ('skipped', true), ('stale', true), ('error', true), ('conflict', true)
) as kind (status, decided)
cross join unnest('{29,31,89,91,1000}'::integer[]) as age;
insert into public.media_sync_log (operation, status, source, public_id, created_at)
select 'conflict', 'conflict', 'cron', 'open ' || age, clock_timestamp() - make_interval(days => age)
from unnest('{31,91,1000}'::integer[]) as age;

-- 1. Retention by status

savepoint filled;
select is(public.cleanup_old_sync_logs(), 16::bigint, 'cleaning up → says how many log rows went');
select bag_eq(
    $$select public_id from public.media_sync_log where operation <> 'cleanup'$$,
    $$values ('success 29'), ('skipped 29'), ('stale 29'), ('error 29'), ('error 31'), ('error 89'),
        ('conflict 29'), ('conflict 31'), ('conflict 89'), ('open 31'), ('open 91'), ('open 1000')$$,
    'success, skipped and stale → 30 days; errors and decided conflicts → 90 days; open conflicts → for ever'
);
select results_eq(
    $$select status, source, (changes ->> 'log_rows')::bigint from public.media_sync_log where operation = 'cleanup'$$,
    $$values ('success', 'cron', 16::bigint)$$, 'cleaning up → logged, with the count'
);
select is(public.cleanup_old_sync_logs(), 0::bigint, 'cleaning up once more → nothing');
select is((select count(*)::integer from public.media_sync_log where operation = 'cleanup'), 1, 'nothing to clean up → nothing logged');
rollback to filled;
update media_sync.settings set log_retention = '60 days', problem_log_retention = '500 days';
select is(public.cleanup_old_sync_logs(), 11::bigint, 'other retentions in settings → those count');
rollback to filled;
update public.media_sync_log set resolved_at = clock_timestamp() where public_id = 'open 91';
select public.cleanup_old_sync_logs();
select is_empty($$select id from public.media_sync_log where public_id = 'open 91'$$, 'an old conflict that is decided → goes the next time');
rollback to filled;

-- 2. Bounds

select is(media_sync.delete_old_log('{success,skipped,stale}', clock_timestamp() - interval '30 days', 5, 7), 7::bigint, 'a limit of 7 in batches of 5 → 7 rows');
select is(
    (select count(*)::integer from public.media_sync_log where public_id in ('success 1000', 'skipped 1000', 'stale 1000', 'success 91', 'skipped 91', 'stale 91')),
    0, 'a limit → the oldest go first'
);
select is(media_sync.delete_old_log('{success,skipped,stale}', clock_timestamp() - interval '30 days', 2, 100), 5::bigint, 'batches of 2 → all that is left');
select is(media_sync.delete_old_log('{conflict}', clock_timestamp() - interval '30 days', 1, 100), 4::bigint, 'batches of 1 among rows that stay → pass them by');
rollback to filled;
update public.media_sync_log set created_at = timestamptz '2026-01-01';
select is(media_sync.delete_old_log('{success}', timestamptz '2026-02-01', 2, 100), 5::bigint, 'rows of one moment, in several batches → all go');
rollback to filled;
select is(media_sync.delete_old_log_rows(5000, 14), 14::bigint, 'the limit → counts all statuses together');
rollback to filled;
insert into public.media_sync_log (operation, status, source, created_at)
select 'update', 'success', 'cron', clock_timestamp() - interval '40 days' from generate_series(1, 100010);
select is(
    media_sync.delete_old_rows(100000, interval '0') -> 'log_rows', '100000', 'no time left after the first round → what it deletes, 100,000 a table'
);
insert into public.media_sync_log (operation, status, source, created_at)
select 'update', 'success', 'cron', clock_timestamp() - interval '40 days' from generate_series(1, 100010);
select is(public.cleanup_old_sync_logs(), 100036::bigint, 'more than a round deletes → round after round, all that is old');
rollback to filled;

-- 3. What else is only of use for a while

insert into media_sync.webhook_events (dedup_key, notification_type, body, received_at)
values ('old', 'upload', '{}', clock_timestamp() - interval '15 days'), ('new', 'upload', '{}', clock_timestamp() - interval '13 days');
insert into media_sync.snapshots (taken_at, health, figures)
values (clock_timestamp() - interval '91 days', 'ok', '{}'), (clock_timestamp() - interval '89 days', 'ok', '{}');
insert into media_sync.runs (id, kind, status, cloud_name, source, started_at, finished_at)
select
    ('00000000-0000-4000-8000-0000000b' || lpad(place::text, 4, '0'))::uuid, kind, status, 'demo', 'cron',
    clock_timestamp() - make_interval(days => age), clock_timestamp() - make_interval(days => ended)
from (values
    (1, 'full', 'completed', 40, 40), (2, 'full', 'completed', 35, 35), (3, 'full', 'failed', 33, 33), (4, 'full', 'blocked', 50, 50),
    (5, 'full', 'running', 60, null), (6, 'push', 'completed', 31, 31), (7, 'push', 'completed', 31, 29), (8, 'push', 'completed', 1, 1)
) as run (place, kind, status, age, ended);
insert into media_sync.run_cursors (run_id, shard) select id, 'image' from media_sync.runs;
insert into media_sync.invocations (request_id, function_name, requested_at)
values (71, 'sync', clock_timestamp() - interval '25 hours'), (72, 'sync', clock_timestamp() - interval '23 hours');
insert into net._http_response (id, status_code, created)
values (71, 202, clock_timestamp() - interval '25 hours'), (72, 202, clock_timestamp() - interval '23 hours'),
    (73, 202, clock_timestamp() - interval '25 hours'), (71, 200, clock_timestamp());
insert into cron.job_run_details (jobid, command, database, username, status, end_time)
values
    -- Never started, and older than the next.
    (1, 'select public.cleanup_old_sync_logs()', current_database(), 'postgres', 'starting', null),
    (1, 'select public.cleanup_old_sync_logs()', current_database(), 'postgres', 'succeeded', clock_timestamp() - interval '8 days'),
    (1, 'select public.cleanup_old_sync_logs()', current_database(), 'postgres', 'succeeded', clock_timestamp() - interval '6 days'),
    (1, 'select public.cleanup_old_sync_logs()', 'another', 'postgres', 'succeeded', clock_timestamp() - interval '8 days'),
    (2, 'vacuum', current_database(), 'postgres', 'succeeded', clock_timestamp() - interval '8 days');
delete from public.media_sync_log;
savepoint ready;

select is(public.cleanup_old_sync_logs(), 0::bigint, 'no log row too old → 0, whatever else goes');
select bag_eq('select dedup_key from media_sync.webhook_events', $$values ('new')$$, 'webhook events → event_retention');
select is((select count(*)::integer from media_sync.snapshots), 1, 'snapshots → snapshot_retention');
select bag_eq(
    'select right(id::text, 1)::integer from media_sync.runs', 'values (2), (4), (5), (7), (8)',
    'runs → run_retention from their end; never open or blocked ones, nor the last complete one of a kind'
);
select bag_eq('select right(run_id::text, 1)::integer from media_sync.run_cursors', 'values (2), (4), (5), (7), (8)', 'a run''s cursors → go with it');
select bag_eq('select request_id from media_sync.invocations', 'values (72::bigint)', 'calls of our functions → a day');
select bag_eq(
    'select id, status_code from net._http_response', 'values (72::bigint, 202), (73, 202), (71, 200)',
    'pg_net''s answers → those to our old calls; neither other people''s nor a newer one of the same id'
);
select bag_eq(
    'select database = current_database(), command, round(extract(epoch from clock_timestamp() - end_time) / 86400)::integer from cron.job_run_details',
    $$values (true, 'select public.cleanup_old_sync_logs()', 6), (false, 'select public.cleanup_old_sync_logs()', 8), (true, 'vacuum', 8)$$,
    'pg_cron''s records → a week of our jobs; nobody else''s'
);
rollback to ready;
set local client_min_messages = error;
drop schema net cascade;
drop schema cron cascade;
select lives_ok('select public.cleanup_old_sync_logs()', 'no pg_net and no pg_cron → nothing breaks');
select bag_eq('select dedup_key from media_sync.webhook_events', $$values ('new')$$, 'no pg_net and no pg_cron → the rest is cleaned up');
rollback to ready;

-- 4. Who may

create function tests.try_as(role text, media_role text default null)
returns text
language plpgsql
as $$
declare
    outcome text := 'allowed';
begin
    perform tests.authenticate_as(role, media_role);
    begin
        perform public.cleanup_old_sync_logs();
    exception
        when insufficient_privilege then outcome := 'denied';
    end;
    perform tests.clear_authentication();
    return outcome;
end;
$$;
select is(tests.try_as(role, media_role), outcome, format('%s calls cleanup_old_sync_logs() → %s', coalesce(media_role, role), outcome))
from (values
    ('anon', null, 'denied'), ('authenticated', null, 'denied'), ('authenticated', 'editor', 'denied'),
    ('authenticated', 'admin', 'allowed'), ('service_role', null, 'allowed')
) as caller (role, media_role, outcome);
insert into public.media_sync_log (operation, status, source, created_at) values ('update', 'success', 'cron', '2020-01-01');
select tests.authenticate_as('authenticated', 'admin');
select public.cleanup_old_sync_logs();
select tests.clear_authentication();
select results_eq(
    $$select source, user_id from public.media_sync_log where operation = 'cleanup'$$,
    $$values ('client', '00000000-0000-4000-8000-000000000001'::uuid)$$, 'an admin cleans up → logged, by whom'
);
select is_empty(
    $$select function, role
    from unnest('{"media_sync.delete_old_log(text[],timestamptz,integer,bigint)","media_sync.delete_old_log_rows(integer,bigint)","media_sync.delete_old_events(timestamptz,bigint)","media_sync.delete_old_runs(timestamptz,bigint)","media_sync.delete_old_job_details(text[],timestamptz)","media_sync.delete_old_invocations(timestamptz,bigint)","media_sync.delete_old_rows(bigint,interval)"}'::text[]) as function
    cross join unnest('{anon,authenticated,service_role}'::text[]) as role
    where has_function_privilege(role, function, 'execute')$$,
    'its parts → no role of the API may'
);

select * from finish();
rollback;
