-- Editing, deleting and restoring here: what an editor's statement makes of a row.
begin;
\ir helpers.sql
select plan(94);

insert into public.media_assets (
    id, cloud_name, asset_id, public_id, resource_type, folder, display_name, tags, context, metadata, observed_at, updated_at
)
select
    ('00000000-0000-4000-8000-00000000a00' || place)::uuid, 'demo', name, 'a/' || name, 'image', 'a', 'Name', '{one,two}',
    '{"alt": "Text"}', '{"sku": "7"}', '2026-06-01T00:00:00Z', '2026-06-01T00:00:00Z'
from unnest('{edited,plain,deleted,used,forced,hidden,failed}'::text[]) with ordinality as asset (name, place);
update public.media_assets as asset set base = media_sync.editable_fields(asset);
update public.media_assets set in_scope = false where asset_id = 'hidden';
insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
select id, 'cover', 'articles', '1' from public.media_assets where asset_id in ('used', 'forced');
-- Attempts that this file expects to end at zero.
update public.media_assets set sync_attempts = 3, next_attempt_at = now(), sync_error = 'refused' where asset_id = 'edited';

create table tests.editor (id uuid);
insert into tests.editor values ('00000000-0000-4000-8000-0000000000ee');

-- Edits the asset as an editor; returns the status that the row is in then, or the code of the error.
create function tests.edit(assignment text, wanted text default 'edited')
returns text
language plpgsql
as $$
declare
    failed text;
begin
    perform tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');
    begin
        execute format('update public.media_assets set %s where asset_id = %L', assignment, wanted);
    exception
        when others then failed := sqlstate;
    end;
    perform tests.clear_authentication();
    return coalesce(failed, (select sync_status from public.media_assets where asset_id = wanted));
end;
$$;

create function tests.get(wanted text)
returns public.media_assets
language sql
as $$
    select asset from public.media_assets as asset where asset.asset_id = wanted;
$$;

create function tests.row_of(wanted text)
returns text
language sql
as $$
    select asset.ctid::text || asset::text from public.media_assets as asset where asset.asset_id = wanted;
$$;

-- 1. An edit waits for Cloudinary; taken back, nothing waits

select is(
    tests.edit(assignment), 'pending', format('an editor sets %s → pending', assignment)
) || E'\n' || is(
    tests.edit('public_id = ''a/edited'', folder = ''a'', display_name = ''Name'', tags = ''{one,two}'', context = ''{"alt": "Text"}'', metadata = ''{"sku": "7"}'''),
    'synced', format('and sets it back → synced (%s)', split_part(assignment, ' ', 1))
)
from unnest(array[
    $$tags = '{one,three}'$$, $$tags = '{}'$$, $$context = '{"alt": "Other"}'$$, $$context = '{}'$$, $$metadata = '{"sku": "8"}'$$,
    $$display_name = 'Other'$$, $$display_name = null$$, $$folder = 'b'$$, $$public_id = 'a/other'$$
]) as assignment;

select is(tests.edit($$tags = '{one,three}'$$), 'pending', 'an edit → pending');
select results_eq(
    $$select sync_attempts, next_attempt_at, sync_error, edited_at > '2026-06-01T00:00:00Z', updated_at > '2026-06-01T00:00:00Z', observed_at
    from public.media_assets where asset_id = 'edited'$$,
    $$values (0, null::timestamptz, null::text, true, true, '2026-06-01T00:00:00Z'::timestamptz)$$,
    'an edit → fresh attempts at once, edited and updated now, observed as before'
);
select is(
    (tests.get('edited')).base -> 'tags', '["one", "two"]'::jsonb, 'an edit → what both sides agreed on stays as it was'
);
select is((tests.get('edited')).search_text like '%three%', true, 'an edit → found by the search at once');

-- 2. An edit that changes nothing is none

create temporary table kept as select tests.row_of('plain') as row_before, (select count(*) from public.media_sync_log) as log_before;
select is(tests.edit(assignment, 'plain'), 'synced', format('an editor sets %s, as it was → synced', assignment))
from unnest(array[
    'tags = tags', $$tags = '{two,one}'$$, $$tags = '{" one ",two,"",two}'$$, $$context = '{"alt": "Text", "gone": null}'$$,
    $$folder = '/a/'$$, $$display_name = 'Name'$$, $$metadata = '{"sku": "7"}'$$, $$public_id = 'a/plain'$$
]) as assignment;
select is(
    regexp_replace(tests.row_of('plain'), '^\(\d+,\d+\)\d*', ''), (select regexp_replace(row_before, '^\(\d+,\d+\)\d*', '') from kept),
    'an edit that changes nothing → leaves everything as it was'
);
select is((select count(*) from public.media_sync_log), (select log_before from kept), 'an edit that changes nothing → logs nothing');
select isnt_empty($$update public.media_assets set tags = '{two,one}' where asset_id = 'plain' returning id$$, 'an edit that changes nothing → gives the row back');

-- 3. What Cloudinary cannot hold is put right, or refused

select is(tests.edit($$tags = '{" b ",a,"",b,a,c}'$$), 'pending', 'tags with blanks and repetitions → taken');
select is((tests.get('edited')).tags, '{b,a,c}'::text[], 'tags → trimmed, once each, none empty');
select is(tests.edit('tags = null'), 'pending', 'tags null → taken');
select is((tests.get('edited')).tags, '{}'::text[], 'tags null → none');
select is(tests.edit($$context = '{"n": 5, "b": true, "s": "x", "gone": null}'$$), 'pending', 'context with a number and a boolean → taken');
select is((tests.get('edited')).context, '{"n": "5", "b": "true", "s": "x"}'::jsonb, 'context → strings, null taken away');
select is(tests.edit($$folder = '//x///y/'$$), 'pending', 'a folder with too many slashes → taken');
select is((tests.get('edited')).folder, 'x/y', 'a folder → without the slashes that say nothing');
select is(tests.edit('folder = null'), 'pending', 'folder null → taken');
select is((tests.get('edited')).folder, '', 'folder null → the root');
select is(tests.edit(format('tags = array[%L]', repeat('x', 255))), 'pending', 'a tag of 255 characters → taken');
select is(tests.edit($$tags = array(select i::text from generate_series(1, 1000) as i)$$), 'pending', '1000 tags → taken');

delete from kept;
insert into kept select tests.row_of('edited'), 0;
select is(tests.edit(assignment), '22023', title || ' → refused')
from (values
    ($$tags = '{"a,b"}'$$, 'a tag with a comma'),
    (format('tags = array[%L]', repeat('x', 256)), 'a tag of 256 characters'),
    ($$tags = array(select i::text from generate_series(1, 1001) as i)$$, '1001 tags'),
    ($$context = '[]'$$, 'context that is no object'),
    ('context = null', 'context null'),
    ($$context = '{"a": {"b": "c"}}'$$, 'context with an object in it'),
    ($$context = '{"a": ["b"]}'$$, 'context with an array in it'),
    ($$context = '{"": "x"}'$$, 'an empty key of context'),
    ($$context = '{"a=b": "x"}'$$, 'a key of context with ='),
    ($$context = '{"a|b": "x"}'$$, 'a key of context with |'),
    ($$metadata = '[]'$$, 'metadata that is no object'),
    ($$display_name = 'a/b'$$, 'a display_name with a slash'),
    ($$public_id = ''$$, 'an empty public_id')
) as refused (assignment, title);
select is(tests.row_of('edited'), (select row_before from kept), 'what is refused → leaves the row as it was');

-- 4. Errors: a new edit, or an operator, starts afresh

update public.media_assets set sync_status = 'error', sync_attempts = 8, next_attempt_at = now(), sync_error = 'refused' where asset_id = 'failed';
select is(tests.edit($$display_name = 'Again'$$, 'failed'), 'pending', 'an edit of a row in error → pending');
select is((select row(sync_attempts, next_attempt_at, sync_error)::text from tests.get('failed')), '(0,,)', 'an edit of a row in error → fresh attempts');
update public.media_assets set sync_status = 'error', sync_attempts = 8, next_attempt_at = now(), sync_error = 'refused' where asset_id = 'failed';
update public.media_assets set sync_status = 'pending' where asset_id = 'failed';
select is(
    (select row(sync_status, sync_attempts, next_attempt_at, sync_error)::text from tests.get('failed')), '(pending,0,,)',
    'an operator sets error to pending → fresh attempts, at once'
);

-- 5. Open conflicts: the editor's value decides

update public.media_assets
set sync_status = 'conflict', base = base || '{"display_name": "Theirs"}',
    conflicts = '{"display_name": {"base": "Name", "database": "Mine", "cloudinary": "Theirs", "kept": "open"}}', display_name = 'Mine'
where asset_id = 'failed';
select is(tests.edit($$tags = '{x}'$$, 'failed'), 'conflict', 'an edit of another field → the conflict stays open');
select is(tests.edit($$tags = '{one,two}', display_name = 'Theirs'$$, 'failed'), 'synced', 'an edit to Cloudinary''s value → the conflict closes');
select is((tests.get('failed')).conflicts, null, 'a conflict that closes → leaves the row');

-- 6. Deleting

select tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');
select results_eq(
    $$select public_id, outcome from public.soft_delete_media_assets(array[
        '00000000-0000-4000-8000-00000000a003', '00000000-0000-4000-8000-00000000a004', '00000000-0000-4000-8000-00000000a006',
        '00000000-0000-4000-8000-00000000afff'
    ]::uuid[]) order by public_id$$,
    $$values ('a/deleted', 'deleted'), ('a/used', 'in_use')$$,
    'deleting several → an outcome for each; unknown ones and those out of scope are left out'
);
select is(public.soft_delete_media_asset('00000000-0000-4000-8000-00000000a005', true), 'deleted', 'deleting what is in use, with force → deleted');
select is(public.soft_delete_media_asset('00000000-0000-4000-8000-00000000a003'), 'already_deleted', 'deleting again → already_deleted');
select throws_ok(
    $$select public.soft_delete_media_asset('00000000-0000-4000-8000-00000000a004')$$, '23001', null, 'deleting what is in use → refused'
);
select throws_ok(
    $$select public.soft_delete_media_asset('00000000-0000-4000-8000-00000000afff')$$, 'PT404', null, 'deleting what is not there → refused'
);
select tests.clear_authentication();
select is(
    (select row(deleted_at is not null, deleted_by, sync_status)::text from tests.get('deleted')),
    '(t,00000000-0000-4000-8000-0000000000ee,pending)', 'a deleted asset → in the trash, by whom, waits for the push'
);
select is((select row(deleted_at, sync_status)::text from tests.get('used')), '(,synced)', 'what is in use → as it was');
select is((tests.get('hidden')).deleted_at, null, 'what is out of scope → as it was');
update public.media_usage set removed_at = now() where media_asset_id = (tests.get('used')).id;
select is(public.soft_delete_media_asset((tests.get('used')).id), 'deleted', 'deleting what is no longer in use → deleted');

-- 7. Restoring

create function tests.restore(wanted uuid)
returns text
language plpgsql
as $$
declare
    outcome text;
begin
    perform tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');
    begin
        outcome := public.restore_media_asset(wanted);
    exception
        when others then outcome := sqlstate;
    end;
    perform tests.clear_authentication();
    return outcome;
end;
$$;
select is(tests.restore((tests.get('plain')).id), 'live', 'restoring what is live → live');
select is(tests.restore('00000000-0000-4000-8000-00000000afff'), 'PT404', 'restoring what is not there → refused');
select is(tests.restore((tests.get('deleted')).id), 'restored', 'restoring before Cloudinary has let go → restored');
select is(
    (select row(deleted_at, deleted_by, sync_status)::text from tests.get('deleted')), '(,,synced)', 'restored → live, nothing waits'
);
select results_eq(
    $$select status, direction, source, user_id from public.media_sync_log where asset_id = 'deleted' and operation = 'restore'$$,
    $$values ('success', 'push', 'client', '00000000-0000-4000-8000-0000000000ee'::uuid)$$,
    'restored → logged, by whom'
);
select is_empty($$select from media_sync.refresh_queue$$, 'restored → the deletion was never sent, so that nothing need be looked up');
select is(tests.edit($$tags = '{kept}'$$, 'deleted'), 'pending', 'edited, then deleted → pending');
select is(public.soft_delete_media_asset((tests.get('deleted')).id), 'deleted', 'edited, then deleted → deleted');
select is(tests.restore((tests.get('deleted')).id), 'restored', 'edited, deleted, restored → restored');
select is(
    (select row(tags, sync_status)::text from tests.get('deleted')), '({kept},pending)', 'edited, deleted, restored → the edit still waits'
);
update public.media_assets set sync_status = 'synced' where asset_id = 'forced';
select is(tests.restore((tests.get('forced')).id), 'requested', 'restoring after Cloudinary has let go → requested');
select is(
    (select row(deleted_at is not null, sync_status, restore_requested_at is not null)::text from tests.get('forced')), '(t,pending,t)',
    'requested → still in the trash, waits for the push'
);
select is(public.soft_delete_media_asset((tests.get('forced')).id, true), 'deleted', 'deleting what was asked back → deleted');
select is((tests.get('forced')).restore_requested_at, null, 'deleting what was asked back → asks no longer');

-- 8. Fixed-folder mode: the folder is the path of the public_id

update media_sync.settings set folder_mode = 'fixed';
select is(tests.edit($$folder = 'b/c'$$, 'plain') || ' ' || (select row(public_id, folder)::text from tests.get('plain')), 'pending (b/c/plain,b/c)', 'fixed: another folder → the public_id moves along');
select is(tests.edit($$public_id = 'd/renamed'$$, 'plain') || ' ' || (select row(public_id, folder)::text from tests.get('plain')), 'pending (d/renamed,d)', 'fixed: another public_id → the folder moves along');
select is(tests.edit($$folder = ''$$, 'plain') || ' ' || (select row(public_id, folder)::text from tests.get('plain')), 'pending (renamed,"")', 'fixed: to the root → the public_id has no path');
select is(tests.edit($$folder = 'x', public_id = 'y/z'$$, 'plain') || ' ' || (select row(public_id, folder)::text from tests.get('plain')), 'pending (y/z,y)', 'fixed: both at once → the public_id decides');
select is(tests.edit($$folder = 'a', public_id = 'a/plain'$$, 'plain') || ' ' || (select row(public_id, folder)::text from tests.get('plain')), 'synced (a/plain,a)', 'fixed: set back → synced');
update media_sync.settings set folder_mode = 'dynamic';
select is(tests.edit($$folder = 'b'$$, 'plain') || ' ' || (select row(public_id, folder)::text from tests.get('plain')), 'pending (a/plain,b)', 'dynamic: another folder → the public_id stays');

select * from finish();
rollback;
