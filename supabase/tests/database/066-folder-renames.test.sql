-- A folder is renamed in Cloudinary while assets of it were moved here.
begin;
\ir helpers.sql
select plan(8);

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, folder, observed_at)
select 'demo', asset_id, asset_id, 'image', folder, now() - interval '1 minute'
from (values ('stays', 'a/b'), ('moved here', 'a/b'), ('elsewhere', 'ab')) as given (asset_id, folder);
update public.media_assets as asset set base = media_sync.editable_fields(asset);
update public.media_assets set folder = 'c' where asset_id = 'moved here';

select public.media_sync_receive_event('demo', '{
    "dedup_key": "key", "notification_type": "move_or_rename_asset_folder", "triggered_at": "2026-01-01T00:00:00Z", "body": "{}",
    "effects": [{"kind": "folder", "from": "a", "to": "z"}]
}');

select results_eq(
    'select asset_id, folder from public.media_assets order by asset_id',
    $$values ('elsewhere', 'ab'), ('moved here', 'c'), ('stays', 'z/b')$$,
    'a folder renamed there → its assets follow; what was moved here stays where it is wanted'
);
select is((select base ->> 'folder' from public.media_assets where asset_id = 'moved here'), 'a/b', 'moved here → nothing is taken for agreed');
select is((select array_agg(asset_id) from media_sync.refresh_queue where reason = 'its folder was renamed'), '{moved here}', 'moved here → it is looked up');
select public.media_sync_apply_observations('demo', '[
    {"asset_id": "moved here", "public_id": "moved here", "resource_type": "image", "type": "upload", "folder": "z/b"}
]', clock_timestamp(), 'api', null);
select is(
    (select changes -> 'folder' ->> 'database' from public.media_sync_log where operation = 'conflict'), 'c', 'moved on both sides → a conflict'
);
select is((select count(*) from public.media_sync_log where operation = 'move'), 2::bigint, 'the log tells both moves');

-- A notification comes late: the asset was moved back, and seen there, since the folder was renamed.
select public.media_sync_receive_event('demo', jsonb_build_object(
    'dedup_key', 'late', 'notification_type', 'move_or_rename_asset_folder', 'triggered_at', clock_timestamp() - interval '1 minute',
    'body', '{}', 'effects', '[{"kind": "folder", "from": "z", "to": "y"}]'::jsonb
));
select is((select folder from public.media_assets where asset_id = 'stays'), 'z/b', 'told of a renaming before it was last seen → it stays where it was seen');
select is((select base ->> 'folder' from public.media_assets where asset_id = 'stays'), 'z/b', 'and nothing else is taken for agreed');
select is(
    (select array_agg(asset_id order by asset_id) from media_sync.refresh_queue where reason = 'its folder was renamed'),
    '{moved here,stays}', 'and it is looked up'
);

select * from finish();
rollback;
