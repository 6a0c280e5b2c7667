-- A change of the whole is told once; every hour its figures are kept; and who may see any of it.
begin;
\ir helpers.sql
select plan(63);

delete from vault.secrets;
select vault.create_secret('http://project.test', 'media_sync_project_url'), vault.create_secret('opensesame', 'media_sync_cron_key');
select public.schedule_media_sync();
delete from public.media_sync_log;
update media_sync.health_state set installed_at = clock_timestamp();
delete from net.http_request_queue;
update media_sync.settings set alert_url = 'https://chat.test/hook';

create function tests.alerts()
returns integer
language sql
as $$
    select count(*)::integer from net.http_request_queue where url = 'https://chat.test/hook';
$$;

create function tests.answer(code integer)
returns void
language sql
as $$
    insert into net._http_response (id, status_code, created)
    select request_id, code, clock_timestamp() from media_sync.alerts where request_id is not null;
$$;

create function tests.last_alert()
returns jsonb
language sql
as $$
    select convert_from(body, 'UTF8')::jsonb from net.http_request_queue order by id desc limit 1;
$$;

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at) values ('demo', 'a1', 'secret-launch', 'image', now());

-- 1. One alert for each check and change

select is(media_sync.alert_health(), 0, 'health is ok as before → no alert');
update public.media_assets set sync_status = 'error', sync_error = 'refused';
select is(media_sync.alert_health(), 1, 'a check degrades → an alert');
select is(media_sync.alert_health(), 0, 'still degraded → no other');
select is(tests.alerts(), 1, 'a check degrades → one alert, however often it is asked');
select is(
    tests.last_alert() - '{id,at,text,message}'::text[],
    '{"check": "assets_in_error", "status": "degraded", "previous_status": "ok", "health": "degraded"}', 'an alert → the check, what it is and was, and health'
);
select matches(
    tests.last_alert() ->> 'text', E'^Media Sync: assets_in_error is degraded \\(was ok\\)\\. 1 asset could not be pushed', 'an alert → text that chat shows, with what to do'
);
select is(tests.last_alert()::text like '%secret-launch%' or tests.last_alert()::text like '%opensesame%', false, 'an alert → names no asset and no key');
select results_eq(
    'select method::text, headers, timeout_milliseconds from net.http_request_queue', $$values ('POST', '{"Content-Type": "application/json"}'::jsonb, 5000)$$,
    'an alert → a POST of JSON, without our key'
);
insert into media_sync.quarantine (cloud_name, asset_id, public_id, reason) values ('demo', 'a2', 'secret-launch-2', 'Its name is odd.');
select is(media_sync.alert_health(), 1, 'another check degrades while health stays degraded → an alert of its own');
select is(tests.last_alert() ->> 'check', 'quarantine', 'another check → named');
select is(tests.last_alert()::text like '%secret-launch%', false, 'an alert about the quarantine → names no asset');
select is(tests.last_alert() ->> 'message', '1 asset is set aside; GET sync names it.', 'an alert about one set aside → in the singular');
select tests.answer(200);
delete from media_sync.quarantine;
insert into media_sync.runs (kind, status, cloud_name, source, blocked_by) values ('full', 'blocked', 'demo', 'cron', '{"absent": 70, "live": 100}');
select is(media_sync.alert_health(), 2, 'one check is ok again, another fails → two alerts');
select is(media_sync.alert_health(), 0, 'still failing → no other');
select tests.answer(200);
update media_sync.health_checks set told_at = told_at - interval '7 hours' where status = 'failing';
select is(media_sync.alert_health(), 1, 'failing for six hours → a reminder');
select matches(tests.last_alert() ->> 'text', 'delete_guard is still failing, since 20', 'a reminder → says since when');
select tests.answer(200);
delete from media_sync.runs;
update public.media_assets set sync_status = 'synced';
select is(media_sync.alert_health(), 2, 'everything is mended → an alert for each check');
select matches(tests.last_alert() ->> 'text', 'is ok \(was ', 'mended → said so');

-- 2. A receiver that is down hears of everything once it is up, once

delete from net.http_request_queue;
delete from media_sync.alerts;
create function tests.later()
returns integer
language sql
as $$
    update media_sync.alerts set next_attempt_at = '-infinity';
    select media_sync.alert_health();
$$;
update public.media_assets set sync_status = 'error';
select is(media_sync.alert_health(), 1, 'a check degrades → sent');
select is(tests.later(), 0, 'no answer yet → not sent again');
select tests.answer(500);
select is(media_sync.alert_health(), 0, 'the receiver fails → not sent again at once');
select is(tests.later(), 1, 'the receiver fails → sent again after a pause');
select tests.answer(null);
select media_sync.alert_health();
update public.media_assets set sync_status = 'synced';
select is(tests.later(), 1, 'no answer, and news of the same check meanwhile → one after the other');
select is((select status || ' ' || value from public.get_sync_health() where check_name = 'alerts'), 'degraded 2', 'one alert was sent three times in vain, another waits → health counts them');
update media_sync.alerts set sent_at = sent_at - interval '3 minutes';
delete from net._http_response;
select media_sync.alert_health();
select is(tests.later(), 1, 'an answer that never comes → sent again');
select matches((select message from public.get_sync_health() where check_name = 'alerts'), 'alert_url', 'an alert that does not arrive → health says what to do');
select tests.answer(204);
select is(tests.later(), 1, 'the receiver takes it → the next is sent');
select tests.answer(204);
select is(tests.later(), 0, 'the receiver takes both → nothing is sent again');
select is((select count(*)::integer from media_sync.alerts where delivered_at is null), 0, 'taken → delivered');
select is((select status from public.get_sync_health() where check_name = 'alerts'), 'ok', 'delivered → ok');

-- 3. Nobody to tell, and somebody later

update media_sync.settings set alert_url = null;
update public.media_assets set sync_status = 'error';
select is(media_sync.alert_health(), 0, 'no alert_url → no alert');
select matches(public.test_media_alert(), 'set alert_url', 'test_media_alert() without an alert_url → says what to set');
update media_sync.settings set alert_url = 'https://chat.test/hook';
select is(media_sync.alert_health(), 1, 'alert_url set while something is wrong → hears of it');
select tests.answer(200);
select is(tests.later(), 0, 'it takes it → nothing more');
update media_sync.settings set alert_url = 'https://chat.test/hook?room=2';
select is(tests.later(), 1, 'another alert_url while something is wrong → hears of it');
update media_sync.alerts set request_id = null where delivered_at is null;
update media_sync.settings set alert_url = 'https://chat.test/hook';
select is(tests.later(), 1, 'another one before the last heard of it → hears of it once');
update media_sync.settings set alert_url = null;
select is((select status || ' ' || value from public.get_sync_health() where check_name = 'alerts'), 'ok 0', 'no alert_url any more → nothing waits');
update media_sync.settings set alert_url = 'https://chat.test/hook';
select is(media_sync.alert_health(), 1, 'one again → hears of what is wrong');
select matches(public.test_media_alert(), '^1 alert is on its way', 'test_media_alert() → sends one');
select is(tests.last_alert() ->> 'check', 'test', 'test_media_alert() → says that it is a test');
select tests.answer(200);
savepoint intact;
set local client_min_messages = error;
alter table net.http_request_queue add constraint refuse check (false) not valid;
update public.media_assets set sync_status = 'synced';
select is(media_sync.alert_health(), 0, 'pg_net refuses → nothing breaks');
select is((select count(*)::integer from media_sync.alerts where delivered_at is null and last_error like 'pg_net%'), 1, 'pg_net refuses → the alert is kept');
rollback to intact;
set local client_min_messages = error;
drop schema net cascade;
insert into media_sync.runs (kind, status, cloud_name, source) values ('full', 'blocked', 'demo', 'cron');
select is(media_sync.alert_health(), 0, 'no pg_net → nothing breaks');
rollback to intact;
update public.media_assets set sync_status = 'error';

-- 4. Runs whose worker was killed

insert into media_sync.runs (kind, status, cloud_name, source, touched_at)
values ('push', 'running', 'demo', 'cron', clock_timestamp() - interval '11 minutes'), ('full', 'running', 'demo', 'cron', clock_timestamp() - interval '1 hour');
select media_sync.alert_health();
select results_eq(
    $$select kind, status, errors -> 0 ->> 'code' from media_sync.runs order by kind$$,
    $$values ('full', 'running', null), ('push', 'failed', 'worker_lost')$$, 'a push that nobody touched for ten minutes → failed with its reason; a pull waits for the next tick'
);
delete from media_sync.runs;

-- 5. Snapshots

select is(public.media_sync_take_snapshot(), true, 'a snapshot → kept');
select is(public.media_sync_take_snapshot(), false, 'another in the same hour → not');
select is((select count(*)::integer from media_sync.snapshots), 1, 'two snapshots in an hour → one row');
select results_eq(
    $$select health, taken_at = date_trunc('hour', taken_at), (figures -> 'statistics' ->> 'total_assets')::integer, jsonb_typeof(figures -> 'rate_limits'),
        jsonb_array_length(figures -> 'checks')
    from media_sync.snapshots$$,
    $$values ('degraded', true, 1, 'array', 20)$$,
    'a snapshot → health, statistics, quota and checks of the hour'
);
update media_sync.snapshots set taken_at = taken_at - interval '1 hour';
select is(public.media_sync_take_snapshot(), true, 'in the next hour → another');

-- 6. Who may

create function tests.try_as(role text, media_role text, call text)
returns text
language plpgsql
as $$
declare
    outcome text := 'allowed';
begin
    perform tests.authenticate_as(role, media_role);
    begin
        execute call;
    exception
        when insufficient_privilege then outcome := 'denied';
    end;
    perform tests.clear_authentication();
    return outcome;
end;
$$;
select is(
    tests.try_as(role, media_role, 'select * from ' || function), case when place >= least_place then 'allowed' else 'denied' end,
    format('%s calls %s → %s', coalesce(media_role, role), function, case when place >= least_place then 'allowed' else 'denied' end)
)
from (values ('public.get_sync_health()', 4), ('public.get_sync_health_summary()', 4)) as wanted (function, least_place)
cross join (values
    ('anon', null, 1), ('authenticated', null, 2), ('authenticated', 'editor', 3), ('authenticated', 'admin', 4), ('service_role', null, 5)
) as caller (role, media_role, place);
select is(tests.try_as(role, 'admin', 'select public.media_sync_take_snapshot()'), outcome, format('%s calls media_sync_take_snapshot() → %s', role, outcome))
from (values ('anon', 'denied'), ('authenticated', 'denied'), ('service_role', 'allowed')) as caller (role, outcome);
select is_empty(
    $$select function, role
    from unnest('{"media_sync.alert_health()","media_sync.health_summary()","media_sync.check_calls()","media_sync.check_runs()","media_sync.check_assets()","media_sync.check_cloudinary()","media_sync.recent_answers()","media_sync.tick_is_scheduled()"}'::text[]) as function
    cross join unnest('{anon,authenticated,service_role}'::text[]) as role
    where has_function_privilege(role, function, 'execute')$$,
    'the parts of health, and the alert → no role of the API may'
);

select * from finish();
rollback;
