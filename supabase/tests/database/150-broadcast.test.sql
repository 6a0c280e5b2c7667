-- Live updates: one message a statement, to signed-in users, about what somebody could see.
begin;
\ir helpers.sql
select plan(33);

-- 1. Without Realtime nothing is sent and nothing breaks

set local client_min_messages = error;
drop schema if exists realtime cascade;
select lives_ok(
    $$insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at) values ('demo', 'first', 'first', 'image', now())$$,
    'no Realtime → assets are written all the same'
);
select is(public.enable_media_broadcast(), false, 'no Realtime → live updates stay off');

-- Realtime as far as it matters here: its table, the function that sends, the one that tells the topic.
create schema realtime;
create table realtime.messages (
    id uuid primary key default gen_random_uuid(), topic text not null, extension text not null, payload jsonb, event text, private boolean
);
alter table realtime.messages enable row level security;
grant usage on schema realtime to anon, authenticated, service_role;
grant select, insert on realtime.messages to anon, authenticated, service_role;
create function realtime.topic() returns text language sql stable as $$ select nullif(current_setting('realtime.topic', true), '') $$;
create function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void
language sql
as $$
    insert into realtime.messages (topic, extension, payload, event, private) values (topic, 'broadcast', payload, event, private);
$$;

-- What a statement sent: event, number of assets told, ids in it, truncated.
create function tests.sent(statement text, media_role text default null)
returns text
language plpgsql
as $$
begin
    delete from realtime.messages;
    if media_role is not null then
        perform tests.authenticate_as('authenticated', media_role);
    end if;
    execute statement;
    perform tests.clear_authentication();
    return (
        select string_agg(format('%s %s %s %s', event, payload ->> 'count', jsonb_array_length(payload -> 'ids'), payload ->> 'truncated'), ', ')
        from realtime.messages
    );
end;
$$;

-- 2. One message a statement

select is(
    tests.sent($$insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at)
        select 'demo', 'a' || place, 'a/' || place, 'image', now() from generate_series(1, 150) as place$$),
    'insert 150 100 true', '150 assets inserted → one message, with 100 ids, and the count'
);
update public.media_assets as asset set base = media_sync.editable_fields(asset);
select is(tests.sent($$update public.media_assets set display_name = 'x' where asset_id in ('a1', 'a2', 'a3')$$), 'update 3 3 false', 'three assets updated → one message with all of them');
select results_eq(
    'select topic, event, private, payload from realtime.messages',
    $$select 'media_assets', 'update', true, jsonb_build_object('operation', 'update', 'ids', jsonb_agg(id), 'count', 3, 'truncated', false)
    from public.media_assets where asset_id in ('a1', 'a2', 'a3')$$,
    'a message → private, on the topic media_assets: operation, ids, count, truncated, and nothing that an asset holds'
);
select is(tests.sent($$update public.media_assets set display_name = 'y' where asset_id ~ '^a[0-9]+$' and length(asset_id) = 3$$), 'update 90 90 false', '90 assets → all ids');
select is(tests.sent($$delete from public.media_assets where asset_id in ('a149', 'a150')$$), 'delete 2 2 false', 'two rows removed → one message');
select is(tests.sent($$update public.media_assets set tags = '{new}' where asset_id = 'a4'$$, 'editor'), 'update 1 1 false', 'an editor''s edit → one message');
select is(
    tests.sent($$select public.soft_delete_media_assets(array(select id from public.media_assets where asset_id in ('a5', 'a6')))$$, 'editor'),
    'update 2 2 false', 'two assets deleted at once → one message'
);
select is(
    tests.sent($$select media_sync.merge_observations('demo', jsonb_build_array(
        jsonb_build_object('asset_id', 'a7', 'public_id', 'renamed', 'resource_type', 'image', 'type', 'upload'),
        jsonb_build_object('asset_id', 'a8', 'public_id', 'a/8', 'resource_type', 'image', 'type', 'upload'),
        jsonb_build_object('asset_id', 'new', 'public_id', 'new', 'resource_type', 'image', 'type', 'upload')
    ), clock_timestamp(), 'cron')$$) ~ '^(insert 1 1 false, update 1 1 false|update 1 1 false, insert 1 1 false)$',
    true, 'a page of the listing with one new and one changed asset → two messages, without the unchanged one'
);

-- 3. What nobody could see is not told

select is(tests.sent(statement), null, title || ' → no message')
from (values
    ('an update of no row', $$update public.media_assets set tags = '{x}' where asset_id = 'nobody'$$),
    ('an update that changes nothing', $$update public.media_assets set display_name = display_name$$),
    ('an insert of no row', $$insert into public.media_assets (cloud_name, asset_id, public_id, resource_type) select 'demo', 'n', 'n', 'image' where false$$),
    ('a removal of no row', $$delete from public.media_assets where asset_id = 'nobody'$$),
    ('a claim', $$select media_sync.claim_pending('demo', gen_random_uuid(), 100, 60, null)$$),
    ('an attempt put off', $$update public.media_assets set sync_attempts = 1, next_attempt_at = now() where asset_id = 'a9'$$),
    ('an observation that saw the same', $$update public.media_assets set observed_at = clock_timestamp(), last_synced_at = clock_timestamp()$$),
    ('a new asset out of scope', $$insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, in_scope, observed_at) values ('demo', 'out', 'out', 'image', false, now())$$),
    ('an asset out of scope changes', $$update public.media_assets set bytes = 5 where asset_id = 'out'$$),
    ('an asset out of scope is removed', $$delete from public.media_assets where asset_id = 'out'$$)
) as unseen (title, statement);
select is(tests.sent($$update public.media_assets set in_scope = false where asset_id = 'a10'$$), 'update 1 1 false', 'an asset goes out of scope → told, for it disappears');
select is(tests.sent($$update public.media_assets set usage_count = 4 where asset_id = 'a11'$$), 'update 1 1 false', 'an asset comes into use → told');

-- 4. It never stands in a statement's way

savepoint intact;
alter table realtime.messages add constraint refuse check (false) not valid;
select is(tests.sent($$update public.media_assets set display_name = 'kept' where asset_id = 'a12'$$), null, 'Realtime refuses → no message');
select is((select display_name from public.media_assets where asset_id = 'a12'), 'kept', 'Realtime refuses → the statement stands');
rollback to intact;

-- 5. Who receives, and that nobody sends

select is(public.enable_media_broadcast(), true, 'Realtime appears later → live updates are enabled');
select is(public.enable_media_broadcast(), true, 'enabled once more → nothing breaks');
select is((select count(*)::integer from pg_catalog.pg_policies where schemaname = 'realtime'), 2, 'enabled twice → each policy once');

create function tests.receives(role text, listened text)
returns boolean
language plpgsql
as $$
declare
    seen boolean;
begin
    perform tests.authenticate_as(role);
    seen := exists (select from realtime.messages where topic = listened);
    perform tests.clear_authentication();
    return seen;
end;
$$;
select tests.sent($$update public.media_assets set display_name = 'seen' where asset_id = 'a13'$$);
insert into realtime.messages (topic, extension) values ('another', 'broadcast');
select is(
    array[tests.receives('authenticated', 'media_assets'), tests.receives('authenticated', 'another'), tests.receives('anon', 'media_assets')],
    '{t,f,f}', 'viewers receive the topic media_assets → and no other topic; anyone else nothing'
);
-- As a project might have for topics of its own.
create policy "Everybody sends everywhere" on realtime.messages for insert to anon, authenticated with check (true);
select set_config('realtime.topic', 'media_assets', true), tests.authenticate_as('authenticated', 'admin');
select throws_ok($$insert into realtime.messages (topic, extension) values ('media_assets', 'broadcast')$$, '42501', null, 'an admin sends to media_assets → refused, whatever other policies say');
select set_config('realtime.topic', 'another', true);
select throws_ok(
    $$insert into realtime.messages (topic, extension) values ('media_assets', 'broadcast')$$, '42501', null,
    'a row of media_assets sent while on another topic → refused: the row''s own topic is judged'
);
select lives_ok($$insert into realtime.messages (topic, extension) values ('another', 'broadcast')$$, 'the project''s own topics → as they were');
select set_config('realtime.topic', '', true);
select lives_ok($$insert into realtime.messages (topic, extension) values ('another', 'broadcast')$$, 'the project''s own topics, inserted outside of Realtime → as they were');
select tests.clear_authentication();
select is_empty(
    $$select function, role
    from unnest('{"public.enable_media_broadcast()","media_sync.send_broadcast(text,uuid[],bigint)"}'::text[]) as function
    cross join unnest('{anon,authenticated}'::text[]) as role
    where has_function_privilege(role, function, 'execute')$$,
    'enabling, and sending through our function → users of the API may not'
);

select * from finish();
rollback;
