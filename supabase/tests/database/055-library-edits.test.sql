-- Edits of many assets in one call, and conflicts that a person decides.
begin;
\ir helpers.sql
select plan(42);

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, folder, display_name, tags, context, metadata, observed_at)
select
    ('00000000-0000-4000-8000-00000000a00' || place)::uuid, 'demo', name, 'a/' || name, 'image', 'a', 'Name', '{one,two}',
    '{"alt": "Text", "caption": "Words"}', '{"sku": "7"}', now()
from unnest('{first,second,deleted,torn,both}'::text[]) with ordinality as asset (name, place);
update public.media_assets as asset set base = media_sync.editable_fields(asset);
update public.media_assets set deleted_at = now() where asset_id = 'deleted';

create function tests.get(wanted text)
returns public.media_assets
language sql
as $$
    select asset from public.media_assets as asset where asset.asset_id = wanted;
$$;

-- Patches the assets with the caller's rights; returns the names of those that the edit reached, or the code of the error.
create function tests.edit(wanted text[], patch jsonb, media_role text default 'editor')
returns text
language plpgsql
as $$
declare
    reached jsonb;
    failed text;
    wanted_ids uuid[] := array(select id from public.media_assets where asset_id = any (wanted));
begin
    perform tests.authenticate_as('authenticated', media_role, '00000000-0000-4000-8000-0000000000ee');
    begin
        reached := public.edit_media_assets(wanted_ids, patch);
    exception
        when others then failed := sqlstate;
    end;
    perform tests.clear_authentication();
    return coalesce(failed, (
        select coalesce(string_agg(asset_id, ' ' order by asset_id), '') from public.media_assets where reached ? id::text
    ));
end;
$$;

-- 1. Patches

select is(tests.edit('{first,second,deleted}', '{"tags": ["new"]}'), 'first second', 'tags of several → the live ones are reached');
select is((select string_agg(row(tags, sync_status)::text, ' ' order by asset_id) from public.media_assets where asset_id in ('first', 'second', 'deleted')), '("{one,two}",synced) ({new},pending) ({new},pending)', 'tags of several → set, and waiting for the push');
select is(tests.edit('{first}', '{"add_tags": ["b", "new", " a "], "remove_tags": ["one"]}'), 'first', 'add_tags → reached');
select is((tests.get('first')).tags, '{new,b,a}'::text[], 'add_tags → behind those that are there, once each');
select is(tests.edit('{first}', '{"remove_tags": ["b", "none"]}'), 'first', 'remove_tags → reached');
select is((tests.get('first')).tags, '{new,a}'::text[], 'remove_tags → gone');
select is(tests.edit('{first}', '{"add_tags": ["c"], "remove_tags": ["c"]}'), 'first', 'a tag added and removed at once → no change');
select is(tests.edit('{first}', '{"tags": []}'), 'first', 'no tags → reached');
select is((tests.get('first')).tags, '{}'::text[], 'no tags → none');
select is(tests.edit('{first}', '{"context": {"caption": null, "credit": "Me"}, "metadata": {"sku": null}}'), 'first', 'keys of context and metadata → reached');
select is((tests.get('first')).context, '{"alt": "Text", "credit": "Me"}'::jsonb, 'keys of context → set, null taken away, the others stay');
select is((tests.get('first')).metadata, '{}'::jsonb, 'a null of metadata → taken away');
select is(tests.edit('{first}', '{"display_name": null, "folder": "b", "public_id": "b/first"}'), 'first', 'names → reached');
select is((select row(display_name, folder, public_id)::text from tests.get('first')), '(,b,b/first)', 'names → set');
select is(tests.edit('{first}', '{}'), 'first', 'an empty patch → the row, as it was');
select is(tests.edit('{first}', '{"sync_status": "synced", "bytes": 1}'), 'first', 'fields that are not editable → the row, as it was');
select is(tests.edit('{first}', '{"tags": ["a,b"]}'), '22023', 'what Cloudinary cannot hold → refused');
select is(tests.edit('{second}', '{"tags": ["x"]}', null), '', 'a viewer → reaches nothing');
select is((tests.get('second')).tags, '{new}'::text[], 'a viewer → changes nothing');
select is(tests.edit('{}', '{"tags": ["x"]}'), '', 'no ids → nothing');

-- 2. Names

select tests.authenticate_as('authenticated');
select is(
    (select string_agg(found ->> 'public_id', ' ' order by found ->> 'public_id') from jsonb_array_elements(public.find_media_assets('{b/first,a/second,a/deleted,none}')) as found),
    'a/second b/first', 'assets by their names → the live ones'
);
select is(public.find_media_assets('{a/second}', 'video'), '[]'::jsonb, 'assets by their names, of another resource_type → none');
select throws_ok(
    $$select public.find_media_assets(array(select i::text from generate_series(1, 1001) as i))$$,
    '22023', 'One call names at most 1000 assets.', '1001 names → refused by name of the limit'
);
select throws_ok(
    $$select public.find_media_assets(array[repeat('x', 1001)])$$,
    '22023', 'A name is at most 1000 characters long.', 'a name of 1001 characters → refused by name of the limit'
);
select throws_ok(
    $$select public.edit_media_assets('{}', jsonb_build_object('context', jsonb_build_object('a', repeat('x', 2097152))))$$,
    '22023', 'A patch holds at most 2097152 bytes.', 'a patch of 2 MiB → refused by name of the limit'
);
select tests.clear_authentication();

-- 3. Conflicts

create function tests.tear(wanted text)
returns void
language plpgsql
as $$
begin
    update media_sync.settings set conflict_policy = 'manual';
    delete from public.media_sync_log where asset_id = wanted;
    update public.media_assets
    set
        display_name = 'Name', context = '{"alt": "Text", "caption": "Words"}', tags = '{one,two}', sync_status = 'synced', conflicts = null,
        base = base || '{"display_name": "Name", "context": {"alt": "Text", "caption": "Words"}, "tags": ["one", "two"]}' || '{"again": true}'
    where asset_id = wanted;
    update public.media_assets as asset set base = media_sync.editable_fields(asset) where asset.asset_id = wanted;
    update public.media_assets set display_name = 'Mine', context = context || '{"alt": "Mine"}', tags = '{one,mine}' where asset_id = wanted;
    perform media_sync.merge_observations(
        'demo',
        jsonb_build_array(jsonb_build_object(
            'asset_id', wanted, 'public_id', 'a/' || wanted, 'resource_type', 'image', 'folder', 'a', 'display_name', 'Theirs',
            'tags', '["one", "two"]'::jsonb, 'context', '{"caption": "Words", "alt": "Theirs"}'::jsonb, 'metadata', '{"sku": "7"}'::jsonb
        )),
        now(), 'api'
    );
end;
$$;
create function tests.resolve(wanted text, keep text)
returns text
language plpgsql
as $$
declare
    wanted_id uuid := (tests.get(wanted)).id;
    outcome text;
begin
    perform tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');
    begin
        outcome := case public.resolve_media_conflicts(array[wanted_id], keep) when '[]' then 'none' else 'resolved' end;
    exception
        when others then outcome := sqlstate;
    end;
    perform tests.clear_authentication();
    return outcome;
end;
$$;
select tests.tear('torn');
select is((tests.get('torn')).sync_status, 'conflict', 'values changed on both sides → a conflict');
select is(tests.resolve('torn', 'neither'), '22023', 'keeping neither side → refused');
select is(tests.resolve('second', 'database'), 'none', 'a row without a conflict → nothing to resolve');
select is(tests.resolve('torn', 'cloudinary'), 'resolved', 'keeping Cloudinary''s values → resolved');
select is((select row(display_name, context ->> 'alt', conflicts)::text from tests.get('torn')), '(Theirs,Theirs,)', 'keeping Cloudinary''s values → on the row');
select is((select row(tags, sync_status)::text from tests.get('torn')), '("{one,mine}",pending)', 'keeping Cloudinary''s values → an edit that was no conflict still waits');
select is((select count(*) from public.media_sync_log where asset_id = 'torn' and operation = 'conflict' and resolved_at is null), 0::bigint, 'resolved → no open conflict in the log');
select results_eq(
    $$select status, source, user_id, changes -> 'display_name' ->> 'database', changes -> 'display_name' ->> 'cloudinary', changes -> 'display_name' ->> 'kept'
    from public.media_sync_log where asset_id = 'torn' and operation = 'resolve'$$,
    $$values ('success', 'client', '00000000-0000-4000-8000-0000000000ee'::uuid, 'Mine', 'Theirs', 'cloudinary')$$,
    'resolved → logged with both values, and by whom'
);
select is(tests.resolve('torn', 'cloudinary'), 'none', 'resolving again → nothing');

select tests.tear('both');
select is(tests.resolve('both', 'database'), 'resolved', 'keeping the database''s values → resolved');
select is((select row(display_name, context ->> 'alt', sync_status, conflicts)::text from tests.get('both')), '(Mine,Mine,pending,)', 'keeping the database''s values → they wait for the push');
select tests.tear('both');
update public.media_assets set tags = '{one,two}' where asset_id = 'both';
select is(tests.resolve('both', 'cloudinary'), 'resolved', 'nothing but conflicts, keeping Cloudinary''s → resolved');
select is((tests.get('both')).sync_status, 'synced', 'nothing but conflicts, keeping Cloudinary''s → nothing waits');

select tests.tear('both');
select is(tests.edit('{both}', '{"display_name": "Theirs"}'), 'both', 'one of two conflicts decided by an edit → reached');
select is((select row(sync_status, (select array_agg(key) from jsonb_object_keys(conflicts) as key))::text from tests.get('both')), '(conflict,{context.alt})', 'one of two conflicts decided by an edit → the other stays open');
select outcome from public.soft_delete_media_assets(array[(tests.get('both')).id]);
select is(tests.resolve('both', 'cloudinary'), 'none', 'a deleted row → has no conflict to resolve');
select is((select row(conflicts is not null, sync_status)::text from tests.get('both')), '(t,pending)', 'a deleted row → waits for its deletion, its conflict stays open');

select * from finish();
rollback;
