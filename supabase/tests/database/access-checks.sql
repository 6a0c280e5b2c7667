-- Holds the database against the access matrix (access-matrix.psql): one row for each check, with what was expected and
-- what was found. Uses nothing of pgTAP, so that it runs wherever the schemas do.

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
select id, 'cover', 'articles', public_id from public.media_assets where public_id in ('loose', 'deleted', 'out-of-scope');
delete from public.media_sync_log;
insert into public.media_sync_log (operation, status, source) values ('event', 'success', 'webhook');

create function tests.database_role(caller text)
returns text
language sql
as $$
    select case caller when 'anonymous' then 'anon' when 'service' then 'service_role' else 'authenticated' end;
$$;

-- The caller's attempt, which is undone: 'denied', the number of rows that it reached, or the error that ended it.
create function tests.try(caller text, statement text)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_reached bigint;
    v_outcome text;
begin
    perform set_config('request.jwt.claims', jsonb_strip_nulls(jsonb_build_object(
        'role', tests.database_role(caller),
        'sub', case when tests.database_role(caller) = 'authenticated' then '00000000-0000-4000-8000-000000000001' end,
        'is_anonymous', case when caller = 'guest' then true end,
        'app_metadata', case when caller in ('editor', 'admin') then jsonb_build_object('media_role', caller) end
    ))::text, true);
    perform set_config('role', tests.database_role(caller), true);
    begin
        execute statement;
        get diagnostics v_reached = row_count;
        raise exception using errcode = 'TT000';
    exception
        when sqlstate 'TT000' then v_outcome := v_reached::text;
        when insufficient_privilege then v_outcome := 'denied';
        when others then v_outcome := sqlstate;
    end;
    perform set_config('request.jwt.claims', '', true);
    perform set_config('role', 'none', true);
    return v_outcome;
end;
$$;

-- A cell of the matrix in the terms of an attempt; 'yes' is anything that was not denied.
create function tests.outcome(cell text, counts jsonb)
returns text
language sql
as $$
    select case cell when '-' then 'denied' when 'none' then '0' when 'yes' then 'yes' else counts ->> cell end;
$$;

create function tests.access_checks()
returns table (title text, expected text, found text)
language sql
as $$
    with tables as (
        select key as relation, value as facts from tests.matrix, jsonb_each(content -> 'tables')
    ),
    columns as (
        select relation, facts, grouped.key as column_group, column_name
        from tables, jsonb_each(facts -> 'columns') as grouped, jsonb_array_elements_text(grouped.value) as column_name
    ),
    column_attempts as (
        select
            format('%s, %s %s.%s', rights.key, verb, relation, column_name) as title,
            tests.outcome(rights.value, facts -> 'rows') as expected,
            tests.try(rights.key, case verb
                when 'select' then format('select %I from public.%I', column_name, relation)
                else format('update public.%I set %I = %s', relation, column_name, coalesce(facts -> 'values' ->> column_name, quote_ident(column_name)))
            end) as found
        from columns
        cross join unnest('{select,update}'::text[]) as verb
        cross join lateral jsonb_each_text(coalesce(facts -> 'except' -> verb -> column_name, facts -> verb -> column_group)) as rights
        -- A generated column is nobody's to write, and Postgres says so before it looks at rights.
        where not (verb = 'update' and exists (
            select from pg_catalog.pg_attribute
            where attrelid = format('public.%I', relation)::regclass and attname = column_name and (attgenerated <> '' or attidentity = 'a')
        ))
    ),
    inserts as (
        select
            format('%s, insert into %s', rights.key, relation),
            tests.outcome(rights.value, '{}'),
            tests.try(rights.key, facts -> 'insert' ->> 'statement')
        from tables, jsonb_each_text(facts -> 'insert' -> 'rights') as rights
    ),
    insert_columns as (
        select
            format('signed-in users, insert of %s.%s', relation, column_name),
            (facts -> 'insert' -> 'columns' ? column_name)::text,
            has_column_privilege('authenticated', format('public.%I', relation), column_name, 'insert')::text
        from columns
        union all
        select
            format('anyone, insert of %s.%s', relation, column_name),
            'false',
            has_column_privilege('anon', format('public.%I', relation), column_name, 'insert')::text
        from columns
    ),
    deletes as (
        select
            format('%s, delete from %s', rights.key, relation),
            tests.outcome(rights.value, facts -> 'rows'),
            tests.try(rights.key, format('delete from public.%I', relation))
        from tables, jsonb_each_text(facts -> 'delete') as rights
    ),
    machinery as (
        select
            format('%s, %s media_sync.%s', rights.key, verb, relname),
            tests.outcome(rights.value, '{}'),
            tests.try(rights.key, case verb
                when 'select' then format('select from media_sync.%I', relname)
                when 'insert' then format('insert into media_sync.%I default values', relname)
                when 'update' then format('update media_sync.%I set %I = %2$I', relname, writable.attname)
                else format('delete from media_sync.%I', relname)
            end)
        from pg_catalog.pg_class as class
        cross join lateral (
            select attname from pg_catalog.pg_attribute
            where attrelid = class.oid and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = ''
            order by attnum
            limit 1
        ) as writable
        cross join unnest('{select,insert,update,delete}'::text[]) as verb
        cross join tests.matrix
        cross join lateral jsonb_each_text(content -> 'machinery' -> case
            when verb = 'select' then 'select'
            when verb = 'update' and relname = 'settings' then 'settings, update'
            else 'insert, update, delete'
        end) as rights
        where class.relnamespace = 'media_sync'::regnamespace and class.relkind in ('r', 'p')
    ),
    functions as (
        select
            format('%s, %s', rights.key, called.key),
            tests.outcome(rights.value, '{}'),
            tests.try(rights.key, called.value ->> 'call')
        from tests.matrix, jsonb_each(content -> 'functions') as called, jsonb_each_text(called.value -> 'rights') as rights
    ),
    checks as (
        select * from column_attempts
        union all select * from inserts
        union all select * from insert_columns
        union all select * from deletes
        union all select * from machinery
        union all select * from functions
    )
    select title, expected, case when expected = 'yes' and found <> 'denied' then 'yes' else found end from checks;
$$;

-- What exists and is not in the matrix, or is in it and does not exist, or is open to whom the matrix does not name.
create function tests.access_gaps()
returns table (gap text)
language sql
as $$
    with known as (
        select
            function.oid,
            namespace.nspname as schema,
            function.proname as name,
            format('%s(%s)', function.proname, pg_catalog.oidvectortypes(function.proargtypes)) as signature,
            function.prosecdef as definer,
            has_function_privilege('anon', function.oid, 'execute') as anyone,
            has_function_privilege('authenticated', function.oid, 'execute') as signed_in
        from pg_catalog.pg_proc as function
        join pg_catalog.pg_namespace as namespace on namespace.oid = function.pronamespace
        where namespace.nspname in ('public', 'media_sync')
            and not exists (
                select from pg_catalog.pg_depend as dependency
                where dependency.classid = 'pg_catalog.pg_proc'::regclass and dependency.objid = function.oid and dependency.deptype = 'e'
            )
    ),
    listed_columns as (
        select relation.key as relation, column_name
        from tests.matrix, jsonb_each(content -> 'tables') as relation,
            jsonb_each(relation.value -> 'columns') as grouped, jsonb_array_elements_text(grouped.value) as column_name
    ),
    real_columns as (
        select class.relname::text as relation, attname::text as column_name
        from pg_catalog.pg_class as class
        join pg_catalog.pg_attribute on attrelid = class.oid and attnum > 0 and not attisdropped
        where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'p', 'v', 'm', 'f')
            and not exists (
                select from pg_catalog.pg_depend as dependency
                where dependency.classid = 'pg_catalog.pg_class'::regclass and dependency.objid = class.oid and dependency.deptype = 'e'
            )
    )
    select format('column %s.%s is not in the matrix', relation, column_name)
    from (select * from real_columns except select * from listed_columns) as missing
    union all
    select format('column %s.%s is in the matrix and does not exist', relation, column_name)
    from (select * from listed_columns except select * from real_columns) as missing
    union all
    select format('column %s.%s is in the matrix twice', relation, column_name)
    from listed_columns group by relation, column_name having count(*) > 1
    union all
    select format('function %s is not in the matrix', signature)
    from known, tests.matrix
    where schema = 'public' and not starts_with(name, 'media_sync_') and not content -> 'functions' ? signature
    union all
    select format('function %s is in the matrix and does not exist', signature)
    from tests.matrix, jsonb_object_keys(content -> 'functions') as signature
    where not exists (select from known where known.schema = 'public' and known.signature = signature)
    union all
    select format('function %s is for the service and open to others', signature)
    from known where schema = 'public' and starts_with(name, 'media_sync_') and (anyone or signed_in)
    union all
    select format('function media_sync.%s is open and not in the matrix', signature)
    from known, tests.matrix where schema = 'media_sync' and (anyone or signed_in) and not content -> 'internal' ? name
    union all
    select format('function media_sync.%s is in the matrix and not open', name)
    from tests.matrix, jsonb_object_keys(content -> 'internal') as name
    where name <> 'about' and not exists (select from known where known.schema = 'media_sync' and known.name = name and (anyone or signed_in))
    union all
    -- The advisors' lints 0028 and 0029: what the data API exposes to clients is no definer.
    select format('definer function %s is open to clients', signature)
    from known where definer and (anyone or signed_in) and schema = 'public'
    union all
    select format('definer function media_sync.%s is open to clients without a reason', signature)
    from known, tests.matrix
    where definer and (anyone or signed_in) and schema = 'media_sync'
        and coalesce(content -> 'internal' ->> name, '') not like '%definer%'
    union all
    select format('function media_sync.%s has a reason for being a definer and is none', name)
    from known, tests.matrix where schema = 'media_sync' and not definer and content -> 'internal' ->> name like '%; definer%'
    union all
    select format('sequence %s is open to %s', class.oid::regclass, role)
    from pg_catalog.pg_class as class
    cross join unnest('{anon,authenticated,service_role}'::text[]) as role
    where class.relkind = 'S' and class.relnamespace in ('public'::regnamespace, 'media_sync'::regnamespace)
        and has_sequence_privilege(role, class.oid, 'usage, select, update')
    union all
    select format('%s may create in the schema %s', role, schema)
    from unnest('{anon,authenticated,service_role}'::text[]) as role
    cross join unnest('{media_sync}'::text[]) as schema
    where has_schema_privilege(role, schema, 'create');
$$;
