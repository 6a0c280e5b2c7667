-- A local edit wakes a push when it commits: once, however many edits there are.
begin;
\ir helpers.sql
select plan(37);

delete from vault.secrets;
select vault.create_secret('http://project.test', 'media_sync_project_url'), vault.create_secret('opensesame', 'media_sync_cron_key');

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, observed_at)
select ('00000000-0000-4000-8000-0000000a' || lpad(place::text, 4, '0'))::uuid, 'demo', 'a' || place, 'a/' || place, 'image', '2026-06-01T00:00:00Z'
from generate_series(1, 30) as place;
update public.media_assets as asset set base = media_sync.editable_fields(asset);

-- What the commit would do: the deferred trigger runs. Returns how many requests that sent.
create function tests.commit()
returns integer
language plpgsql
as $$
declare
    before integer := (select count(*) from net.http_request_queue);
begin
    set constraints all immediate;
    set constraints all deferred;
    return (select count(*) from net.http_request_queue) - before;
end;
$$;

-- As an editor; then the transaction commits. Returns how many wakes that sent, with no wake waiting before.
create function tests.wakes_after(statement text, media_role text default null)
returns integer
language plpgsql
as $$
begin
    perform tests.commit();
    perform public.media_sync_begin_push('demo', gen_random_uuid(), 0, 60, 'api');
    if media_role is not null then
        perform tests.authenticate_as('authenticated', media_role);
    end if;
    execute statement;
    perform tests.clear_authentication();
    return tests.commit();
end;
$$;

-- 1. Many edits, one wake

select is(tests.commit(), 0, 'new and synced rows → no wake');
do $$
begin
    for place in 1..20 loop
        update public.media_assets set tags = array['x'] where asset_id = 'a' || place;
    end loop;
end;
$$;
select is((select count(*)::integer from net.http_request_queue), 0, 'before the commit → nothing is sent');
select is(tests.commit(), 1, '20 statements in one transaction → one wake');
select results_eq(
    $$select url, convert_from(body, 'UTF8')::jsonb from net.http_request_queue$$,
    $$values ('http://project.test/functions/v1/sync', '{"direction": "push", "background": true}'::jsonb)$$,
    'a wake → asks sync for a push in the background'
);
select is_empty('select * from media_sync.wake_requests', 'after the commit → no note of the transaction is left');
update public.media_assets set tags = '{y}' where asset_id = 'a1';
select is(tests.commit(), 0, 'an edit while a wake waits → no other');
update media_sync.wakes set waiting_since = clock_timestamp() - interval '9 seconds';
update public.media_assets set tags = '{z}' where asset_id = 'a1';
select is(tests.commit(), 0, 'a wake that waits for 9 s → still expected');
update media_sync.wakes set waiting_since = clock_timestamp() - interval '11 seconds';
update public.media_assets set tags = '{a}' where asset_id = 'a1';
select is(tests.commit(), 1, 'a wake that waits for 11 s → lost, another is sent');
select public.media_sync_begin_push('demo', gen_random_uuid(), 0, 60, 'api');
select is((select waiting_since from media_sync.wakes), null, 'a push begins → no wake waits');
update public.media_assets set tags = '{b}' where asset_id = 'a1';
select is(tests.commit(), 1, 'an edit after the push began → another wake');

-- 2. What wakes

select is(tests.wakes_after(statement, 'editor'), 1, 'an editor''s ' || title || ' → wakes')
from (values
    ('edit', $$update public.media_assets set display_name = 'New' where asset_id = 'a2'$$),
    ('second edit of the same row', $$update public.media_assets set display_name = 'Newer' where asset_id = 'a2'$$),
    ('edit of many rows', $$update public.media_assets set folder = 'b' where asset_id in ('a3', 'a4', 'a5')$$),
    ('deletion', $$select public.soft_delete_media_assets(array(select id from public.media_assets where asset_id in ('a21', 'a22')))$$),
    ('deletion of a row that waits already', $$select public.soft_delete_media_asset(id) from public.media_assets where asset_id = 'a2'$$),
    ('restoring of a row with an edit', $$select public.restore_media_asset(id) from public.media_assets where asset_id = 'a2'$$)
) as wanted (title, statement);
update public.media_assets set deleted_at = now(), sync_status = 'synced' where asset_id = 'a23';
select is(
    tests.wakes_after($$select public.restore_media_asset(id) from public.media_assets where asset_id = 'a23'$$, 'editor'), 1,
    'a deletion that is confirmed, asked back → wakes'
);
update public.media_assets set sync_status = 'error', sync_attempts = 8 where asset_id = 'a3';
select is(
    tests.wakes_after($$update public.media_assets set sync_status = 'pending' where sync_status = 'error'$$), 1, 'an operator''s retry → wakes'
);
update public.media_assets set next_attempt_at = clock_timestamp() + interval '1 hour' where asset_id = 'a4';
select is(
    tests.wakes_after($$update public.media_assets set next_attempt_at = null where asset_id = 'a4'$$), 1, 'an attempt brought forward to now → wakes'
);
update public.media_assets set in_scope = false where asset_id = 'a5';
select is(
    tests.wakes_after($$update public.media_assets set tags = '{under,way}' where asset_id = 'a5'$$), 1, 'an edit of a row that is out of scope → wakes'
);

-- 3. What does not

select is(tests.wakes_after(statement), 0, title || ' → does not wake')
from (values
    ('an edit that changes nothing', $$update public.media_assets set tags = '{}' where asset_id = 'a25'$$),
    ('an edit taken back', $$update public.media_assets set tags = '{}' where asset_id = 'a6'$$),
    ('a claim', $$select media_sync.claim_pending('demo', gen_random_uuid(), 10, 60, null)$$),
    ('giving a claim back', $$select public.media_sync_release_pending(lease_token, array[media_asset_id]) from media_sync.push_leases$$),
    ('a failed attempt', $$update public.media_assets set sync_attempts = 1, next_attempt_at = clock_timestamp() + interval '5 seconds' where asset_id = 'a7'$$),
    ('attempts used up', $$update public.media_assets set sync_status = 'error' where asset_id = 'a7'$$),
    ('a waiting row out of scope', $$update public.media_assets set in_scope = false where asset_id = 'a8'$$),
    (
        'a page of the listing',
        $$select media_sync.merge_observations('demo', jsonb_build_array(
            jsonb_build_object('asset_id', 'a26', 'public_id', 'renamed', 'resource_type', 'image', 'type', 'upload', 'version', 7),
            jsonb_build_object('asset_id', 'new', 'public_id', 'new', 'resource_type', 'image', 'type', 'upload', 'version', 7)
        ), clock_timestamp(), 'cron')$$
    ),
    ('usage', $$update public.media_assets set usage_count = 3 where asset_id = 'a9'$$)
) as unwanted (title, statement);
savepoint undone;
update public.media_assets set tags = '{q}' where asset_id = 'a27';
rollback to undone;
select is(tests.commit(), 0, 'an edit that is rolled back → does not wake');

-- 4. It never stands in an edit's way

savepoint intact;
set local client_min_messages = error;
alter table net.http_request_queue add constraint refuse check (false) not valid;
select is(tests.wakes_after($$update public.media_assets set tags = '{q}' where asset_id = 'a28'$$, 'editor'), 0, 'pg_net refuses → the edit stands');
select is((select waiting_since from media_sync.wakes), null, 'pg_net refuses → no wake waits, the next edit tries again');
alter table net.http_request_queue drop constraint refuse;
delete from media_sync.wakes;
alter table media_sync.wakes add constraint refuse check (false) not valid;
alter table media_sync.invocations add constraint refuse check (false) not valid;
select is(tests.wakes_after($$update public.media_assets set tags = '{r}' where asset_id = 'a28'$$, 'editor'), 0, 'our own tables refuse → the edit stands');
select is((select tags from public.media_assets where asset_id = 'a28'), '{r}', 'our own tables refuse → the edit is there');
rollback to intact;
set local client_min_messages = error;
drop schema net cascade;
drop schema vault cascade;
select lives_ok(
    $$update public.media_assets set tags = '{q}' where asset_id = 'a28'; set constraints all immediate; set constraints all deferred$$,
    'no pg_net and no Vault → the edit stands'
);
select is((select sync_status from public.media_assets where asset_id = 'a28'), 'pending', 'no pg_net and no Vault → the edit waits for the tick');
rollback to intact;
select is(tests.wakes_after($$update public.media_assets set tags = '{s}' where asset_id = 'a28'$$, 'editor'), 1, 'all of it back → wakes again');

select * from finish();
rollback;
