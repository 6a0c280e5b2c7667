-- Helpers of the pgTAP tests. A test file begins, inside its transaction, with `\ir helpers.sql`; what is
-- created here goes with the file's rollback.

create extension if not exists pgtap with schema extensions;
-- As on Supabase; pgTAP's own functions call each other without a schema.
set local search_path = public, extensions;

create schema tests;
grant usage on schema tests to anon, authenticated, service_role;

-- The session becomes a caller of the data API: the database role, and the claims of its token.
-- `media_role` goes where only the server can write it (app_metadata).
create function tests.authenticate_as(
    role text,
    media_role text default null,
    user_id uuid default '00000000-0000-4000-8000-000000000001'
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    claims jsonb := jsonb_build_object('role', authenticate_as.role);
begin
    if authenticate_as.role = 'authenticated' then
        claims := claims || jsonb_build_object(
            'sub', user_id,
            'aud', 'authenticated',
            'app_metadata', jsonb_strip_nulls(jsonb_build_object('media_role', media_role))
        );
    end if;
    perform set_config('request.jwt.claims', claims::text, true);
    perform set_config('role', authenticate_as.role, true);
end;
$$;

-- The session becomes the owner again, with no token.
create function tests.clear_authentication()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform set_config('request.jwt.claims', '', true);
    perform set_config('role', 'none', true);
end;
$$;

-- A user of Supabase Auth; `media_role` null makes a viewer. Only for the owner.
create function tests.create_user(user_id uuid, email text, media_role text default null)
returns uuid
language sql
set search_path = ''
as $$
    insert into auth.users (id, email, raw_app_meta_data)
    values (user_id, email, jsonb_strip_nulls(jsonb_build_object('media_role', media_role)))
    returning id;
$$;

revoke all on all functions in schema tests from public;
grant execute on function tests.authenticate_as(text, text, uuid), tests.clear_authentication()
to anon, authenticated, service_role;
