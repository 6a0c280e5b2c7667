-- What the platform lacked at first is taken up by itself once it is there; what a person switched off stays off.
begin;
\ir helpers.sql
select plan(51);
set local client_min_messages = error;

create function tests.told(wanted text)
returns text
language sql
as $$
    select status || ': ' || message from public.get_sync_health() where check_name = wanted;
$$;

create function tests.jobs()
returns text
language sql
as $$
    select string_agg(jobname || case when active then '' else ' off' end, ', ' order by jobname) from cron.job where jobname like 'media-sync-%';
$$;
create function tests.all_jobs()
returns text
language sql
as $$
    select 'media-sync-alert, media-sync-cleanup, media-sync-snapshot, media-sync-tick';
$$;

-- 1. Jobs

savepoint intact;
delete from cron.job;
select is(public.media_sync_due('demo') -> 'repair_due', 'false', 'an installation that is in order → nothing is to be repaired');
update media_sync.health_state set jobs_pending = true;
select is(public.media_sync_due('demo') -> 'repair_due', 'true', 'jobs still to be scheduled → a call of sync is told to repair');
select ok(public.media_sync_repair(), 'a call of sync where the jobs could not be scheduled before → repairs');
select is(tests.jobs(), tests.all_jobs(), 'a call of sync → the jobs are there');
select matches(tests.told('schedule'), '^ok', 'a call of sync → health is in order');
delete from cron.job;
update media_sync.health_state set jobs_pending = true;
select lives_ok('select media_sync.alert_health()', 'the minute''s job → repairs as well');
select is(tests.jobs(), tests.all_jobs(), 'the minute''s job → the jobs are there');

update cron.job set active = false where jobname = 'media-sync-tick';
select public.media_sync_repair();
select is(tests.jobs(), tests.all_jobs() || ' off', 'a job that somebody switched off → stays off');
select matches(tests.told('schedule'), '^degraded: Somebody switched off the jobs media-sync-tick, .* select public.schedule_media_sync\(\)', 'a job that is off → health names it and what switches it on');
update media_sync.health_state set jobs_pending = true;
select public.media_sync_repair();
select is(tests.jobs(), tests.all_jobs() || ' off', 'off, while others are still to be scheduled → stays off');
select is(public.schedule_media_sync(), 4, 'scheduled by hand → says how many');
select is(tests.jobs(), tests.all_jobs(), 'scheduled by hand → it is on again');

delete from cron.job where jobname = 'media-sync-cleanup';
select public.media_sync_repair();
select is(tests.jobs(), 'media-sync-alert, media-sync-snapshot, media-sync-tick', 'a job that somebody took away → stays away');
select matches(tests.told('schedule'), '^degraded: The jobs media-sync-cleanup do not run', 'a job that is gone → health names it');
select public.unschedule_media_sync();
select public.media_sync_repair();
select is(tests.jobs(), null, 'all taken away → stay away');
select matches(tests.told('schedule'), 'somebody took the jobs away.* select public.schedule_media_sync\(\)', 'all taken away → health says so, and what brings them back');
rollback to intact;

alter schema cron rename to elsewhere;
select is(public.schedule_media_sync(), 0, 'no pg_cron → nothing is scheduled');
select ok(public.media_sync_repair(), 'no pg_cron → a call of sync goes on');
select matches(tests.told('schedule'), '^degraded: Nothing runs by itself: enable the extension pg_cron', 'no pg_cron → health says so');
alter schema elsewhere rename to cron;
delete from cron.job;
select public.media_sync_repair();
select is(tests.jobs(), tests.all_jobs(), 'pg_cron is there → the next call schedules');
alter schema cron rename to elsewhere;
select public.media_sync_repair();
alter schema elsewhere rename to cron;
delete from cron.job;
select public.media_sync_repair();
select is(tests.jobs(), tests.all_jobs(), 'pg_cron went and came back without its jobs → the next call schedules');
rollback to intact;

insert into cron.job (jobname, schedule, command, username)
select jobname, schedule, command, 'service_role' from cron.job where jobname = 'media-sync-tick';
select matches(tests.told('schedule'), '^degraded: The jobs media-sync-tick of another role .*cron.unschedule.*''service_role''', 'another role''s job of the same name → health says how to take it away');
delete from cron.job where username <> 'service_role';
select is((select count(*)::integer from public.get_sync_health() where check_name = 'tick'), 0, 'only another role''s tick → no tick is counted upon');
rollback to intact;

-- 2. Live updates

drop schema if exists realtime cascade;
update media_sync.health_state set broadcast_pending = true;
select is(tests.told('live_updates'), 'ok: There is no Realtime here, so that nothing is broadcast.', 'no Realtime at all → nothing is missing, and health says so');
create schema realtime;
select matches(tests.told('live_updates'), '^degraded: Live updates are off: .*the first client connects', 'Realtime without its tables → live updates are off, and health says so');
select ok(public.media_sync_repair(), 'Realtime without its tables → a call of sync goes on');
create table realtime.messages (
    id uuid not null default gen_random_uuid(), topic text not null, extension text not null, payload jsonb, event text, private boolean,
    inserted_at timestamp not null default now()
) partition by range (inserted_at);
alter table realtime.messages enable row level security;
create function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void
language plpgsql
as $$
begin
    insert into realtime.messages (topic, extension, payload, event, private) values (topic, 'broadcast', payload, event, private);
exception
    when others then raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
end;
$$;
create function tests.day(offset_days integer)
returns void
language plpgsql
as $$
begin
    execute format(
        'create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
        to_char(current_date + offset_days, '"messages_"YYYY_MM_DD'), (current_date + offset_days)::timestamp, (current_date + offset_days + 1)::timestamp
    );
end;
$$;
select tests.day(-1);
select is(public.media_sync_due('demo') -> 'repair_due', 'true', 'Realtime''s tables have come → a call of sync is told to repair');
select matches(tests.told('live_updates'), '^degraded: .*policies "Nobody.*" and "Viewers.*" on realtime.messages are missing: run select public.enable_media_broadcast\(\)', 'tables without our policies → off, and names the statement');
create role media_sync_stranger;
grant media_sync_stranger to current_user;
alter table realtime.messages owner to media_sync_stranger;
create function tests.refuse() returns event_trigger language plpgsql as $$ begin raise exception 'must be owner of relation messages'; end $$;
create event trigger refuse_policies on ddl_command_start when tag in ('CREATE POLICY') execute function tests.refuse();
select ok(public.media_sync_repair(), 'the platform refuses the policies → a call of sync goes on');
select matches(tests.told('live_updates'), 'are missing \(must be owner of relation messages\).*upgrade the project''s Postgres', 'the platform refuses the policies → health tells why, and what is left');
drop event trigger refuse_policies;
select public.media_sync_repair();
select matches(tests.told('live_updates'), '^degraded: Live updates rest: Realtime has no partition for the messages of today', 'the platform takes them → the next call makes them; no partition for today → health says so');
select is((select broadcast_error from media_sync.health_state), null, 'it takes them → the refusal is forgotten');

select ok(not media_sync.realtime_takes_messages(), 'no partition for today → nothing is sent, and no statement warns');
select is(public.media_sync_due('demo') -> 'repair_due', 'false', 'taken up → nothing is to be repaired');
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at) values ('demo', 'p1', 'p1', 'image', now());
select is((select count(*)::integer from realtime.messages), 0, 'no partition for today → the asset is written, no message is');
select tests.day(1);
select ok(not media_sync.realtime_takes_messages(), 'tomorrow''s partition → not yet');
select tests.day(0);
select is(tests.told('live_updates'), 'ok: Changes are broadcast to viewers.', 'today''s partition → on');
update public.media_assets set display_name = 'x' where asset_id = 'p1';
select is((select count(*)::integer from realtime.messages), 1, 'today''s partition → a change is sent');
alter table realtime.messages disable row level security;
select matches(tests.told('live_updates'), '^degraded: .*no row level security', 'messages without row level security → said');
alter table realtime.messages enable row level security;
drop policy "Viewers receive changes of media assets" on realtime.messages;
select public.media_sync_repair();
select matches(tests.told('live_updates'), 'policies "Viewers receive changes of media assets" on', 'a policy that somebody dropped → stays away, and health says so');
select ok(public.enable_media_broadcast(), 'allowed by hand → is');
select matches(tests.told('live_updates'), '^ok', 'allowed by hand → on again');
drop table realtime.messages cascade;
select public.media_sync_repair();
create table realtime.messages (id uuid, topic text, extension text, payload jsonb, event text, private boolean);
alter table realtime.messages enable row level security;
select public.media_sync_repair();
select matches(tests.told('live_updates'), '^ok', 'Realtime''s tables went and came back → the next call allows live updates again');
rollback to intact;

-- 3. Schemas that the owner may not use

create role media_sync_poor_owner;
create schema closed;
create table closed.messages ();
grant usage on schema media_sync to media_sync_poor_owner;
grant execute on function media_sync.known_table(text), media_sync.known_function(text), media_sync.closed_schema(text) to media_sync_poor_owner;
create function tests.poorly(expression text)
returns text
language plpgsql
as $$
declare
    v_told text;
begin
    set local role media_sync_poor_owner;
    execute 'select ' || expression into v_told;
    reset role;
    return v_told;
end;
$$;
select is(tests.poorly('media_sync.known_table(''closed.messages'')::text'), null, 'a table in a schema that is closed to the owner → none, and no error');
select is(tests.poorly('media_sync.known_function(''closed.send(text)'')::text'), null, 'a function there → none, and no error');
select is(tests.poorly('media_sync.closed_schema(''closed'')::text'), 'true', 'that schema → known as closed');
select is(tests.poorly('media_sync.closed_schema(''nowhere'') or media_sync.closed_schema(''media_sync'')'), 'false', 'no schema, or one that is open → not closed');
select is(media_sync.known_table('closed.messages')::text, 'closed.messages', 'who may use it → has it');
rollback to intact;

-- 4. pg_net

insert into media_sync.invocations (request_id, function_name, requested_at) values (990001, 'sync', clock_timestamp() - interval '14 seconds');
insert into net.http_request_queue (id, method, url, headers, timeout_milliseconds)
values (990001, 'POST', 'http://project.test', '{}', 5000), (990000, 'GET', 'http://hangs.test', '{}', 600000);
select matches(tests.told('requests'), '^ok', 'a request on its way → in order');
update media_sync.invocations set requested_at = clock_timestamp() - interval '20 seconds' where request_id = 990001;
select matches(tests.told('requests'), '^degraded: In pg_net 2 requests wait, .* net.worker_restart\(\)', 'a request of ours that waits → how many wait, whose, and what to do');
update media_sync.invocations set requested_at = clock_timestamp() - interval '6 minutes' where request_id = 990001;
select matches(tests.told('requests'), '^failing', 'it waits for minutes → failing');

select * from finish();
rollback;
