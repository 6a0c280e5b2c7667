-- A look-up and a write of ours were on their way to Cloudinary at once: what was asked for before the write's answer had come may
-- show what was before the write.
begin;
\ir helpers.sql
select plan(9);

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, sync_status, observed_at)
values ('demo', 'a', 'before', 'image', 'synced', now() - interval '1 hour');
alter table public.media_assets disable trigger user;
update public.media_assets as asset set base = media_sync.editable_fields(asset);
alter table public.media_assets enable trigger user;

create function tests.shown(name text, began_at timestamptz)
returns jsonb
language sql
as $$ select jsonb_build_object('asset_id', 'a', 'public_id', name, 'resource_type', 'image', 'type', 'upload', 'observed_at', began_at) $$;
create function tests.look_up(name text, began_at timestamptz)
returns text
language sql
as $$
    select public.media_sync_settle_look_up('demo', '{a}', jsonb_build_array(tests.shown(name, began_at) - 'observed_at'), began_at, 'webhook')
        is not null;
    select row(public_id, base ->> 'public_id', sync_status)::text from public.media_assets where asset_id = 'a';
$$;

select set_config('tests.began_at', clock_timestamp()::text, true);
update public.media_assets set public_id = 'after';
update public.media_assets
set sending = jsonb_build_array(jsonb_build_object(
    'id', '00000000-0000-4000-8000-000000000001', 'name', 'before', 'rename', 'after', 'sent', '{"public_id": "after"}'::jsonb,
    'at', clock_timestamp(), 'until', clock_timestamp() + interval '1 minute'
));
select set_config('tests.looked_up_at', clock_timestamp()::text, true);
select public.media_sync_confirm_push(
    'demo', gen_random_uuid(), clock_timestamp(),
    jsonb_build_array(jsonb_build_object(
        'id', id, 'action', 'update', 'attempt', '00000000-0000-4000-8000-000000000001',
        'landed', jsonb_build_array(jsonb_build_object('difference', '{"public_id": "after"}'::jsonb, 'at', current_setting('tests.began_at'))),
        'answers', jsonb_build_array(tests.shown('after', current_setting('tests.began_at')::timestamptz))
    )), 'api'
)
from public.media_assets;
select is(
    (select row(public_id, base ->> 'public_id', sync_status)::text from public.media_assets), '(after,after,synced)', 'the write''s answer → agreed on'
);

select media_sync.queue_refresh('demo', '{a}', 'asked for');
select is(
    tests.look_up('before', current_setting('tests.looked_up_at')::timestamptz), '(after,after,synced)',
    'a look-up that began before the answer had come → is not believed'
);
select is((select count(*) from media_sync.refresh_queue where asset_id = 'a'), 1::bigint, 'and is made again');
select is(
    (select string_agg(row(operation, source, changes)::text, ' ') from public.media_sync_log where direction = 'pull'), null,
    'and the log tells of no change there'
);
select is(tests.look_up('before', clock_timestamp()), '(before,before,synced)', 'one that began after it → somebody renamed it since');
select is((select count(*) from media_sync.refresh_queue where asset_id = 'a'), 0::bigint, 'and answers who asked');

-- So too the answer to a deletion of ours that was taken back before it came.
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, sync_status, observed_at)
values ('demo', 'b', 'b', 'image', 'synced', now() - interval '1 hour');
alter table public.media_assets disable trigger user;
update public.media_assets as asset
set
    base = media_sync.editable_fields(asset), deleted_at = clock_timestamp(), restore_requested_at = clock_timestamp(), sync_status = 'pending',
    sending = jsonb_build_array(jsonb_build_object(
        'id', '00000000-0000-4000-8000-000000000002', 'name', 'b', 'sent', '{}'::jsonb, 'existence', 'deleted',
        'at', clock_timestamp(), 'until', clock_timestamp() + interval '1 minute'
    ))
where asset_id = 'b';
alter table public.media_assets enable trigger user;
create function tests.seen(began_at timestamptz)
returns text
language sql
as $$
    select public.media_sync_settle_look_up(
        'demo', '{b}', '[{"asset_id": "b", "public_id": "b", "resource_type": "image", "type": "upload"}]', began_at, 'webhook'
    ) is not null;
    select row(deleted_at is null, restore_requested_at is not null)::text from public.media_assets where asset_id = 'b';
$$;
select set_config('tests.looked_up_at', clock_timestamp()::text, true);
select public.media_sync_confirm_push('demo', gen_random_uuid(), clock_timestamp(), jsonb_build_array(jsonb_build_object(
    'id', id, 'action', 'delete', 'attempt', '00000000-0000-4000-8000-000000000002', 'destroyed', true
)), 'api')
from public.media_assets where asset_id = 'b';
select is(
    tests.seen(current_setting('tests.looked_up_at')::timestamptz), '(f,t)',
    'a look-up that began before a destruction was answered, and shows the asset → its restoring is still wished for'
);
select set_config('tests.looked_up_at', clock_timestamp()::text, true);
select public.media_sync_settle_look_up('demo', '{b}', '[]', clock_timestamp(), 'webhook');
select is(
    tests.seen(current_setting('tests.looked_up_at')::timestamptz), '(f,t)',
    'one that began before another denied the asset → its restoring is still wished for'
);
select is(tests.seen(clock_timestamp()), '(t,f)', 'one that began after that → it is back');

select * from finish();
rollback;
