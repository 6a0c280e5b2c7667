-- A deletion is taken back before it was sent, while Cloudinary has told something that nobody has looked up yet.
begin;
\ir helpers.sql
select plan(6);

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at)
select 'demo', asset_id, asset_id, 'image', now() - interval '1 minute'
from unnest('{quiet,deleted there,looked up before}'::text[]) as asset_id;
update public.media_assets as asset set base = media_sync.editable_fields(asset);
insert into media_sync.refresh_queue (cloud_name, asset_id, reason, requested_at)
values ('demo', 'looked up before', 'told before the deletion', now() - interval '1 minute');
select public.soft_delete_media_asset(id) from public.media_assets;

select public.media_sync_receive_event('demo', jsonb_build_object(
    'dedup_key', 'key', 'notification_type', 'delete', 'triggered_at', clock_timestamp(), 'body', '{}',
    'effects', '[{"kind": "delete", "asset_id": "deleted there"}]'::jsonb
));
create function tests.restore(id text)
returns text
language sql
as $$
    select public.restore_media_asset(asset.id) from public.media_assets as asset where asset.asset_id = restore.id;
$$;

select is(tests.restore('quiet'), 'restored', 'a deletion that was never sent, taken back → restored');
select is((select sync_status from public.media_assets where asset_id = 'quiet'), 'synced', 'and nothing is to be done there');
select is(tests.restore('deleted there'), 'requested', 'deleted there meanwhile, and told so → nobody can promise it yet');
select is((select sync_status from public.media_assets where asset_id = 'deleted there'), 'pending', 'and the next push sees to it');
select is(tests.restore('looked up before'), 'restored', 'what was told before the deletion → is no reason to doubt');
select is(
    (select array_agg(asset_id order by asset_id) from public.media_assets where deleted_at is not null), '{deleted there}',
    'only what is restored is in the library again'
);

select * from finish();
rollback;
