-- Schemas, and who may use them. Tables get no default grants: a Supabase project created since May 2026
-- exposes nothing that a migration does not grant.
create schema if not exists extensions;
create schema if not exists auth;

grant usage on schema public to anon, authenticated, service_role;
grant usage on schema extensions to anon, authenticated, service_role;
grant usage on schema auth to anon, authenticated, service_role;

-- The data API and the SQL editor of a project find extensions without their schema's name.
do $$
begin
    execute pg_catalog.format(
        'alter database %I set search_path to "$user", public, extensions',
        pg_catalog.current_database()
    );
exception
    -- Two preparations at once, or an owner who may not: sessions of the stack set it themselves.
    when insufficient_privilege or internal_error then
        raise notice 'search_path of the database not changed: %', sqlerrm;
end
$$;
