-- What every table and every function of the schema promises, whatever migrations come later.
begin;
\ir helpers.sql
select plan(81);

create view tests.tables as
select class.oid, class.oid::regclass::text as name, class.relrowsecurity
from pg_catalog.pg_class as class
where class.relnamespace in ('public'::regnamespace, 'media_sync'::regnamespace)
    and class.relkind in ('r', 'p');

create view tests.functions as
select
    function.oid,
    function.oid::regprocedure::text as name,
    function.proname as short_name,
    function.pronamespace::regnamespace::text as schema,
    function.prosecdef as definer,
    function.proconfig,
    function.prosrc,
    has_function_privilege('anon', function.oid, 'execute') as anon_may,
    has_function_privilege('authenticated', function.oid, 'execute') as authenticated_may
from pg_catalog.pg_proc as function
where function.pronamespace in ('public'::regnamespace, 'media_sync'::regnamespace)
    -- What an extension brought along is the extension's.
    and not exists (
        select from pg_catalog.pg_depend as dependency
        where dependency.classid = 'pg_catalog.pg_proc'::regclass
            and dependency.objid = function.oid
            and dependency.deptype = 'e'
    );

-- 1. Tables

select set_has(
    'select name from tests.tables',
    $$values ('media_assets'), ('media_sync_log'), ('media_usage'), ('media_collections'), ('media_collection_items'),
        ('media_sync.settings'), ('media_sync.runs'), ('media_sync.run_cursors'), ('media_sync.refresh_queue'),
        ('media_sync.webhook_events'), ('media_sync.rate_limits'), ('media_sync.statistics'), ('media_sync.snapshots')$$,
    'the tables of the design → exist'
);
select is_empty(
    'select name from tests.tables where not relrowsecurity',
    'every table → row level security is on'
);
select is_empty(
    $$select name from tests.tables where obj_description(oid, 'pg_class') is null$$,
    'every table → has a comment'
);
select is_empty(
    $$select tables.name, attribute.attname
    from tests.tables as tables
    join pg_catalog.pg_attribute as attribute on attribute.attrelid = tables.oid
    where attribute.attnum > 0 and not attribute.attisdropped
        and col_description(tables.oid, attribute.attnum) is null$$,
    'every column → has a comment'
);
select is_empty(
    $$select name from tests.tables where not exists (
        select from pg_catalog.pg_constraint where conrelid = tables.oid and contype = 'p'
    )$$,
    'every table → has a primary key'
);
select is_empty(
    $$select conrelid::regclass, conname
    from pg_catalog.pg_constraint
    join tests.tables on tables.oid = conrelid
    where contype = 'f' and not exists (
        select from pg_catalog.pg_index
        where indrelid = conrelid
            and indpred is null
            and (indkey::smallint[])[0:cardinality(conkey) - 1] @> conkey
    )$$,
    'every foreign key → an index begins with its columns'
);
select is_empty(
    $$select schemaname, tablename, policyname from pg_catalog.pg_policies
    where schemaname in ('public', 'media_sync') and 'public' = any (roles)$$,
    'every policy → names the roles it is for'
);
select is_empty(
    $$select relname from pg_catalog.pg_class
    where relnamespace in ('public'::regnamespace, 'media_sync'::regnamespace)
        and (
            (relkind = 'v' and not coalesce('security_invoker=true' = any (reloptions) or 'security_invoker=on' = any (reloptions), false))
            or relkind = 'm'
        )$$,
    'every view → runs with the rights of whoever reads it'
);
select is_empty(
    $$select name, role, privilege
    from tests.tables
    cross join unnest(array['anon', 'authenticated']) as role
    cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as privilege
    where name like 'media\_sync.%' and has_table_privilege(role, tables.oid, privilege)$$,
    'media_sync → neither anon nor authenticated holds a grant on any table'
);
select is_empty(
    $$select name, role
    from tests.tables
    cross join unnest(array['anon', 'authenticated']) as role
    where name like 'media\_sync.%' and has_any_column_privilege(role, tables.oid, 'select, insert, update, references')$$,
    'media_sync → neither anon nor authenticated holds a grant on any column'
);
select is_empty(
    $$select name, role, privilege
    from tests.tables
    cross join unnest(array['anon', 'authenticated', 'service_role']) as role
    cross join unnest(array['truncate', 'references', 'trigger']) as privilege
    where has_table_privilege(role, tables.oid, privilege)$$,
    'truncate, references and trigger → are nobody''s, for they pass row level security by'
);

-- 2. Functions

select is_empty(
    $$select name from tests.functions where not coalesce('search_path=""' = any (proconfig), false)$$,
    'every function → search_path is pinned to nothing'
);
select is_empty(
    $$select name from tests.functions where obj_description(oid, 'pg_proc') is null$$,
    'every function → has a comment'
);
select is_empty(
    $$select name from tests.functions where has_function_privilege('public', oid, 'execute')$$,
    'every function → is not executable by PUBLIC'
);
select is_empty(
    $$select name from tests.functions
    -- They tell which assets are public and show these, which is what anyone may see.
    where definer and anon_may and short_name not in ('public_asset_ids', 'read_library_as_anyone')$$,
    'every definer function → is closed to anon'
);
select is_empty(
    $$select name from tests.functions
    where definer and authenticated_may and prosrc !~ 'media_sync\.(is_viewer|is_editor|is_admin|media_role)\(\)'
        -- These two are what the check itself and the policies ask.
        and short_name not in ('viewers', 'public_asset_ids')$$,
    'every definer function open to signed-in users → checks the caller'
);
select is_empty(
    $$select name from tests.functions where schema = 'public' and definer and (anon_may or authenticated_may)$$,
    'what the data API exposes to clients → no definer function (advisors'' lints 0028 and 0029)'
);
select is_empty(
    $$select name from tests.functions where schema = 'public' and short_name like 'media\_sync\_%' and (anon_may or authenticated_may)$$,
    'what the functions call (media_sync_…) → is open to a secret key only'
);

-- A function that is opened to clients is entered here, and gets its refusals below.
select bag_eq(
    'select short_name::text from tests.functions where anon_may',
    $$values ('media_role'), ('token_role'), ('owns_media_sync'), ('is_viewer'), ('is_editor'), ('is_admin'), ('public_asset_ids'),
        ('list_media_assets'), ('get_media_facets'), ('get_media_version'), ('read_media_library'), ('read_library'), ('read_library_as_anyone'), ('get_media_asset'), ('public_asset')$$,
    'functions open to anyone → these and no other'
);
select is_empty(
    $$select short_name from tests.functions
    where authenticated_may and definer and short_name not in (
        'soft_delete_media_assets', 'restore_media_asset', 'resolve_media_conflicts',
        'get_media_statistics', 'get_sync_status', 'get_sync_run', 'get_sync_overview', 'get_sync_health',
        'get_sync_health_summary', 'cleanup_old_sync_logs', 'get_sync_settings', 'update_sync_settings', 'list_webhook_events',
        'test_media_alert', 'retry_media_assets', 'get_sync_snapshots', 'read_library_as_viewer', 'read_library_as_anyone', 'asset_for_editors', 'viewers', 'public_asset_ids'
    )$$,
    'definer functions open to signed-in users → these and no other'
);
select is_empty(
    $$select short_name from tests.functions
    where authenticated_may and not definer and not anon_may and short_name not in (
        'search_text', 'name_text', 'fold_text', 'search_signs', 'filter_keys', 'patch_object', 'lock_assets', 'soft_delete_media_asset', 'find_media_assets', 'edit_media_assets',
        'asset_for_viewers', 'require_few', 'require_small',
        'attach_media_assets', 'detach_media_assets', 'reorder_media_usage', 'move_media_usage',
        'add_to_media_collection', 'remove_from_media_collection', 'reorder_media_collection', 'move_between_media_collections',
        'lock_order', 'reordered', 'require_place', 'place_order', 'require_collection', 'collection_order'
    )
    -- Of these, the function of the same name in media_sync is one of the definers above.
    and not (schema = 'public' and exists (
        select from tests.functions as inner_function
        where inner_function.schema = 'media_sync' and inner_function.short_name = functions.short_name and inner_function.definer
    ))$$,
    'other functions open to signed-in users only → these and no other'
);

-- 3. Each of them refuses whoever may not

insert into public.media_assets (id, cloud_name, asset_id, public_id, resource_type, observed_at)
values ('00000000-0000-4000-8000-00000000a001', 'demo', 'a1', 'one', 'image', now());

create table tests.calls (least_role text, call text);
insert into tests.calls values
    ('viewer', 'select * from public.get_media_statistics()'),
    ('viewer', 'select public.get_sync_status()'),
    ('editor', $$select * from public.soft_delete_media_assets('{00000000-0000-4000-8000-00000000a001}')$$),
    ('editor', $$select public.soft_delete_media_asset('00000000-0000-4000-8000-00000000a001')$$),
    ('editor', $$select public.restore_media_asset('00000000-0000-4000-8000-00000000a001')$$),
    ('editor', $$select public.resolve_media_conflicts('{00000000-0000-4000-8000-00000000a001}', 'database')$$),
    ('admin', 'select public.get_sync_run(gen_random_uuid())'),
    ('admin', 'select public.get_sync_overview()'),
    ('admin', 'select * from public.get_sync_health()'),
    ('admin', 'select public.get_sync_health_summary()'),
    ('admin', 'select public.get_sync_settings()'),
    ('admin', $$select public.update_sync_settings('{}')$$),
    ('admin', 'select public.list_webhook_events()'),
    ('admin', 'select public.cleanup_old_sync_logs()');

-- denied or allowed; what the call did is undone.
create function tests.try_as(media_role text, call text)
returns text
language plpgsql
set search_path = ''
as $$
declare
    outcome text;
begin
    perform tests.authenticate_as(
        case media_role when 'anonymous' then 'anon' when 'service' then 'service_role' else 'authenticated' end,
        case when media_role in ('editor', 'admin') then media_role end
    );
    begin
        execute call;
        raise exception using errcode = 'TT000';
    exception
        when sqlstate 'TT000' then outcome := 'allowed';
        when insufficient_privilege then outcome := 'denied';
    end;
    perform tests.clear_authentication();
    return outcome;
end;
$$;

select is(
    tests.try_as(role, call),
    case when place >= array_position('{anonymous,viewer,editor,admin,service}', least_role) then 'allowed' else 'denied' end,
    format('%s calls %s → %s', role, substring(call from 'public\.(\w+)'),
        case when place >= array_position('{anonymous,viewer,editor,admin,service}', least_role) then 'allowed' else 'denied' end)
)
from tests.calls
cross join unnest('{anonymous,viewer,editor,admin}'::text[]) with ordinality as caller (role, place)
order by call, place;

-- 4. The role is read where users cannot write it

select set_config('request.jwt.claims', '{"role": "authenticated", "sub": "00000000-0000-4000-8000-000000000001", "user_metadata": {"media_role": "admin"}, "media_role": "admin"}', true);
select set_config('role', 'authenticated', true);
select is(media_sync.media_role(), 'viewer', 'a token with media_role outside app_metadata → a viewer');
select tests.authenticate_as('authenticated', 'owner');
select is(media_sync.media_role(), 'viewer', 'a token with an unknown media_role → a viewer');
select tests.authenticate_as('anon', 'admin');
select is(media_sync.media_role(), 'anonymous', 'the publishable key → anonymous');
select tests.authenticate_as('service_role');
select is(media_sync.media_role(), 'service', 'a secret key → the service');

select tests.clear_authentication();
select * from finish();
rollback;
