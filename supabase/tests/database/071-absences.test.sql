-- An asset is gone in Cloudinary while a write of ours had arrived there: what arrived is what a restoring there brings back.
begin;
\ir helpers.sql
select plan(11);

insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, metadata, sync_status, observed_at)
select 'demo', asset_id, asset_id, 'image', '{"sku": "7"}', 'pending', now() - interval '1 minute'
from unnest('{arrived,kept,wanted,unanswered,lost}'::text[]) as asset_id;
alter table public.media_assets disable trigger user;
update public.media_assets as asset
set
    base = media_sync.editable_fields(asset) || '{"metadata": {}}',
    sending = jsonb_build_array(jsonb_build_object(
        'id', 'attempt', 'name', asset_id, 'at', now() - interval '10 seconds', 'until', now() + interval '50 seconds',
        'sent', '{"metadata.sku": "7"}'::jsonb
    ) || case
        when asset_id in ('wanted', 'unanswered', 'lost') then '{}'
        else jsonb_build_object('arrived', jsonb_build_object('metadata.sku', now() - interval '9 seconds'))
    end);
-- Taken away here since.
update public.media_assets set metadata = '{}' where asset_id not in ('kept', 'wanted');
alter table public.media_assets enable trigger user;

select media_sync.confirm_absence('demo', array(select asset_id from public.media_assets), clock_timestamp(), 'api');
select is((select count(*) from public.media_assets where deleted_at is not null and sync_status = 'synced'), 5::bigint, 'gone there → deleted here');
select is((select base -> 'metadata' from public.media_assets where asset_id = 'arrived'), '{"sku": "7"}', 'what had arrived → agreed');
select is((select base -> 'metadata' from public.media_assets where asset_id = 'wanted'), '{}', 'what may not have arrived → not agreed');
select is(
    (select string_agg(asset_id, ' ' order by asset_id) from public.media_sync_log where operation = 'conflict'), 'arrived wanted',
    'what was to be changed yet → a conflict row says so; of what was taken back before anybody knew, none'
);

select public.media_sync_apply_observations('demo', jsonb_agg(jsonb_build_object(
    'asset_id', asset_id, 'public_id', asset_id, 'resource_type', 'image', 'type', 'upload', 'metadata', '{"sku": "7"}'::jsonb
)), clock_timestamp(), 'api', null)
from unnest('{arrived,kept,unanswered}'::text[]) as asset_id;
select is((select metadata from public.media_assets where asset_id = 'arrived'), '{}', 'restored there with it, taken away here → stays away');
select is((select sync_status from public.media_assets where asset_id = 'arrived'), 'pending', 'and is taken away there');
select is((select metadata || to_jsonb(sync_status) from public.media_assets where asset_id = 'kept'), '[{"sku": "7"}, "synced"]', 'restored there with it, kept here → both sides have it');

select is(
    (select metadata || to_jsonb(sync_status) from public.media_assets where asset_id = 'unanswered'), '[{}, "pending"]',
    'not answered, taken back here, restored there with it → it is taken away there'
);
select is((select count(*) from public.media_sync_log where asset_id = 'unanswered' and operation = 'conflict'), 0::bigint, 'and meets nobody');
select public.media_sync_apply_observations(
    'demo', '[{"asset_id": "lost", "public_id": "lost", "resource_type": "image", "type": "upload", "metadata": {}}]', clock_timestamp(), 'api', null
);
select is(
    (select metadata || to_jsonb(sync_status) from public.media_assets where asset_id = 'lost'), '[{}, "synced"]',
    'not answered, taken back here, restored there without it → both sides are equal'
);
select is((select count(*) from public.media_sync_log where asset_id = 'lost' and operation = 'conflict'), 0::bigint, 'and meet without a conflict');

select * from finish();
rollback;
