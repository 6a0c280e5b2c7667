-- Who is calling.

create or replace function media_sync.media_role()
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

create or replace function media_sync.is_editor()
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

create or replace function media_sync.is_admin()
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
