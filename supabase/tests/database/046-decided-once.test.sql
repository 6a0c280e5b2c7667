-- What an observation means is worked out once an asset, however many of the results ask for it: PostgreSQL repeats a call
-- for each mention of its result where it may pull the sub-select up.
begin;
\ir helpers.sql
select plan(10);

set local track_functions = 'all';
insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, sync_status, observed_at)
select 'demo', 'a' || place, 'a' || place, 'image', 'synced', now() - interval '1 hour' from generate_series(1, 100) as place;
alter table public.media_assets disable trigger user;
update public.media_assets as asset set base = media_sync.editable_fields(asset);
alter table public.media_assets enable trigger user;

create function tests.calls(function regproc)
returns bigint
language sql
as $$ select coalesce(pg_catalog.pg_stat_get_xact_function_calls(function), 0) $$;
create function tests.merge(tag text)
returns bigint
language sql
as $$
    select count(*) from media_sync.merge_observations('demo', (
        select jsonb_agg(jsonb_build_object(
            'asset_id', 'a' || place, 'public_id', 'a' || place, 'resource_type', 'image', 'type', 'upload', 'folder', '',
            'tags', jsonb_build_array(tag), 'context', '{}'::jsonb, 'metadata', '{}'::jsonb
        ))
        from generate_series(1, 100) as place
    ), clock_timestamp(), 'api', null);
$$;

select is(tests.merge('new'), 100::bigint, 'a hundred assets have changed');
select is(tests.calls('media_sync.decide'), 100::bigint, 'changed → each is decided on once');
select is(tests.merge('new'), 100::bigint, 'a hundred assets are as they were');
select is(tests.calls('media_sync.decide'), 100::bigint, 'unchanged → none is decided on');

create temporary table before_comparison as select tests.calls('media_sync.observed_content') as calls;
select public.media_sync_compare_page('demo', (
    select jsonb_agg(jsonb_build_object(
        'asset_id', 'a' || place, 'public_id', 'a' || place, 'resource_type', 'image', 'type', 'upload', 'folder', '',
        'tags', '["other"]'::jsonb, 'context', '{}'::jsonb, 'metadata', '{}'::jsonb
    ))
    from generate_series(1, 100) as place
));
select is(tests.calls('media_sync.observed_content') - calls, 100::bigint, 'a page compared → each asset once') from before_comparison;

update public.media_assets set context = (select jsonb_object_agg('key ' || place, 'value') from generate_series(1, 50) as place) where asset_id = 'a1';
create temporary table before_event as
select pg_catalog.pg_stat_get_xact_tuples_updated('public.media_assets'::regclass) as written, tests.calls('media_sync.broadcast_assets') as told;
select public.media_sync_receive_event('demo', jsonb_build_object(
    'dedup_key', 'event', 'notification_type', 'resource_tags_changed', 'body', '{}', 'triggered_at', clock_timestamp(),
    'effects', '[{"kind": "delta", "asset_id": "a9", "fields": {"tags": {"added": ["told"], "removed": []}}}]'::jsonb
));
select is(
    row(pg_catalog.pg_stat_get_xact_tuples_updated('public.media_assets'::regclass) - written, tests.calls('media_sync.broadcast_assets') - told)::text,
    '(1,1)', 'a notification → its row is written once, and once all that watches the table hears of it'
) from before_event;
select ok(tags @> '{told}' and last_event_at is not null, 'with the tag and the time of the event') from public.media_assets where asset_id = 'a9';

create temporary table before_edit as select tests.calls('media_sync.flat_fields') as calls;
update public.media_assets set context = context || '{"key 1": "other", "key 2": "other"}' where asset_id = 'a1';
select is(tests.calls('media_sync.flat_fields') - calls, 3::bigint, 'an edit of a row → what it was, is and was agreed to be are unpacked once each') from before_edit;
select is((select count(*) from jsonb_object_keys(edited)), 50::bigint, 'and the time of each is known') from public.media_assets where asset_id = 'a1';

select media_sync.merge_observations(
    'demo', '[{"asset_id": "é1", "public_id": "x", "resource_type": "image"}, {"asset_id": "é1", "public_id": "y", "resource_type": "image"}]',
    clock_timestamp(), 'api', null
);
select is(
    (select row(id, public_id)::text from public.media_assets where asset_id = 'é1'), row(media_sync.row_id('demo', 'é1'), 'y')::text,
    'new and told twice → one row, as told last, with the key that any database gives it'
);

select * from finish();
rollback;
