-- What Cloudinary said becomes what the rows are: media_sync.merge_observations.
begin;
\ir helpers.sql
\ir observations.sql
select plan(84);

-- 1. An asset that is new

select is(tests.observe(10, array[tests.asset('new')]), 'new inserted', 'a new asset → inserted');
select is(
    (
        select jsonb_object_agg(field, to_jsonb(asset) -> field)
        from public.media_assets as asset
        cross join jsonb_object_keys(tests.asset('new')) as field
        where asset_id = 'new'
    ),
    tests.asset('new', jsonb_build_object('created_at', '2026-01-02T03:04:05Z'::timestamptz)),
    'a new asset → the row holds every field told'
);
select results_eq(
    $$select cloud_name, sync_status, in_scope, deleted_at is null, created_by is null, usage_count, last_synced_at is not null
    from public.media_assets where asset_id = 'new'$$,
    $$values ('demo', 'synced', true, true, true, 0, true)$$,
    'a new asset → synced, live and in scope'
);
select is(
    (tests.get('new')).base,
    '{"public_id": "a/new", "folder": "a", "display_name": "Name of new", "tags": ["one", "two"], "context": {"alt": "Text"}, "metadata": {"sku": "7"}}'::jsonb,
    'a new asset → its editable fields are what both sides agree on'
);
select is((tests.get('new')).observed_at, '2026-06-01T00:10:00Z'::timestamptz, 'a new asset → the row remembers when it was observed');
select results_eq(
    $$select operation, status, direction, source, media_asset_id, public_id, resource_type, run_id, processing_time_ms >= 0
    from public.media_sync_log where asset_id = 'new'$$,
    $$values ('upload', 'success', 'pull', 'api', (tests.get('new')).id, 'a/new', 'image', '00000000-0000-4000-8000-0000000000f1'::uuid, true)$$,
    'a new asset → one audit row, upload'
);
select is(tests.observe(10, '{}'), null, 'an empty page → nothing');

call tests.forget_log();
select is(
    tests.observe(11, array['{"asset_id": "bare", "public_id": "bare", "resource_type": "raw"}'::jsonb]), 'bare inserted',
    'an asset of which little is told → inserted'
);
select results_eq(
    $$select type, folder, tags, context, metadata, extra, display_name, sync_status from public.media_assets where asset_id = 'bare'$$,
    $$values ('upload', '', '{}'::text[], '{}'::jsonb, '{}'::jsonb, '{}'::jsonb, null::text, 'synced')$$,
    'an asset of which little is told → the rest is empty'
);
select is(
    tests.observe(12, array['{"asset_id": "bare", "public_id": "bare", "resource_type": "raw"}'::jsonb]), 'bare unchanged',
    'an asset of which little is told, again → unchanged'
);
select is(
    tests.observe(11, array[tests.asset('uploaded')], '{"created_by": "00000000-0000-4000-8000-000000000001"}'), 'uploaded inserted',
    'an upload of a user → inserted'
);
select is(
    (select row(asset.created_by, log.user_id)::text from public.media_assets as asset join public.media_sync_log as log using (asset_id) where asset_id = 'uploaded'),
    '(00000000-0000-4000-8000-000000000001,00000000-0000-4000-8000-000000000001)',
    'an upload of a user → the row and the log name the user'
);

-- 2. The same again

call tests.forget_log();
create temporary table kept as select tests.row_of('new') as row_before;
select is(tests.observe(20, array[tests.asset('new')]), 'new unchanged', 'the same again → unchanged');
select is(
    tests.observe(21, array[tests.asset('new', '{"tags": ["two", "one"]}')]), 'new unchanged', 'tags in another order → unchanged'
);
select is(
    tests.observe(22, array[tests.asset('new') - '{format,display_name,tags,context,metadata,folder,etag,extra,version}'::text[]]), 'new unchanged',
    'keys that are not told → unchanged'
);
select is(
    tests.observe(23, array[tests.asset('new'), tests.asset('new')]), 'new unchanged', 'the same twice in one page → one outcome'
);
select is(tests.row_of('new'), (select row_before from kept), 'whatever changes nothing → writes nothing');
select is(tests.new_log('new'), '', 'whatever changes nothing → logs nothing');
select is(
    tests.observe(24, array[tests.asset('new')], '{"stamp": true}'), 'new unchanged', 'a look-up that finds the same → unchanged'
);
select is((tests.get('new')).observed_at, '2026-06-01T00:24:00Z'::timestamptz, 'a look-up that finds the same → remembered by the row');
select is(tests.new_log('new'), '', 'a look-up that finds the same → logs nothing');
select is(tests.observe(25, array[tests.asset('new')], '{"force": true}'), 'new unchanged', 'force, the same again → unchanged');
select is(tests.new_log('new'), '', 'force, the same again → logs nothing');

-- 3. Changes

call tests.forget_log();
select is(
    tests.observe(30, array[tests.asset('new', '{"version": 1760000001, "bytes": 2000, "etag": "e2"}')]), 'new updated', 'new content → updated'
);
select is(
    (select row(version, bytes, etag, format, sync_status)::text from tests.get('new')), '(1760000001,2000,e2,jpg,synced)', 'new content → on the row'
);
select is(tests.new_log('new'), 'upload success', 'new content → logged as upload');
select is(
    tests.changes('new', 'upload'),
    '{"version": {"from": 1760000000, "to": 1760000001}, "bytes": {"from": 1000, "to": 2000}, "etag": {"from": "e1", "to": "e2"}}'::jsonb,
    'new content → logged from and to'
);

call tests.forget_log();
select is(
    tests.observe(31, array[tests.asset('new', '{"version": 1760000002, "bytes": 3000}') - 'etag']), 'new updated', 'a new version without an etag → updated'
);
select is((tests.get('new')).etag, null, 'a new version without an etag → the etag is unknown');
select is(
    tests.observe(32, array[tests.asset('new', '{"version": 1760000002, "bytes": 3000, "etag": "e3"}')]), 'new updated', 'its etag, told later → updated'
);
select is((tests.get('new')).etag, 'e3', 'its etag, told later → on the row');
select is(
    tests.observe(33, array[tests.asset('new', '{"version": 1760000002, "bytes": 3000, "etag": "e3", "extra": {"backup": true}}')]),
    'new updated', 'a field without a column → updated'
);
select is(
    (tests.get('new')).extra, '{"asset_folder_id": "f", "backup": true}'::jsonb, 'a field without a column → kept in extra, beside what was there'
);

select is(tests.observe(40, array[tests.asset('edited')]), 'edited inserted', 'another asset → inserted');
create function tests.logged(observed_at integer, told jsonb)
returns text
language plpgsql
as $$
declare
    outcome text;
begin
    call tests.forget_log();
    outcome := tests.observe(observed_at, array[tests.asset('edited', told)]);
    return outcome || ': ' || tests.new_log('edited') || ' ' || (tests.changes('edited', split_part(tests.new_log('edited'), ' ', 1)))::text;
end;
$$;
select is(
    tests.logged(41, '{"public_id": "a/other"}'), 'edited updated: rename success {"public_id": {"to": "a/other", "from": "a/edited"}}',
    'another public_id → a rename'
);
select is(
    tests.logged(42, '{"public_id": "a/other", "folder": "b"}'), 'edited updated: move success {"folder": {"to": "b", "from": "a"}}',
    'another folder → a move'
);
select is(
    tests.logged(43, '{"public_id": "b/other", "folder": "c"}'),
    'edited updated: rename success {"folder": {"to": "c", "from": "b"}, "public_id": {"to": "b/other", "from": "a/other"}}',
    'another public_id and folder → a rename'
);
select is(
    tests.logged(44, '{"public_id": "b/other", "folder": "c", "tags": ["two", "three"]}'),
    'edited updated: update success {"tags": {"to": ["two", "three"], "from": ["one", "two"]}}',
    'other tags → an update'
);
select is(
    tests.logged(45, '{"public_id": "b/other", "folder": "c", "tags": [], "context": {}, "metadata": {}, "display_name": null}'),
    'edited updated: update success {"tags": {"to": [], "from": ["two", "three"]}, "context": {"to": {}, "from": {"alt": "Text"}}, '
        '"metadata": {"to": {}, "from": {"sku": "7"}}, "display_name": {"to": null, "from": "Name of edited"}}',
    'everything taken away → an update'
);
select is(
    (select row(id, tags, context, metadata, display_name)::text from tests.get('edited')),
    (select row(media_asset_id, '{}'::text[], '{}'::jsonb, '{}'::jsonb, null::text)::text from public.media_sync_log where asset_id = 'edited' and operation = 'upload'),
    'renames and moves → the row that was inserted'
);
select is((select count(*) from public.media_assets where asset_id = 'edited'), 1::bigint, 'renames and moves → one row');
select is(
    (tests.get('edited')).base, media_sync.editable_fields(tests.get('edited')), 'what came from Cloudinary → is what both sides agree on'
);

-- 4. What is older

call tests.forget_log();
delete from kept;
insert into kept select tests.row_of('new');
select is(
    tests.observe(5, array[tests.asset('new', '{"version": 1770000000, "tags": ["late"]}')]), 'new stale', 'an observation that began earlier → stale'
);
select is(tests.row_of('new'), (select row_before from kept), 'an observation that began earlier → the row is untouched');
select is(tests.new_log('new'), '', 'an observation that began earlier → logs nothing');
select is(tests.observe(5, array[tests.asset('new')], '{"force": true}'), 'new stale', 'force, an observation that began earlier → stale');

-- 5. Several assets in one page

select is(
    tests.observe(60, array[tests.asset('p1'), tests.asset('p2'), tests.asset('p3', '{"tags": ["first"]}'), tests.asset('p3', '{"tags": ["last"]}')]),
    'p1 inserted, p2 inserted, p3 inserted', 'an asset twice in a page → one outcome'
);
select is((tests.get('p3')).tags, '{last}'::text[], 'an asset twice in a page → the last mention counts');
select is(
    tests.observe(61, array[tests.asset('p3', '{"tags": ["early"]}'), tests.asset('p3', '{"tags": ["final"]}')]), 'p3 updated',
    'a known asset twice in a page → one outcome'
);
select is((tests.get('p3')).tags, '{final}'::text[], 'a known asset twice in a page → the last mention counts');
call tests.forget_log();
select is(
    tests.observe(62, array[tests.asset('p1', '{"public_id": "a/p2"}'), tests.asset('p2', '{"public_id": "a/p1"}')]), 'p1 updated, p2 updated',
    'two public_ids swapped → both updated'
);
select is((tests.get('p1')).public_id || ' ' || (tests.get('p2')).public_id, 'a/p2 a/p1', 'two public_ids swapped → on their rows');
select is(tests.new_log('p1') || ', ' || tests.new_log('p2'), 'rename success, rename success', 'two public_ids swapped → two renames');
select is(
    tests.observe(63, array[
        tests.asset('p1', '{"public_id": "a/p2"}'), tests.asset('p2', '{"public_id": "a/p1", "tags": []}'), tests.asset('p4'),
        tests.asset('p3', '{"tags": ["final"]}')
    ]),
    'p1 unchanged, p2 updated, p3 unchanged, p4 inserted', 'a mixed page → one outcome per asset'
);
select is(
    (select count(*) from media_sync.merge_observations('other', jsonb_build_array(tests.asset('p1')), now(), 'api') where outcome = 'inserted'),
    1::bigint, 'the same asset_id in another cloud → another row'
);
delete from public.media_assets where cloud_name = 'other';

-- 6. Scope

update media_sync.settings set include_folders = '{a,c/d}';
select is(
    tests.observe(70, array[
        tests.asset('s1', '{"folder": "a"}'), tests.asset('s2', '{"folder": "a/b"}'), tests.asset('s3', '{"folder": "ab"}'),
        tests.asset('s4', '{"folder": "c"}'), tests.asset('s5', '{"folder": "c/d"}'), tests.asset('s6', '{"folder": ""}')
    ]),
    's1 inserted, s2 inserted, s3 out_of_scope, s4 out_of_scope, s5 inserted, s6 out_of_scope', 'include_folders → only these folders and those below'
);
select is((tests.get('s3')).asset_id, null, 'an asset out of scope → no row');
select is(tests.observe(71, array[tests.asset('s1', '{"folder": "x"}')]), 's1 updated', 'an asset moved out of scope → updated');
select is((select row(folder, in_scope, deleted_at)::text from tests.get('s1')), '(x,f,)', 'an asset moved out of scope → kept, hidden, not deleted');
select is(tests.observe(72, array[tests.asset('s1', '{"folder": "a"}')]), 's1 updated', 'an asset moved back → updated');
select is((tests.get('s1')).in_scope, true, 'an asset moved back → in scope');
update media_sync.settings set include_folders = '{c}';
select is((tests.get('s1')).in_scope, false, 'other include_folders → what they leave out is hidden at once');
select is(
    tests.observe(73, array[tests.asset('s1', '{"folder": "a"}'), tests.asset('s4', '{"folder": "c"}'), tests.asset('s5', '{"folder": "c/d"}')]),
    's1 unchanged, s4 inserted, s5 unchanged', 'other include_folders → what they take in comes in'
);
call tests.forget_log();
update media_sync.settings set include_folders = '{}';
select is(
    tests.observe(74, array[tests.asset('s1', '{"folder": "a"}'), tests.asset('s3', '{"folder": "ab"}')]), 's1 unchanged, s3 inserted',
    'include_folders emptied → the whole library'
);
select is((tests.get('s1')).in_scope, true, 'include_folders emptied → everything in scope');

-- 7. Deleted here, or gone there

select is(tests.observe(80, array[tests.asset('d1'), tests.asset('d2'), tests.asset('d3'), tests.asset('d4')]), 'd1 inserted, d2 inserted, d3 inserted, d4 inserted', 'four assets → inserted');
select media_sync.confirm_absence('demo', '{d1}', '2026-06-01T01:21:00Z', 'api');
select is((select row(deleted_at is not null, sync_status)::text from tests.get('d1')), '(t,synced)', 'an asset that Cloudinary denies → deleted, confirmed');
select is(tests.observe(82, array[tests.asset('d1')]), 'd1 stale', 'a page that began before and still shows it → stale');
update public.media_assets set observed_at = '2026-06-01T01:21:00Z' where asset_id = 'd1';
call tests.forget_log();
select is(tests.observe(82, array[tests.asset('d1')]), 'd1 restored', 'it is there again later → restored');
select is((select row(deleted_at, deleted_by, sync_status)::text from tests.get('d1')), '(,,synced)', 'it is there again later → live');
select is(tests.new_log('d1'), 'restore success', 'it is there again later → logged as restore');

select outcome from public.soft_delete_media_assets(array[(tests.get('d2')).id, (tests.get('d3')).id, (tests.get('d4')).id]);
call tests.forget_log();
select is(
    tests.observe(83, array[tests.asset('d2'), tests.asset('d3') - '{etag,version}'::text[]]), 'd2 unchanged, d3 unchanged',
    'deleted here, the same content there → unchanged'
);
select is(tests.observe(84, array[tests.asset('d2', '{"tags": ["x"], "display_name": "x"}')]), 'd2 updated', 'deleted here, retagged there → updated');
select is(
    (select string_agg(row(deleted_at is not null, sync_status)::text, ' ') from public.media_assets where asset_id in ('d2', 'd3')),
    '(t,pending) (t,pending)', 'deleted here, the same content there → stays deleted, and waits for the push'
);
select is(tests.new_log('d3'), '', 'deleted here, nothing new there → logs nothing');
select is(
    (
        select string_agg(concat_ws(' ', operation, status, changes -> 'tags' ->> 'kept', changes -> 'display_name' ->> 'cloudinary'), ',')
        from public.media_sync_log
        where asset_id = 'd2' and operation = 'conflict'
    ),
    'conflict conflict deleted x', 'deleted here, retagged there → what was edited there is in a conflict row'
);
select is(
    tests.observe(85, array[tests.asset('d3', '{"version": 1760000009}') - 'etag', tests.asset('d4', '{"etag": "other"}')]),
    'd3 restored 1, d4 restored 1', 'deleted here, new content there → restored, a conflict'
);
select is(
    (select string_agg(row(deleted_at, deleted_by, sync_status)::text, ' ') from public.media_assets where asset_id in ('d3', 'd4')),
    '(,,synced) (,,synced)', 'deleted here, new content there → the new content survives'
);
select is(
    tests.new_log('d3') || ', ' || tests.new_log('d4'),
    'conflict conflict, restore success, conflict conflict, restore success', 'deleted here, new content there → both logged'
);
select ok(
    (tests.changes('d3', 'conflict') -> 'deleted_at' ->> 'database')::timestamptz is not null
    and tests.changes('d3', 'conflict') -> 'deleted_at' ->> 'kept' = 'cloudinary',
    'deleted here, new content there → the conflict row keeps the deletion that lost'
);
select is((select count(*) from public.media_sync_log where status = 'conflict' and resolved_at is null), 0::bigint, 'such a conflict → is decided, not open');

-- 8. A base that was lost

update public.media_assets set base = '{}' where asset_id = 'p4';
select is(
    tests.observe(90, array['{"asset_id": "p4", "public_id": "a/p4", "resource_type": "image"}'::jsonb]), 'p4 updated',
    'a row without a base, of which little is told → updated'
);
select is(
    (select row(folder, display_name, tags, context, metadata, sync_status)::text from tests.get('p4')),
    row('a', 'Name of p4', '{one,two}'::text[], '{"alt": "Text"}'::jsonb, '{"sku": "7"}'::jsonb, 'synced')::text,
    'a row without a base → keeps what was not told'
);
select is((tests.get('p4')).base, media_sync.editable_fields(tests.get('p4')), 'a row without a base → has one again');

select * from finish();
rollback;
