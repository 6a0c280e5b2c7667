begin;
\ir helpers.sql
select plan(4);
create function tests.tear(wanted text) returns void language plpgsql as $$
begin
    update media_sync.settings set conflict_policy = 'manual';
    perform media_sync.merge_observations('demo', jsonb_build_array(jsonb_build_object('asset_id', wanted, 'public_id', wanted, 'resource_type', 'image', 'display_name', 'Name')), now() - interval '1 hour', 'api');
    update public.media_assets set display_name = 'Mine' where asset_id = wanted;
    perform media_sync.merge_observations('demo', jsonb_build_array(jsonb_build_object('asset_id', wanted, 'public_id', wanted, 'resource_type', 'image', 'display_name', 'Theirs')), now() - interval '30 minutes', 'api');
end;
$$;
create function tests.open(wanted text) returns bigint language sql as $$ select count(*) from public.media_sync_log where asset_id = wanted and operation = 'conflict' and status = 'conflict' and resolved_at is null; $$;
select tests.tear(a) from unnest('{a,b,c,d}'::text[]) a;
update public.media_assets set display_name = 'Theirs' where asset_id = 'a';
select is(tests.open('a'), 0::bigint, 'a conflict closed by an edit → not open in the log');
select media_sync.merge_observations('demo', '[{"asset_id": "b", "public_id": "b", "resource_type": "image", "display_name": "Mine"}]', now(), 'api');
select is(tests.open('b'), 0::bigint, 'a conflict closed by equal values → not open in the log');
select outcome from public.soft_delete_media_assets(array(select id from public.media_assets where asset_id = 'c'));
select is(tests.open('c'), 1::bigint, 'a conflict row deleted here → still open in the log');
select media_sync.confirm_absence('demo', '{d}', clock_timestamp(), 'api');
select is(tests.open('d'), 1::bigint, 'a conflict row gone in Cloudinary → still open in the log');
select * from finish();
rollback;
