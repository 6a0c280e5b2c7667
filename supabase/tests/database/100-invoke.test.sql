-- The database calls a function of the project: with the address and the key in Vault, or not at all.
begin;
\ir helpers.sql
select plan(27);

delete from vault.secrets;

create function tests.last_request()
returns table (method text, url text, headers jsonb, body jsonb, timeout_milliseconds integer)
language sql
as $$
    select method::text, url, headers, convert_from(body, 'UTF8')::jsonb, timeout_milliseconds
    from net.http_request_queue order by id desc limit 1;
$$;

-- 1. Something is missing: nothing is sent, and what is missing is said

select is(media_sync.invoke_function('sync', '{}'), null, 'no secret in Vault → nothing is sent');
select matches(media_sync.invocation_problem(), 'media_sync_project_url', 'no secret in Vault → the first one to store is named');
select vault.create_secret('http://project.test/', 'media_sync_project_url');
select is(media_sync.invoke_function('sync', '{}'), null, 'no key in Vault → nothing is sent');
select matches(media_sync.invocation_problem(), 'media_sync_cron_key', 'no key in Vault → the key is named');
select vault.create_secret('   ', 'media_sync_cron_key');
select matches(media_sync.invocation_problem(), 'media_sync_cron_key', 'a blank key → counts as none');
select is_empty('select * from net.http_request_queue', 'as long as something is missing → nothing is queued');

-- 2. All is there

select vault.update_secret(id, 'opensesame') from vault.secrets where name = 'media_sync_cron_key';
select is(media_sync.invocation_problem(), null, 'both secrets stored → no problem');
select isnt(media_sync.invoke_function('sync', '{"background": true}'), null, 'both secrets stored → an id of the request');
select results_eq(
    'select * from tests.last_request()',
    $$values ('POST', 'http://project.test/functions/v1/sync', '{"apikey": "opensesame", "Content-Type": "application/json"}'::jsonb, '{"background": true}'::jsonb, 5000)$$,
    'a call → POST to the function, the key as apikey, a timeout of 5 s, whatever slash ends the URL'
);
select results_eq(
    'select request_id, function_name from media_sync.invocations',
    $$select id, 'sync' from net.http_request_queue$$,
    'a call → remembered by the id that pg_net gave it'
);
select is_empty(
    $$select * from media_sync.invocations as invocation where invocation::text like '%opensesame%'$$, 'a call → the key is in no row of ours'
);
select media_sync.invoke_function('media-list', null);
select is((select url || body from tests.last_request()), 'http://project.test/functions/v1/media-list{}', 'no body → an empty object');
select vault.update_secret(id, 'moved') from vault.secrets where name = 'media_sync_cron_key';
select media_sync.invoke_function('sync');
select is((select headers ->> 'apikey' from tests.last_request()), 'moved', 'a key changed in Vault → used from the next call on');
select throws_ok(format('select media_sync.invoke_function(%L)', name), '22023', null, format('a call of "%s" → refused', name))
from unnest('{../../auth/v1,sync?x=1,"",sync/}'::text[]) as name;
select throws_ok('select media_sync.invoke_function(null)', '22023', null, 'a call of nothing → refused');
select vault.update_secret(id, 'ftp://project.test') from vault.secrets where name = 'media_sync_project_url';
select matches(media_sync.invocation_problem(), 'https://', 'an address that is no web address → said');
select vault.update_secret(id, 'http://project.test') from vault.secrets where name = 'media_sync_project_url';

-- 3. pg_net refuses, or is not there

savepoint intact;
set local client_min_messages = error;
alter table net.http_request_queue add constraint refuse check (false) not valid;
select lives_ok($$select media_sync.invoke_function('sync')$$, 'pg_net refuses a request → no error, for its detail would hold the key');
select is(media_sync.invoke_function('sync'), null, 'pg_net refuses a request → null');
select is((select count(*)::integer from media_sync.invocations), 3, 'pg_net refuses a request → not counted as a call');
rollback to intact;
set local client_min_messages = error;
drop schema net cascade;
select is(media_sync.invoke_function('sync'), null, 'no pg_net → nothing is sent, nothing breaks');
select matches(media_sync.invocation_problem(), 'pg_net', 'no pg_net → said');
rollback to intact;
set local client_min_messages = error;
drop schema vault cascade;
select is(media_sync.invoke_function('sync'), null, 'no Vault → nothing is sent, nothing breaks');
select matches(media_sync.invocation_problem(), 'supabase_vault', 'no Vault → said');
rollback to intact;

-- 4. It is the owner's alone

select is_empty(
    $$select function, role
    from unnest('{"media_sync.invoke_function(text,jsonb)","media_sync.read_secret(text)","media_sync.invocation_problem()","media_sync.post_request(text,jsonb,jsonb)"}'::text[]) as function
    cross join unnest('{anon,authenticated,service_role}'::text[]) as role
    where has_function_privilege(role, function, 'execute')$$,
    'calling functions with the key, reading secrets → no role of the API may'
);

select * from finish();
rollback;
