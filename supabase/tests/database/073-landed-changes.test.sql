-- The log tells what a push changed, also where the notification of the write was quicker than its answer.
begin;
\ir helpers.sql
select plan(5);

select is(
    media_sync.landed_changes('{"display_name": "old", "tags": ["a"]}', '{"display_name": "new"}'),
    '{"display_name": {"from": "old", "to": "new"}}', 'the answer first → before and after'
);
select is(
    media_sync.landed_changes('{"display_name": "new", "tags": ["a"]}', '{"display_name": "new"}'),
    '{"display_name": {"to": "new"}}', 'the notification first → what was written'
);
select is(
    media_sync.landed_changes('{"display_name": "new", "tags": ["a"]}', '{"display_name": "new", "tags": {"added": ["b"]}}'),
    '{"display_name": {"to": "new"}, "tags": {"from": ["a"], "to": ["a", "b"]}}', 'one of both first → each as it is known'
);
select is(media_sync.landed_changes('{"display_name": "new"}', '{}'), null, 'nothing landed → nothing');

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, display_name, sync_status, observed_at)
values ('00000000-0000-4000-8000-000000000001', 'demo', 'heard', 'heard', 'image', 'new', 'synced', now() - interval '1 minute');
update public.media_assets as asset set base = media_sync.editable_fields(asset);
select public.media_sync_confirm_push('demo', gen_random_uuid(), now(), '[{
    "id": "00000000-0000-4000-8000-000000000001", "action": "update", "attempt": "attempt",
    "landed": [{"difference": {"display_name": "new"}}]
}]', 'api');
select is(
    (select changes from public.media_sync_log where asset_id = 'heard' and direction = 'push'),
    '{"display_name": {"to": "new"}}', 'a write that its notification had told already → its row of the log says what was written'
);

select * from finish();
rollback;
