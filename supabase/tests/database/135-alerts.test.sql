-- A change of the whole is told once; every hour its figures are kept; and who may see any of it.
begin;
\ir helpers.sql
select plan(40);

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

create function tests.last_alert()
returns jsonb
language sql
as $$
    select convert_from(body, 'UTF8')::jsonb from net.http_request_queue order by id desc limit 1;
$$;

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at) values ('demo', 'a1', 'secret-launch', 'image', now());

-- 1. One alert a change

select is(media_sync.alert_health(), null, 'health is ok as before → no alert');
update public.media_assets set sync_status = 'error', sync_error = 'refused';
select isnt(media_sync.alert_health(), null, 'ok → degraded: an alert');
select is(media_sync.alert_health(), null, 'still degraded → no other');
select is(tests.alerts(), 1, 'ok → degraded: one alert, however often it is asked');
select is(tests.last_alert() ->> 'status', 'degraded', 'an alert → says what health is');
select is(tests.last_alert() ->> 'previous_status', 'ok', 'an alert → says what it was');
select matches(tests.last_alert() ->> 'text', E'^Media Sync is degraded \\(was ok\\)\\.\nassets_in_error: 1 assets could not be pushed', 'an alert → text that chat shows, with what to do');
select is(
    (select array_agg(element ->> 'name') from jsonb_array_elements(tests.last_alert() -> 'checks') as element), '{assets_in_error}',
    'an alert → the checks that are not ok'
);
select is(tests.last_alert()::text like '%secret-launch%' or tests.last_alert()::text like '%opensesame%', false, 'an alert → names no asset and no key');
select results_eq(
    'select method::text, headers, timeout_milliseconds from net.http_request_queue', $$values ('POST', '{"Content-Type": "application/json"}'::jsonb, 5000)$$,
    'an alert → a POST of JSON, without our key'
);
update public.media_assets set sync_status = 'conflict';
select is(media_sync.alert_health(), null, 'degraded for another reason → no alert');
insert into media_sync.runs (kind, status, cloud_name, source) values ('full', 'blocked', 'demo', 'cron');
select isnt(media_sync.alert_health(), null, 'degraded → failing: an alert');
delete from media_sync.runs;
update public.media_assets set sync_status = 'synced';
select isnt(media_sync.alert_health(), null, 'failing → ok: an alert');
select is(tests.last_alert() ->> 'text', 'Media Sync is ok (was failing).', 'ok again → said without more');
select is(tests.last_alert() -> 'checks', '[]', 'ok again → no checks');
select is(tests.alerts(), 3, 'three changes → three alerts');

-- 2. Nobody to tell

update media_sync.settings set alert_url = null;
update public.media_assets set sync_status = 'error';
select is(media_sync.alert_health(), null, 'no alert_url → no alert');
select is((select status from media_sync.health_state), 'degraded', 'no alert_url → the change is remembered');
update media_sync.settings set alert_url = 'https://chat.test/hook';
select is(media_sync.alert_health(), null, 'alert_url set later → tells changes from then on');
savepoint intact;
set local client_min_messages = error;
alter table net.http_request_queue add constraint refuse check (false) not valid;
update public.media_assets set sync_status = 'synced';
select is(media_sync.alert_health(), null, 'pg_net refuses → nothing breaks');
rollback to intact;
set local client_min_messages = error;
drop schema net cascade;
insert into media_sync.runs (kind, status, cloud_name, source) values ('full', 'blocked', 'demo', 'cron');
select is(media_sync.alert_health(), null, 'no pg_net → nothing breaks');
rollback to intact;

-- 3. Snapshots

select is(public.media_sync_take_snapshot(), true, 'a snapshot → kept');
select is(public.media_sync_take_snapshot(), false, 'another in the same hour → not');
select is((select count(*)::integer from media_sync.snapshots), 1, 'two snapshots in an hour → one row');
select results_eq(
    $$select health, taken_at = date_trunc('hour', taken_at), (figures -> 'statistics' ->> 'total_assets')::integer, jsonb_typeof(figures -> 'rate_limits'),
        jsonb_array_length(figures -> 'checks')
    from media_sync.snapshots$$,
    $$values ('degraded', true, 1, 'array', 11)$$,
    'a snapshot → health, statistics, quota and checks of the hour'
);
update media_sync.snapshots set taken_at = taken_at - interval '1 hour';
select is(public.media_sync_take_snapshot(), true, 'in the next hour → another');

-- 4. Who may

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
