-- Schemas, extensions and the functions that recognise who is calling.
--
-- `public` is what clients reach through the data API; `media_sync` holds the machinery and is not exposed.

create schema if not exists extensions;
create extension if not exists pg_trgm with schema extensions;

create schema if not exists media_sync;
comment on schema media_sync is
    'Machinery of Media Sync: settings, runs, queues and the functions that decide what a row becomes. Not exposed through the data API.';

revoke all on schema media_sync from public, anon, authenticated;
-- Policies are checked with the caller's rights, and so are the role functions below that they call.
grant usage on schema media_sync to anon, authenticated, service_role;

create function media_sync.media_role()
returns text
language sql
stable
set search_path = ''
as $$
    -- The setting `role` is what the API switched to; unlike current_user it is the caller's inside definer functions.
    select case current_setting('role')
        when 'anon' then 'anonymous'
        when 'authenticated' then
            case
                when (select auth.jwt()) -> 'app_metadata' ->> 'media_role' in ('editor', 'admin')
                    then (select auth.jwt()) -> 'app_metadata' ->> 'media_role'
                else 'viewer'
            end
        when 'service_role' then 'service'
        -- Somebody is logged in to the database itself: the SQL editor, a cron job, a migration.
        else case when session_user = 'authenticator' then 'anonymous' else 'service' end
    end;
$$;
comment on function media_sync.media_role() is
    'The caller''s role: service, admin, editor, viewer or anonymous. Reads app_metadata, which users cannot edit; never user_metadata.';
revoke all on function media_sync.media_role() from public, anon, authenticated;
grant execute on function media_sync.media_role() to anon, authenticated, service_role;

create function media_sync.is_editor()
returns boolean
language sql
stable
set search_path = ''
as $$
    select media_sync.media_role() in ('editor', 'admin', 'service');
$$;
comment on function media_sync.is_editor() is 'True for editors, admins and the service.';
revoke all on function media_sync.is_editor() from public, anon, authenticated;
grant execute on function media_sync.is_editor() to anon, authenticated, service_role;

create function media_sync.is_admin()
returns boolean
language sql
stable
set search_path = ''
as $$
    select media_sync.media_role() in ('admin', 'service');
$$;
comment on function media_sync.is_admin() is 'True for admins and the service.';
revoke all on function media_sync.is_admin() from public, anon, authenticated;
grant execute on function media_sync.is_admin() to anon, authenticated, service_role;
