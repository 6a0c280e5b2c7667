-- A ring of renames that ends halfway: the name that it passes through is ours, whoever meets it.
begin;
\ir helpers.sql
select plan(9);

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, sync_status, observed_at)
select
    ('00000000-0000-4000-8000-00000000000' || place)::uuid, 'demo', 'd' || place, 'name', 'image', 'pending', now() - interval '1 minute'
from generate_series(1, 3) as place;
alter table public.media_assets disable trigger user;
update public.media_assets as asset
set
    public_id = case asset_id when 'd1' then 'wanted' when 'd2' then 'name2' else 'name3' end,
    base = media_sync.editable_fields(asset) || jsonb_build_object('public_id', case asset_id when 'd1' then 'name1' when 'd2' then 'name2' else 'name3' end),
    sending = jsonb_build_array(jsonb_build_object(
        'id', 'attempt', 'name', 'name', 'rename', 'wanted', 'detour', 'detour-' || asset_id, 'sent', '{"public_id": "wanted"}'::jsonb,
        'at', now(), 'until', now() + interval '1 minute'
    ));

create function tests.confirm(asset_id text, more jsonb)
returns void
language sql
as $$
    select public.media_sync_confirm_push('demo', gen_random_uuid(), now(), jsonb_build_array(jsonb_build_object(
        'id', '00000000-0000-4000-8000-00000000000' || right(asset_id, 1), 'action', 'update', 'attempt', 'attempt',
        'dropped', '{"public_id": "wanted"}'::jsonb, 'again', true,
        'answers', jsonb_build_array(jsonb_build_object(
            'asset_id', asset_id, 'public_id', 'detour-' || asset_id, 'resource_type', 'image', 'type', 'upload',
            'observed_at', clock_timestamp()
        ))
    ) || more), 'api');
$$;

select tests.confirm('d1', '{"passed": "detour-d1"}');
select is((select public_id from public.media_assets where asset_id = 'd1'), 'wanted', 'the last leg was not sent → the wish stands');
select is((select base ->> 'public_id' from public.media_assets where asset_id = 'd1'), 'detour-d1', 'the last leg was not sent → the name there is known');
select is((select sync_status from public.media_assets where asset_id = 'd1'), 'pending', 'the last leg was not sent → it is still to be sent');

select tests.confirm('d2', '{"passed": "detour-d2"}');
select is((select public_id from public.media_assets where asset_id = 'd2'), 'name2', 'taken back between the legs → the old name stands');
select is((select base ->> 'public_id' from public.media_assets where asset_id = 'd2'), 'detour-d2', 'taken back between the legs → the name there is known');
select is((select sync_status from public.media_assets where asset_id = 'd2'), 'pending', 'taken back between the legs → the old name is sent');
select is(
    (select count(*) from public.media_sync_log where operation in ('conflict', 'rename')), 0::bigint, 'a ring that ends halfway → blames nobody'
);

-- Without the word of the push the same answer is somebody else's rename.
select tests.confirm('d3', '{}');
select is((select public_id from public.media_assets where asset_id = 'd3'), 'detour-d3', 'a name that no push passed through → is news');

-- A grouped write went by the old name; somebody there has given the asset the name that was wanted here and never sent.
insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, tags, sync_status, observed_at) values
    ('00000000-0000-4000-8000-000000000004', 'demo', 'd4', 'wanted', 'image', '{x}', 'pending', now() - interval '1 minute');
update public.media_assets as asset
set
    base = media_sync.editable_fields(asset) || '{"public_id": "name4", "tags": []}',
    sending = jsonb_build_array(jsonb_build_object(
        'id', 'attempt', 'name', 'name4', 'rename', 'wanted', 'detour', 'detour-d4', 'sent', '{"public_id": "wanted", "tags.x": true}'::jsonb,
        'at', now(), 'until', now() + interval '1 minute'
    ))
where asset_id = 'd4';
select tests.confirm('d4', '{"answers": [], "landed": [{"difference": {"tags": {"added": ["x"]}}}]}');
select public.media_sync_apply_observations('demo', jsonb_build_array(jsonb_build_object(
    'asset_id', 'd4', 'public_id', 'wanted', 'resource_type', 'image', 'type', 'upload', 'tags', '[]'::jsonb
)), clock_timestamp(), 'api', null);
select is(
    (select array[sync_status] || tags from public.media_assets where asset_id = 'd4'), '{pending,x}',
    'a write that met another asset, a name that was never sent → the tag is still to be sent'
);

select * from finish();
rollback;
