-- Ways in that were open once: each is shut, and what it was next to is as it was.
begin;
\ir helpers.sql
select no_plan();

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, observed_at, in_scope, deleted_at, sync_status, conflicts)
select
    ('00000000-0000-4000-8000-00000000a00' || place)::uuid, 'demo', name, name, 'image', now(),
    name <> 'out-of-scope', case when name = 'deleted' then now() end, 'synced',
    case when name = 'out-of-scope' then '{"display_name": {"base": null, "database": "a", "cloudinary": "b"}}'::jsonb end
from unnest('{public,private,loose,deleted,out-of-scope}'::text[]) with ordinality as asset (name, place);
insert into public.media_collections (id, slug, name, is_public, parent_id) values
    ('00000000-0000-4000-8000-00000000c002', 'private', 'Private', false, null),
    ('00000000-0000-4000-8000-00000000c001', 'public', 'Public', true, '00000000-0000-4000-8000-00000000c002');
insert into public.media_collection_items (collection_id, media_asset_id)
select '00000000-0000-4000-8000-00000000c001'::uuid, id from public.media_assets where public_id in ('public', 'deleted', 'out-of-scope');
insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
select id, 'cover', 'articles', public_id from public.media_assets where public_id in ('loose', 'deleted', 'out-of-scope');
insert into public.media_sync_log (operation, status, source, error_message) values ('event', 'error', 'webhook', 'Something about hidden/asset');

create function tests.sign_in(claims jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform set_config('request.jwt.claims', (
        '{"role": "authenticated", "sub": "00000000-0000-4000-8000-000000000001"}'::jsonb || claims
    )::text, true);
    perform set_config('role', 'authenticated', true);
end;
$$;
grant execute on function tests.sign_in(jsonb) to anon, authenticated, service_role;

-- 1. Login roles of the database

create role passer_by login in role authenticated;
create role worker login in role service_role;
create role deputy login;
do $$ begin execute format('grant %I to deputy', current_user); end $$;
grant usage on schema tests to passer_by, worker, deputy;
select tests.clear_authentication();
set local session authorization passer_by;
select is(media_sync.media_role(), 'anonymous', 'a login role that is a member of authenticated → anonymous');
select is_empty('select id from public.media_assets', 'a login role that is a member of authenticated → reads no asset');
select throws_ok('select * from public.get_sync_settings()', '42501', null, 'a login role that is a member of authenticated → no admin');
select set_config('request.jwt.claims', '{"role": "authenticated", "app_metadata": {"media_role": "admin"}}', true);
select is(media_sync.media_role(), 'anonymous', 'it sets itself a token of an admin → anonymous');
set local role authenticated;
select is(media_sync.media_role(), 'anonymous', 'it switches to authenticated with such a token → anonymous');
select is_empty('select id from public.media_assets', 'it switches to authenticated with such a token → reads no asset');
reset session authorization;
select set_config('request.jwt.claims', '', true);
set local session authorization deputy;
select is(media_sync.media_role(), 'service', 'a login role that inherits the owner''s rights → service');
reset session authorization;
set local session authorization worker;
set local role service_role;
select is(media_sync.media_role(), 'service', 'a login role that has switched to service_role → service');
reset session authorization;
select tests.clear_authentication();

-- 2. Signed in without being a viewer

select tests.sign_in('{"is_anonymous": true}');
select is(media_sync.media_role(), 'anonymous', 'an anonymous sign-in → anonymous');
select tests.sign_in('{"is_anonymous": true, "app_metadata": {"media_role": "admin"}}');
select is(media_sync.media_role(), 'anonymous', 'an anonymous sign-in with a media_role → anonymous');
select tests.clear_authentication();
update media_sync.settings set viewers = 'assigned';
select tests.sign_in('{}');
select is(media_sync.media_role(), 'anonymous', 'viewers assigned, a user without media_role → anonymous');
select is_empty(format('select from public.%I', relation), format('viewers assigned, a user without media_role, %s → nothing', relation))
from unnest('{media_assets,media_usage,media_collections,media_collection_items,media_sync_log}'::text[]) as relation;
select is(
    jsonb_path_query_array(public.list_media_assets('{}'), '$.items[*].public_id'), '["public"]',
    'viewers assigned, a user without media_role, list_media_assets → what anyone sees'
);
select ok(not public.list_media_assets('{}') #> '{items,0}' ? 'metadata', 'viewers assigned, a user without media_role → only the columns that anyone sees');
select is(
    public.get_media_facets('{}') -> 'resource_type', '[{"value": "image", "count": 1}]',
    'viewers assigned, a user without media_role, get_media_facets → of what anyone sees'
);
select is(
    (select array_agg(part order by part) from jsonb_object_keys(public.read_media_library('{}', '{page,facets,stats,sync_status}')) as part),
    '{facets,page,version}',
    'viewers assigned, a user without media_role, read_media_library → neither statistics nor the state'
);
select is(
    public.read_media_library('{}') #- '{page,version}' -> 'page', public.list_media_assets('{}'),
    'viewers assigned, a user without media_role, read_media_library → the page that anyone sees'
);
select is(
    public.get_media_asset('00000000-0000-4000-8000-00000000a001') #>> '{item,public_id}', 'public',
    'viewers assigned, a user without media_role, get_media_asset → a public one'
);
select is(public.get_media_asset('00000000-0000-4000-8000-00000000a003'), null, 'viewers assigned, a user without media_role, get_media_asset → no other');
select throws_ok(
    $$select public.list_media_assets('{"used": true}')$$, '42501', null, 'viewers assigned, a user without media_role, a filter on a hidden column → denied'
);
select throws_ok('select public.get_media_statistics()', '42501', null, 'viewers assigned, a user without media_role, statistics → denied');
select tests.sign_in('{"app_metadata": {"media_role": "viewer"}}');
select is(media_sync.media_role(), 'viewer', 'viewers assigned, media_role viewer → viewer');
select tests.clear_authentication();
update media_sync.settings set viewers = 'authenticated';

-- 3. What is nobody's business

select tests.authenticate_as('anon');
select throws_ok(format('select %s', wanted), '42501', null, format('anyone, %s → denied', wanted))
from unnest(array[
    'created_by from public.media_collections', 'parent_id from public.media_collections', 'description from public.media_collections',
    'added_by from public.media_collection_items', 'added_at from public.media_collection_items', 'created_by from public.media_assets'
]) as wanted;
select bag_eq(
    'select media_asset_id from public.media_collection_items', $$values ('00000000-0000-4000-8000-00000000a001'::uuid)$$,
    'anyone, items of a public collection → only those of live assets in scope'
);
select tests.authenticate_as('authenticated');
select throws_ok(format('select %I from public.media_assets', name), '42501', null, format('viewer, media_assets.%s → denied', name))
from unnest('{base,conflicts,sync_error,sync_attempts,deleted_by,edited_at,observed_at,extra,restore_requested_at}'::text[]) as name;
select bag_eq(
    'select media_asset_id from public.media_collection_items', $$values ('00000000-0000-4000-8000-00000000a001'::uuid)$$,
    'viewer, collection items → only those of assets that a viewer sees'
);
select bag_eq('select reference_id from public.media_usage', '{loose}'::text[], 'viewer, usage → only that of assets that a viewer sees');
select results_eq(
    'select deleted_assets, pending_deletions, out_of_scope_assets from public.get_media_statistics()',
    'values (null::bigint, null::bigint, null::bigint)', 'viewer, statistics → no number of what is hidden'
);
select is(public.get_sync_status() -> 'last_error', 'null', 'viewer, sync status → no sentence that may name what is hidden');
select ok(
    not public.get_media_asset('00000000-0000-4000-8000-00000000a001') -> 'item' ?| '{conflicts,sync_error}', 'viewer, get_media_asset → no conflicts, no error'
);
select tests.authenticate_as('authenticated', 'editor');
select results_eq(
    'select deleted_assets, out_of_scope_assets from public.get_media_statistics()', 'values (1::bigint, null::bigint)',
    'editor, statistics → the trash is counted, what is not mirrored is not'
);
select ok(
    public.get_media_asset('00000000-0000-4000-8000-00000000a001') -> 'item' ?& '{conflicts,sync_error}', 'editor, get_media_asset → conflicts and error too'
);
select throws_ok(
    $$select media_sync.asset_for_editors('00000000-0000-4000-8000-00000000a001')$$, '42501', null, 'viewer, what editors see → denied'
)
from tests.authenticate_as('authenticated');
select tests.authenticate_as('authenticated', 'editor');
select is(public.get_media_asset('00000000-0000-4000-8000-00000000a005'), null, 'editor, get_media_asset out of scope → nothing');
select is(media_sync.asset_for_editors('00000000-0000-4000-8000-00000000a005'), null, 'editor, history of an asset out of scope → nothing');

-- 4. Authorship

select throws_ok(statement, '42501', null, format('editor, %s → denied', title))
from (values
    ('usage by somebody else', $$insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id, created_by)
        values ('00000000-0000-4000-8000-00000000a001', 'cover', 'articles', '9', '00000000-0000-4000-8000-0000000000bb')$$),
    ('usage of another day', $$insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id, created_at)
        values ('00000000-0000-4000-8000-00000000a001', 'cover', 'articles', '9', '2020-01-01')$$),
    ('somebody else''s usage', $$update public.media_usage set created_by = null$$),
    ('a collection by somebody else', $$insert into public.media_collections (slug, name, created_by) values ('forged', 'F', '00000000-0000-4000-8000-0000000000bb')$$),
    ('a collection''s author', $$update public.media_collections set created_by = null$$),
    ('a collection''s time', $$update public.media_collections set created_at = '2020-01-01'$$),
    ('an item by somebody else', $$insert into public.media_collection_items (collection_id, media_asset_id, added_by)
        values ('00000000-0000-4000-8000-00000000c001', '00000000-0000-4000-8000-00000000a003', null)$$),
    ('an item''s author', $$update public.media_collection_items set added_by = null$$),
    ('an asset''s author', $$update public.media_assets set created_by = null$$),
    ('an item of a hidden asset', $$insert into public.media_collection_items (collection_id, media_asset_id)
        values ('00000000-0000-4000-8000-00000000c002', '00000000-0000-4000-8000-00000000a005')$$),
    ('usage of a hidden asset', $$insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
        values ('00000000-0000-4000-8000-00000000a005', 'cover', 'articles', '9')$$)
) as forgery (title, statement);
select tests.authenticate_as('authenticated', 'editor', '00000000-0000-4000-8000-0000000000ee');
update public.media_collection_items set media_asset_id = '00000000-0000-4000-8000-00000000a003' where media_asset_id = '00000000-0000-4000-8000-00000000a001';
select is(
    (select added_by from public.media_collection_items where media_asset_id = '00000000-0000-4000-8000-00000000a003'),
    '00000000-0000-4000-8000-0000000000ee'::uuid, 'an item made to show another asset → added by whoever did that'
);
update public.media_usage set reference_id = '7' where media_asset_id = '00000000-0000-4000-8000-00000000a003';
select is(
    (select created_by from public.media_usage where reference_id = '7'),
    '00000000-0000-4000-8000-0000000000ee'::uuid, 'a use put elsewhere → recorded by whoever did that'
);
select lives_ok(
    $$insert into public.media_collection_items (collection_id, media_asset_id, position)
    values ('00000000-0000-4000-8000-00000000c001', '00000000-0000-4000-8000-00000000a003', 5)
    on conflict (collection_id, media_asset_id) do update
    set collection_id = excluded.collection_id, media_asset_id = excluded.media_asset_id, position = excluded.position$$,
    'an upsert of an item, as supabase-js sends it → allowed'
);

-- 5. The audit trail

select tests.authenticate_as('authenticated', 'admin');
select throws_ok(
    format('select public.update_sync_settings(jsonb_build_object(%L, %L))', name, value), '23514', null, format('admin sets %s to %s → refused', name, value)
)
from unnest('{log_retention,problem_log_retention,event_retention,run_retention,snapshot_retention}'::text[]) as name
cross join unnest('{1 microsecond,23 hours,-1 day}'::text[]) as value;
select tests.authenticate_as('service_role');
select throws_ok($$update media_sync.settings set log_retention = '1 second'$$, '23514', null, 'a secret key shortens the retention → refused');
select throws_ok(statement, '42501', null, format('a secret key, %s → denied', statement))
from unnest('{delete from public.media_sync_log,update public.media_sync_log set user_id = null}'::text[]) as statement;
select tests.clear_authentication();
select is_empty(
    $$select role, privilege
    from unnest('{anon,authenticated,service_role}'::text[]) as role
    cross join unnest('{usage,select,update}'::text[]) as privilege
    where has_sequence_privilege(role, 'public.media_sync_log_id_seq', privilege)$$,
    'the log''s sequence → nobody''s'
);

-- 6. What else was let through

select tests.authenticate_as('authenticated', 'editor');
select is(
    public.resolve_media_conflicts('{00000000-0000-4000-8000-00000000a005}', 'database'), '[]', 'a conflict of an asset out of scope → not the caller''s to resolve'
);
select throws_ok($$select public.restore_media_asset('00000000-0000-4000-8000-00000000afff')$$, 'PT404', null, 'restoring an unknown id → 404 through the data API');
select throws_ok($$select public.soft_delete_media_asset('00000000-0000-4000-8000-00000000afff')$$, 'PT404', null, 'deleting an unknown id → 404 through the data API');
select throws_ok(
    $$insert into public.media_collections (slug, name) values ('00000000-0000-4000-8000-00000000c001', 'Not that one')$$, '23514', null,
    'a slug that is another collection''s id → refused'
);
select tests.clear_authentication();
select throws_ok(
    $$insert into public.media_collections (id, slug, name, parent_id) values
        ('00000000-0000-4000-8000-00000000c011', 'one', 'One', '00000000-0000-4000-8000-00000000c012'),
        ('00000000-0000-4000-8000-00000000c012', 'two', 'Two', '00000000-0000-4000-8000-00000000c011')$$,
    '23514', null, 'two collections within each other by one statement → refused'
);
select throws_ok(
    $$with first as (
        insert into public.media_collections (id, slug, name, parent_id)
        values ('00000000-0000-4000-8000-00000000c011', 'one', 'One', '00000000-0000-4000-8000-00000000c012')
        returning id
    )
    insert into public.media_collections (id, slug, name, parent_id)
    select '00000000-0000-4000-8000-00000000c012', 'two', 'Two', id from first$$,
    '23514', null, 'two collections within each other by two parts of a statement → refused'
);
select tests.authenticate_as('authenticated', 'admin');
select throws_ok(
    format('select public.update_sync_settings(jsonb_build_object(%L, %L))', 'alert_url', url), '23514', null, format('alert_url %s → refused', to_json(url))
)
from unnest(array[
    'http://chat.example.com/hook', 'https://127.0.0.1/', 'https://localhost/', 'https://localhost.localdomain/', 'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/', 'https://172.16.0.1/', 'https://192.168.1.1/', 'https://[::1]/', 'https://[fd00::1]/', 'https://2130706433/', 'https://0x7f.0.0.1/',
    'https://0177.0.0.1/', 'https://user:pass@chat.example.com/', 'https://db.internal/', 'https://printer.local/', 'https://127.0.0.1.nip.io/',
    E'https://chat.example.com/\r\nhost: other', E'https://chat.example.com/hook\n', 'https://chat.example.com@127.0.0.1/', 'https://chat.example.com:/', 'ftp://chat.example.com/'
]) as url;
select lives_ok(
    format('select public.update_sync_settings(jsonb_build_object(%L, %L))', 'alert_url', url), format('alert_url %s → taken', url)
)
from unnest('{https://hooks.slack.com/services/T0/B0/x,https://chat.example.com:8443/hook?token=a%20b,https://example.org}'::text[]) as url;

select tests.clear_authentication();
select * from finish();
rollback;
