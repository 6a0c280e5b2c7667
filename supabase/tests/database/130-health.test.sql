-- Health: each check turns when it should and back again, says what to do, and a change of the whole is told once.
begin;
\ir helpers.sql
select plan(103);

delete from vault.secrets;
select vault.create_secret('http://project.test', 'media_sync_project_url'), vault.create_secret('opensesame', 'media_sync_cron_key');
select public.schedule_media_sync();
delete from public.media_sync_log;
update media_sync.health_state set installed_at = clock_timestamp();
update media_sync.settings set incremental_interval = '1 minute', webhook_silence = '1 day', quota_reserve_percent = 10, alert_url = null;

create function tests.check(wanted text)
returns text
language sql
as $$
    select status from public.get_sync_health() where check_name = wanted;
$$;

create function tests.message(wanted text)
returns text
language sql
as $$
    select message from public.get_sync_health() where check_name = wanted;
$$;

create function tests.ago(age interval)
returns timestamptz
language sql
as $$
    select clock_timestamp() - age;
$$;

-- 1. As a whole

select bag_eq(
    'select check_name, status from public.get_sync_health()',
    $$select unnest('{overall,schedule,calls,tick,delete_guard,runs,error_rate,pending_edits,assets_in_error,open_conflicts,quota,webhooks,quarantine,alerts,scope,live_updates,requests,versions,loss,equality,backups}'::text[]), 'ok'$$,
    'a fresh installation that is set up → every check is ok'
);
select is((select check_name from public.get_sync_health() limit 1), 'overall', 'health → begins with the whole');
select is_empty(
    $$select check_name from public.get_sync_health() where message !~ '^[A-Z0-9].*\.$'$$, 'every message → a sentence'
);
select is(
    (select array_agg(key order by key) from jsonb_object_keys(public.get_sync_health_summary()) as key), '{checks,status}', 'the summary → { status, checks }'
);
select results_eq(
    $$select element ->> 'name', element ->> 'status', element ->> 'message', element ->> 'value'
    from jsonb_array_elements(public.get_sync_health_summary() -> 'checks') as element where element ->> 'name' <> 'tick'$$,
    $$select check_name, status, message, value from public.get_sync_health() where check_name not in ('overall', 'tick')$$,
    'the summary → the same checks in the same order, as { name, status, message, value }'
);

-- 2. What calls the functions

savepoint intact;
select public.unschedule_media_sync();
select is(tests.check('schedule'), 'degraded', 'jobs not scheduled → degraded');
select matches(tests.message('schedule'), 'schedule_media_sync', 'jobs not scheduled → says how');
select is(tests.check('tick'), null, 'jobs not scheduled → no tick is missed');
select is(tests.check('overall'), 'degraded', 'one check degraded → the whole is');
select public.schedule_media_sync();
select is(tests.check('schedule'), 'ok', 'jobs scheduled → ok again');
update cron.job set active = false where jobname = 'media-sync-tick';
select is(tests.check('schedule'), 'degraded', 'the tick switched off → degraded');
set local client_min_messages = error;
drop schema cron cascade;
select is(tests.check('schedule') || tests.message('schedule'), 'degradedNothing runs by itself: enable the extension pg_cron, then run select public.schedule_media_sync().', 'no pg_cron → degraded, and says so');
rollback to intact;

select vault.update_secret(id, '') from vault.secrets where name = 'media_sync_cron_key';
select is(tests.check('calls'), 'degraded', 'no key in Vault → degraded');
select matches(tests.message('calls'), 'media_sync_cron_key', 'no key in Vault → names it');
rollback to intact;
set local client_min_messages = error;
drop schema net cascade;
select matches(tests.check('calls') || tests.message('calls'), '^degraded.*pg_net', 'no pg_net → degraded, and says so');
drop schema vault cascade;
select is(tests.check('calls'), 'degraded', 'neither pg_net nor Vault → health still answers');
rollback to intact;

insert into media_sync.invocations (request_id, function_name, requested_at)
select 900 + place, 'sync', tests.ago(make_interval(mins => 5 - place)) from generate_series(1, 4) as place;
insert into net._http_response (id, status_code) values (901, 202), (902, 401), (903, 401);
select is(tests.check('calls'), 'ok', 'two calls in a row refused → may be chance');
insert into net._http_response (id, status_code) values (904, 401);
select is(tests.check('calls'), 'failing', 'three calls in a row refused → failing');
select is(tests.check('overall'), 'failing', 'one check failing → the whole is');
create function tests.message_after(code integer)
returns text
language plpgsql
as $$
begin
    update net._http_response set status_code = code where id > 901;
    return tests.message('calls');
end;
$$;
select matches(tests.message_after(code), words, format('calls answered with %s → says what to do', coalesce(code::text, 'nothing')))
from (values (401, 'media_sync_cron_key'), (403, 'media_sync_cron_key'), (404, 'deploy'), (503, 'not configured'), (500, 'see its log'), (null, 'cannot be reached'))
    as answer (code, words);
update net._http_response set status_code = 202 where id = 904;
select is(tests.check('calls'), 'ok', 'a call succeeds → ok again');
update net._http_response set status_code = 500, created = tests.ago('3 hours');
select is(tests.check('calls'), 'ok', 'answers from before pg_net was installed anew → are not ours');
rollback to intact;

-- 3. The tick, the runs, the guard

update media_sync.health_state set installed_at = tests.ago('4 minutes');
select is(tests.check('tick'), 'degraded', 'no tick for 3 intervals → degraded');
select matches(tests.message('tick'), '^No tick since 20.* UTC: run select public.schedule_media_sync', 'no tick → says since when, and what to do');
update media_sync.health_state set installed_at = tests.ago('31 minutes');
select is(tests.check('tick'), 'failing', 'no tick for 30 intervals → failing');
update media_sync.settings set incremental_interval = '15 minutes';
select is(tests.check('tick'), 'ok', 'a longer incremental_interval → waits longer');
update media_sync.settings set incremental_interval = '0';
select is(tests.check('tick'), 'failing', 'an incremental_interval of zero → a minute');
insert into media_sync.runs (kind, status, cloud_name, source, touched_at) values ('push', 'completed', 'demo', 'cron', clock_timestamp());
select is(tests.check('tick'), 'failing', 'a push that an edit woke → is no tick');
insert into media_sync.runs (kind, status, cloud_name, source, started_at, touched_at) values ('full', 'running', 'demo', 'cron', tests.ago('1 hour'), clock_timestamp());
select is(tests.check('tick'), 'ok', 'a reconcile that goes on → the tick runs');
delete from media_sync.runs;
insert into media_sync.invocations (request_id, function_name) values (901, 'sync');
insert into net._http_response (id, status_code) values (901, 500);
select is(tests.check('tick'), 'failing', 'a tick that fails → is none');
update net._http_response set status_code = 202;
select is(tests.check('tick'), 'ok', 'a tick that is answered and finds nothing due → the tick runs');
rollback to intact;

insert into media_sync.runs (id, kind, status, cloud_name, source, started_at, blocked_by)
values ('00000000-0000-4000-8000-00000000b001', 'full', 'blocked', 'demo', 'cron', tests.ago('1 hour'), '{"absent": 70, "live": 100}');
select is(tests.check('delete_guard'), 'failing', 'a blocked run → failing');
select matches(
    tests.message('delete_guard'), '70 of 100 .*\{"allow_mass_delete": "00000000-0000-4000-8000-00000000b001"\}', 'a blocked run → how many, and how to allow it'
);
insert into media_sync.runs (kind, status, cloud_name, source) values ('full', 'completed', 'other', 'cron'), ('incremental', 'completed', 'demo', 'cron');
select is(tests.check('delete_guard'), 'failing', 'runs of another kind or library → do not clear it');
insert into media_sync.runs (kind, status, cloud_name, source) values ('full', 'completed', 'demo', 'cron');
select is(tests.check('delete_guard'), 'ok', 'a later complete reconcile → ok again');
rollback to intact;

insert into media_sync.runs (kind, status, cloud_name, source, started_at, errors)
select 'push', 'failed', 'demo', 'cron', tests.ago(make_interval(mins => 40 - place)), jsonb_build_array(jsonb_build_object('message', 'Reason ' || place || '.'))
from generate_series(1, 2) as place;
select is(tests.check('runs'), 'degraded', 'a run failed, none of its kind succeeded since → degraded');
insert into media_sync.runs (kind, status, cloud_name, source, started_at, errors) values ('full', 'failed', 'demo', 'cron', tests.ago('30 minutes'), '[{"message": "Invalid credentials."}]');
select is(tests.check('runs'), 'degraded', 'three runs failed in a row → degraded');
select matches(tests.message('runs'), 'last run of kind full failed: Invalid credentials; it', 'runs failed → of which kind the last one was, and why it did');
insert into media_sync.runs (kind, status, cloud_name, source, started_at) select 'push', 'failed', 'demo', 'cron', tests.ago(make_interval(mins => 30 - place)) from generate_series(1, 7) as place;
select is(tests.check('runs'), 'failing', 'ten runs failed in a row → failing');
insert into media_sync.runs (kind, status, cloud_name, source, started_at) values ('push', 'running', 'demo', 'cron', clock_timestamp());
select is(tests.check('runs'), 'failing', 'an open run → proves nothing yet');
insert into media_sync.runs (kind, status, cloud_name, source, started_at) values ('push', 'completed', 'demo', 'cron', clock_timestamp());
select is(tests.check('runs'), 'degraded', 'a run of another kind succeeds → the full one is still to be made up for');
insert into media_sync.runs (kind, status, cloud_name, source, started_at) values ('full', 'completed', 'demo', 'cron', clock_timestamp());
select is(tests.check('runs'), 'ok', 'a full one succeeds → ok again');
rollback to intact;

insert into media_sync.runs (id, kind, status, cloud_name, source, started_at, erring_since, errors)
values ('00000000-0000-4000-8000-00000000b002', 'full', 'running', 'demo', 'cron', tests.ago('2 days'), tests.ago('9 minutes'), '[{"message": "Status 502."}]');
select is(tests.check('runs'), 'ok', 'an open run that errs for nine minutes → ok');
update media_sync.runs set erring_since = tests.ago('2 hours');
select is(tests.check('runs'), 'failing', 'an open run that errs for two hours → failing');
insert into media_sync.run_cursors (run_id, shard) values ('00000000-0000-4000-8000-00000000b002', 'image');
update media_sync.run_cursors set pages = 1;
select is(tests.check('runs'), 'ok', 'a page of it is stored → ok again');
update media_sync.runs set status = 'failed', finished_at = tests.ago('1 hour');
select is(tests.check('runs'), 'degraded', 'a run that began two days ago and failed an hour ago → degraded');
rollback to intact;

-- 4. Assets

insert into public.media_sync_log (operation, status, source) select 'update', 'error', 'cron' from generate_series(1, 4);
select is(tests.check('error_rate'), 'ok', 'four errors → ok');
insert into public.media_sync_log (operation, status, source) select 'update', case when place <= 1 then 'error' else 'success' end, 'cron' from generate_series(1, 90) as place;
select is(tests.check('error_rate'), 'degraded', 'more than 5 % of the operations fail → degraded');
select matches(tests.message('error_rate'), '^5 of 94 operations', 'operations fail → how many');
insert into public.media_sync_log (operation, status, source) select 'update', 'success', 'cron' from generate_series(1, 20);
select is(tests.check('error_rate'), 'ok', 'less than 5 % fail → ok');
insert into public.media_sync_log (operation, status, source) select 'update', 'error', 'cron' from generate_series(1, 105);
select is(tests.check('error_rate'), 'failing', 'half of the operations fail → failing');
update public.media_sync_log set created_at = tests.ago('61 minutes');
select is(tests.check('error_rate'), 'ok', 'errors of an hour ago → ok again');
rollback to intact;

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at, sync_status, edited_at)
values ('demo', 'a1', 'a1', 'image', now(), 'pending', tests.ago('14 minutes'));
select is(tests.check('pending_edits'), 'ok', 'an edit that waits for 14 minutes → ok');
update public.media_assets set edited_at = tests.ago('16 minutes');
select is(tests.check('pending_edits'), 'degraded', 'an edit that waits for 16 minutes → degraded');
select matches(tests.message('pending_edits'), '^1 edit waits for Cloudinary, since 20', 'an edit waits → in the singular, since when');
update public.media_assets set edited_at = tests.ago('7 hours');
select is(tests.check('pending_edits'), 'failing', 'an edit that waits for 7 hours → failing');
update public.media_assets set deleted_at = tests.ago('1 minute');
select is(tests.check('pending_edits'), 'ok', 'deleted a minute ago → waits since then');
update public.media_assets set deleted_at = null, in_scope = false;
select is(tests.check('pending_edits'), 'failing', 'a row out of scope whose edit is under way → waits as well');
update public.media_assets set in_scope = true, sync_status = 'error';
select is(tests.check('pending_edits') || ' ' || tests.check('assets_in_error'), 'ok degraded', 'attempts used up → an asset in error, degraded');
select matches(tests.message('assets_in_error'), 'update media_assets set sync_status = ''pending'' where sync_status = ''error''', 'assets in error → how to retry');
savepoint advised;
select lives_ok(substring(tests.message('assets_in_error') from 'update .*''error'''), 'assets in error → the advice can be typed as it stands');
select is(tests.check('assets_in_error'), 'ok', 'done as advised → ok');
rollback to advised;
update public.media_assets set sync_status = 'conflict';
select is(tests.check('assets_in_error') || ' ' || tests.check('open_conflicts'), 'ok degraded', 'a conflict that waits for a person → degraded');
update public.media_assets set sync_status = 'synced';
select is(tests.check('overall'), 'ok', 'all synced → ok again');
rollback to intact;

-- 5. Cloudinary

insert into media_sync.rate_limits (cloud_name, call_limit, remaining, reset_at) values ('demo', 500, 50, clock_timestamp() + interval '20 minutes'), ('other', 500, 500, clock_timestamp() + interval '20 minutes');
select is(tests.check('quota'), 'ok', 'calls left just as many as the reserve → ok');
update media_sync.rate_limits set remaining = 49 where cloud_name = 'demo';
select is(tests.check('quota'), 'degraded', 'fewer calls left than the reserve → degraded');
select matches(tests.message('quota'), '^Only 49 of 500 ', 'few calls left → how many');
update media_sync.rate_limits set reset_at = tests.ago('1 second') where cloud_name = 'demo';
select is(tests.check('quota'), 'ok', 'the quota is refilled → ok again');
update media_sync.rate_limits set blocked_until = clock_timestamp() + interval '10 minutes', blocked_reason = 'Rate Limit Exceeded' where cloud_name = 'demo';
select is(tests.check('quota'), 'degraded', 'Cloudinary takes no calls → degraded');
select matches(tests.message('quota'), 'takes no calls until 20.* UTC \(Rate Limit Exceeded\)', 'Cloudinary takes no calls → until when, and why');
rollback to intact;

insert into public.media_sync_log (operation, status, direction, source) values ('update', 'success', 'pull', 'cron');
select is(tests.check('webhooks'), 'ok', 'no webhook, but installed today → ok');
update media_sync.health_state set installed_at = tests.ago('25 hours');
select matches(tests.check('webhooks') || tests.message('webhooks'), '^degraded.*register', 'assets changed, never a webhook → degraded, and says how to register');
update public.media_sync_log set created_at = tests.ago('25 hours');
select is(tests.check('webhooks'), 'ok', 'no webhook in a quiet library → ok');
update public.media_sync_log set created_at = tests.ago('1 hour');
insert into media_sync.webhook_events (dedup_key, notification_type, body, received_at) values ('one', 'upload', '{}', tests.ago('25 hours'));
select matches(tests.check('webhooks') || tests.message('webhooks'), '^degraded.*no webhook came since 20', 'assets changed, no webhook for a day → degraded, since when');
update media_sync.settings set webhook_silence = '2 days';
select is(tests.check('webhooks'), 'ok', 'a longer webhook_silence → ok');
update media_sync.settings set webhook_silence = '1 day';
insert into media_sync.webhook_events (dedup_key, notification_type, body) values ('two', 'upload', '{}');
select is(tests.check('webhooks'), 'ok', 'a webhook comes → ok again');
rollback to intact;

-- 6. Both sides, and backups

select is(tests.message('equality'), 'The first reconcile is still to come.', 'no reconcile yet → says so');
update media_sync.health_state set installed_at = tests.ago('4 days');
select matches(tests.check('equality') || tests.message('equality'), '^degraded.*never been found equal.*deno task sync --full', 'no reconcile for three times full_interval → degraded');
insert into media_sync.runs (kind, status, cloud_name, source, started_at, finished_at) values ('full', 'completed', 'demo', 'cron', tests.ago('1 hour'), tests.ago('50 minutes'));
select matches(tests.check('equality') || tests.message('equality'), '^okBoth sides were last made equal by the reconcile of 20', 'a complete reconcile → when');
select public.media_sync_note_comparison(3);
select matches(tests.check('equality') || tests.message('equality'), '^degraded.* found 3 assets that differ.*deno task sync --full', 'a comparison found differences → degraded, and what mends them');
insert into media_sync.runs (kind, status, cloud_name, source, finished_at) values ('full', 'completed', 'demo', 'cron', clock_timestamp());
select matches(tests.check('equality') || tests.message('equality'), '^okBoth sides were last made equal by the reconcile', 'a reconcile since → ok again');
select public.media_sync_note_comparison(0);
select matches(tests.check('equality') || tests.message('equality'), '^okBoth sides were last found equal by the comparison', 'a comparison that found none → when');
select matches(tests.message('backups'), 'not known yet', 'nothing sampled → says so');
select media_sync.record_traffic('demo', null, '{"calls": 1, "backups": {"sampled": 30, "kept": 0}}');
select matches(tests.check('backups') || tests.message('backups'), '^okDeletions are final: of 30 assets', 'no backups → deletions are final, and what to switch on');
select media_sync.record_traffic('demo', null, '{"calls": 1, "backups": {"sampled": 10, "kept": 10}}');
select matches(tests.message('backups'), '^Of 40 assets that were looked at Cloudinary keeps a backup of 10', 'some backups → how many');
update media_sync.health_state set sampled_assets = 0, sampled_backups = 0;
select media_sync.record_traffic('demo', null, '{"calls": 1, "backups": {"sampled": 10, "kept": 10}}');
select matches(tests.message('backups'), '^Deleted assets could come back', 'all have one → they could come back');
rollback to intact;

-- 7. Versions

select is(tests.check('versions'), 'ok', 'no function has told its version → ok');
select is(public.media_sync_version('sync', media_sync.version()), media_sync.version(), 'a function that tells its version → hears the database''s');
select is(public.media_sync_version(), media_sync.version(), 'whoever tells nothing → hears it too');
select is(tests.check('versions'), 'ok', 'a function of the database''s version → ok');
select is(
    (select array_agg(public.media_sync_version(name, version)) from (values ('other', '0.0.1'), (null, '0.0.1'), ('webhook', null), ('webhook', repeat('1', 41)), ('webhook', '1 <b>')) as told (name, version)),
    array_fill(media_sync.version(), '{5}'),
    'names that are no function''s, and what is no version → are answered'
);
select is(
    (select array_agg(key) from media_sync.health_state cross join jsonb_object_keys(functions) as key),
    '{sync}', 'names that are no function''s, and what is no version → are not noted'
);
create temporary table written on commit drop as select ctid::text as place from media_sync.health_state;
select public.media_sync_version('sync', media_sync.version());
select is((select ctid::text from media_sync.health_state), (select place from written), 'the same once more → is not written again');
select public.media_sync_version('webhook', '0.0.9'), public.media_sync_version('media-list', '99.0.0');
select is(
    (select array[status, value, message] from public.get_sync_health() where check_name = 'versions'),
    array['degraded', '2', format('Of another version than the database, which is %s: media-list (99.0.0), webhook (0.0.9). Run npx -y deno task deploy, or, in a folder that setup --into added to, supabase db push and supabase functions deploy; each function tells its version with its next call, all of them with npx -y deno task doctor.', media_sync.version())],
    'an older and a newer function → degraded: which, both versions, and what cures it'
);
select public.media_sync_version('webhook', media_sync.version());
select matches(tests.check('versions') || tests.message('versions'), '^degraded.*: media-list \(99\.0\.0\)\. Run', 'one is deployed and called → the other is left');
update media_sync.health_state set functions = jsonb_set(functions, '{media-list,database}', '"0.0.8"');
select is(tests.check('versions'), 'ok', 'told before the database was updated → says nothing about today''s');
set local transaction read only;
select is(public.media_sync_version('sync', '0.0.9'), media_sync.version(), 'a database that takes no writes → answers');
rollback to intact;

select is(tests.check('overall'), 'ok', 'all of it undone → ok');

select * from finish();
rollback;
