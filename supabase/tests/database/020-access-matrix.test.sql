-- Who may do what: role by role, table by table, verb by verb.
--
-- denied: no grant, or a row that a policy refuses to let in. no rows: a policy hides every row. A number: rows reached.
begin;
\ir helpers.sql
select no_plan();

-- 1. A live asset in a public collection, one in a private collection, one in none, and one of each that is hidden.

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, observed_at, in_scope, deleted_at, sync_status)
select
    ('00000000-0000-4000-8000-00000000a00' || place)::uuid, 'demo', name, name, 'image', now(),
    name <> 'out-of-scope', case when name = 'deleted' then now() end, 'synced'
from unnest('{public,private,loose,deleted,out-of-scope}'::text[]) with ordinality as asset (name, place);

insert into public.media_collections (id, slug, name, is_public) values
    ('00000000-0000-4000-8000-00000000c001', 'public', 'Public', true),
    ('00000000-0000-4000-8000-00000000c002', 'private', 'Private', false);
insert into public.media_collection_items (collection_id, media_asset_id)
select '00000000-0000-4000-8000-00000000c001'::uuid, id from public.media_assets where public_id in ('public', 'deleted', 'out-of-scope')
union all
select '00000000-0000-4000-8000-00000000c002', id from public.media_assets where public_id = 'private';
insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
values ('00000000-0000-4000-8000-00000000a001', 'cover', 'articles', '1');
delete from public.media_sync_log;
insert into public.media_sync_log (operation, status, source) values ('event', 'success', 'webhook');

-- The caller's attempt; what it did is undone.
create function tests.attempt(caller text, statement text)
returns text
language plpgsql
set search_path = ''
as $$
declare
    reached bigint;
    outcome text;
begin
    perform tests.authenticate_as(
        case caller when 'anon' then 'anon' when 'service' then 'service_role' else 'authenticated' end,
        case when caller in ('editor', 'admin') then caller end
    );
    begin
        execute statement;
        get diagnostics reached = row_count;
        raise exception using errcode = 'TT000';
    exception
        when sqlstate 'TT000' then outcome := case when reached = 0 then 'no rows' else reached::text end;
        when insufficient_privilege then outcome := 'denied';
    end;
    perform tests.clear_authentication();
    return outcome;
end;
$$;

create table tests.statements (relation text, verb text, statement text);
insert into tests.statements values
    ('media_assets', 'select', 'select id from public.media_assets'),
    ('media_assets', 'insert', $$insert into public.media_assets (cloud_name, asset_id, public_id, resource_type) values ('demo', 'new', 'new', 'image')$$),
    ('media_assets', 'update', $$update public.media_assets set tags = '{new}'$$),
    ('media_assets', 'delete', 'delete from public.media_assets'),
    ('media_sync_log', 'select', 'select id from public.media_sync_log'),
    ('media_sync_log', 'insert', $$insert into public.media_sync_log (operation, status, source) values ('event', 'success', 'client')$$),
    ('media_sync_log', 'update', $$update public.media_sync_log set error_message = 'new'$$),
    ('media_sync_log', 'delete', 'delete from public.media_sync_log'),
    ('media_usage', 'select', 'select id from public.media_usage'),
    ('media_usage', 'insert', $$insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id) values ('00000000-0000-4000-8000-00000000a003', 'cover', 'articles', '2')$$),
    ('media_usage', 'update', 'update public.media_usage set removed_at = now()'),
    ('media_usage', 'delete', 'delete from public.media_usage'),
    ('media_collections', 'select', 'select id from public.media_collections'),
    ('media_collections', 'insert', $$insert into public.media_collections (slug, name) values ('new', 'New')$$),
    ('media_collections', 'update', 'update public.media_collections set is_public = true'),
    ('media_collections', 'delete', 'delete from public.media_collections'),
    ('media_collection_items', 'select', 'select media_asset_id from public.media_collection_items'),
    ('media_collection_items', 'insert', $$insert into public.media_collection_items (collection_id, media_asset_id) values ('00000000-0000-4000-8000-00000000c001', '00000000-0000-4000-8000-00000000a003')$$),
    ('media_collection_items', 'update', 'update public.media_collection_items set position = 7'),
    ('media_collection_items', 'delete', 'delete from public.media_collection_items');

create table tests.expected (relation text, verb text, anon text, viewer text, editor text, admin text, service text);
insert into tests.expected values
    ('media_assets', 'select', '1', '3', '4', '4', '5'),
    ('media_assets', 'insert', 'denied', 'denied', 'denied', 'denied', '1'),
    ('media_assets', 'update', 'denied', 'no rows', '3', '3', '5'),
    ('media_assets', 'delete', 'denied', 'denied', 'denied', 'denied', '5'),
    ('media_sync_log', 'select', 'denied', 'no rows', 'no rows', '1', '1'),
    ('media_sync_log', 'insert', 'denied', 'denied', 'denied', 'denied', 'denied'),
    ('media_sync_log', 'update', 'denied', 'denied', 'denied', 'denied', 'denied'),
    ('media_sync_log', 'delete', 'denied', 'denied', 'denied', 'denied', 'denied'),
    ('media_usage', 'select', 'denied', '1', '1', '1', '1'),
    ('media_usage', 'insert', 'denied', 'denied', '1', '1', '1'),
    ('media_usage', 'update', 'denied', 'no rows', '1', '1', '1'),
    ('media_usage', 'delete', 'denied', 'no rows', '1', '1', '1'),
    ('media_collections', 'select', '1', '2', '2', '2', '2'),
    ('media_collections', 'insert', 'denied', 'denied', '1', '1', '1'),
    ('media_collections', 'update', 'denied', 'no rows', '2', '2', '2'),
    ('media_collections', 'delete', 'denied', 'no rows', '2', '2', '2'),
    ('media_collection_items', 'select', '1', '2', '3', '3', '4'),
    ('media_collection_items', 'insert', 'denied', 'denied', '1', '1', '1'),
    ('media_collection_items', 'update', 'denied', 'no rows', '3', '3', '4'),
    ('media_collection_items', 'delete', 'denied', 'no rows', '3', '3', '4');

-- 2. The matrix of the public tables

select is(
    tests.attempt(caller.role, statement),
    caller.outcome,
    format('%s, %s on %s → %s', caller.role, verb, relation, caller.outcome)
)
from tests.expected
join tests.statements using (relation, verb)
cross join lateral (
    values (1, 'anon', anon), (2, 'viewer', viewer), (3, 'editor', editor), (4, 'admin', admin), (5, 'service', service)
) as caller (place, role, outcome)
order by caller.place, relation, verb;

-- 3. media_sync: nobody's but the service's, and every table of it, whatever migrations come later

create view tests.machinery as
select
    class.oid::regclass::text as relation,
    (select attname from pg_catalog.pg_attribute where attrelid = class.oid and attnum = 1) as first_column
from pg_catalog.pg_class as class
where class.relnamespace = 'media_sync'::regnamespace and class.relkind in ('r', 'p');

select is(
    tests.attempt(role, statement),
    'denied',
    format('%s, %s on %s → denied', role, split_part(statement, ' ', 1), relation)
)
from tests.machinery
cross join unnest('{anon,viewer,editor,admin}'::text[]) with ordinality as caller (role, place)
cross join lateral (values
    (format('select from %s', relation)),
    (format('insert into %s default values', relation)),
    (format('update %s set %I = default', relation, first_column)),
    (format('delete from %s', relation))
) as attempts (statement)
order by place, relation, statement;

select isnt(
    tests.attempt('service', format('select from %s', relation)), 'denied', format('service, select on %s → allowed', relation)
)
from tests.machinery;
select is(
    tests.attempt('service', 'update media_sync.settings set incremental_interval = interval ''5 minutes'''),
    '1',
    'service, update on media_sync.settings → allowed'
);
select is(
    tests.attempt('service', statement), 'denied', format('service, %s → denied: only the triggers count', statement)
)
from (values
    ('insert into media_sync.statistics default values'),
    ('update media_sync.statistics set total_assets = 0'),
    ('delete from media_sync.statistics')
) as attempts (statement);

-- 4. Which rows: the trash is the editors', what is out of scope is nobody's

select tests.authenticate_as('anon');
select set_eq('select public_id from public.media_assets', '{public}'::text[], 'anon → the live assets of public collections');
select set_eq('select slug from public.media_collections', '{public}'::text[], 'anon → the public collections');
select set_eq(
    'select distinct collection_id from public.media_collection_items',
    $$values ('00000000-0000-4000-8000-00000000c001'::uuid)$$,
    'anon → the items of public collections'
);
select throws_ok('select * from public.media_assets', '42501', null, 'anon, every column → denied');
select throws_ok(
    format('select %I from public.media_assets', name), '42501', null, format('anon, media_assets.%s → denied', name)
)
from unnest('{metadata,extra,base,conflicts,sync_status,sync_error,edited_at,usage_count,created_by,deleted_by,etag}'::text[]) as name;
select throws_ok('select 1 from public.media_assets where created_by is null', '42501', null, 'anon, a filter on a hidden column → denied');

select tests.authenticate_as('authenticated');
select set_eq('select public_id from public.media_assets', '{public,private,loose}'::text[], 'viewer → the live assets');
select set_eq('select slug from public.media_collections', '{public,private}'::text[], 'viewer → every collection');

select tests.authenticate_as('authenticated', 'editor');
select set_eq('select public_id from public.media_assets', '{public,private,loose,deleted}'::text[], 'editor → the live assets and the trash');

select tests.authenticate_as('authenticated', 'admin');
select set_eq('select public_id from public.media_assets', '{public,private,loose,deleted}'::text[], 'admin → the live assets and the trash');

select tests.authenticate_as('service_role');
select set_eq(
    'select public_id from public.media_assets', '{public,private,loose,deleted,out-of-scope}'::text[], 'service → every row'
);

select tests.clear_authentication();
select is(tests.attempt('editor', $$update public.media_assets set tags = '{new}' where public_id = 'deleted'$$), 'no rows', 'editor edits a deleted asset → no rows');
select is(tests.attempt('editor', $$update public.media_assets set tags = '{new}' where public_id = 'out-of-scope'$$), 'no rows', 'editor edits an asset out of scope → no rows');
update public.media_collections set is_public = false;
select is(tests.attempt('anon', 'select id from public.media_assets'), 'no rows', 'anon, no public collection → nothing');
update public.media_collections set is_public = slug = 'public';

-- 5. Which columns: the editable ones are the editors', the rest is the sync's

select bag_eq(
    $$select attname::text from pg_catalog.pg_attribute
    where attrelid = 'public.media_assets'::regclass and attnum > 0 and not attisdropped
        and has_column_privilege('authenticated', attrelid, attnum, 'update')$$,
    '{public_id,folder,display_name,tags,context,metadata}'::text[],
    'signed-in users → hold the update of the editable columns and of no other'
);
select is(
    tests.attempt(role, format('update public.media_assets set %s where public_id = ''public''', assignment)),
    case role when 'viewer' then 'no rows' else '1' end,
    format('%s sets %s → %s', role, split_part(assignment, ' ', 1), case role when 'viewer' then 'no rows' else 'allowed' end)
)
from unnest('{viewer,editor,admin}'::text[]) with ordinality as caller (role, place)
cross join unnest(array[
    $$public_id = 'new'$$, $$folder = 'new'$$, $$display_name = 'new'$$, $$tags = '{new}'$$, $$context = '{"alt": "new"}'$$, $$metadata = '{"sku": "new"}'$$
]) as assignment
order by place, assignment;
select is(
    tests.attempt(role, format('update public.media_assets set %1$I = %1$I', attname)),
    'denied',
    format('%s sets %s → denied', role, attname)
)
from pg_catalog.pg_attribute
cross join unnest('{viewer,editor,admin}'::text[]) as role
where attrelid = 'public.media_assets'::regclass and attnum > 0 and not attisdropped and attgenerated = ''
    and attname <> all ('{public_id,folder,display_name,tags,context,metadata}')
order by role, attnum;

-- 6. Only app_metadata makes an editor

select set_config('request.jwt.claims', '{"role": "authenticated", "sub": "00000000-0000-4000-8000-000000000001", "user_metadata": {"media_role": "admin"}, "media_role": "admin"}', true);
select set_config('role', 'authenticated', true);
select set_eq('select public_id from public.media_assets', '{public,private,loose}'::text[], 'user_metadata.media_role admin → what a viewer reads');
select is_empty('select id from public.media_sync_log', 'user_metadata.media_role admin → no log');
select is_empty($$update public.media_assets set tags = '{new}' returning id$$, 'user_metadata.media_role admin → no edit');
select throws_ok(
    $$insert into public.media_collections (slug, name) values ('new', 'New')$$, '42501', null, 'user_metadata.media_role admin → no collection'
);

-- 7. The owner of a database session without any token is the service: the SQL editor and cron

select tests.clear_authentication();
select is(media_sync.media_role(), 'service', 'a session of the owner → the service');

select * from finish();
rollback;
