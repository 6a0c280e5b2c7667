-- Who is calling.

create or replace function media_sync.viewers()
returns text
language plpgsql
stable
-- Policies ask on behalf of callers who may not read the settings.
security definer
set search_path = ''
as $$
begin
    return (select settings.viewers from media_sync.settings as settings);
end;
$$;
comment on function media_sync.viewers() is 'The setting viewers: authenticated, or assigned.';
revoke all on function media_sync.viewers() from public, anon, authenticated;
grant execute on function media_sync.viewers() to authenticated, service_role;

create or replace function media_sync.owns_media_sync(p_role text)
returns boolean
language sql
stable
set search_path = ''
as $$
    -- True for superusers too. `usage`: a member that does not inherit has these rights only after it has switched.
    select pg_has_role(p_role, (select nspowner from pg_catalog.pg_namespace where nspname = 'media_sync'), 'usage');
$$;
comment on function media_sync.owns_media_sync(text) is 'True for the owner of Media Sync''s schema, whoever inherits the owner''s rights, and superusers.';
revoke all on function media_sync.owns_media_sync(text) from public, anon, authenticated;
grant execute on function media_sync.owns_media_sync(text) to anon, authenticated, service_role;

create or replace function media_sync.token_role()
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_token constant jsonb := auth.jwt();
    v_role constant text := v_token -> 'app_metadata' ->> 'media_role';
begin
    -- Anybody who is logged in to the database can set a token for the session. Only the platform's sessions are believed.
    if session_user <> 'authenticator' and not starts_with(session_user, 'supabase_') and not media_sync.owns_media_sync(session_user) then
        return 'anonymous';
    elsif coalesce(v_token ->> 'is_anonymous', 'false') <> 'false' then
        return 'anonymous';
    elsif v_role in ('viewer', 'editor', 'admin') then
        return v_role;
    elsif media_sync.viewers() = 'authenticated' then
        return 'viewer';
    end if;
    return 'anonymous';
end;
$$;
comment on function media_sync.token_role() is
    'The role that the session''s token gives: admin, editor, viewer or anonymous. Reads app_metadata, which users cannot edit; never user_metadata.';
revoke all on function media_sync.token_role() from public, anon, authenticated;
grant execute on function media_sync.token_role() to anon, authenticated, service_role;

create or replace function media_sync.media_role()
returns text
language sql
stable
set search_path = ''
as $$
    -- The setting `role` is what the API switched to; unlike current_user it is the caller's inside definer functions.
    select case current_setting('role')
        when 'anon' then 'anonymous'
        when 'authenticated' then media_sync.token_role()
        when 'service_role' then 'service'
        -- Somebody is logged in to the database itself: the SQL editor, a cron job, a migration.
        else case
            when media_sync.owns_media_sync(coalesce(nullif(current_setting('role'), 'none'), session_user)) then 'service'
            else 'anonymous'
        end
    end;
$$;
comment on function media_sync.media_role() is
    'The caller''s role: service, admin, editor, viewer or anonymous. Service: a secret key, the owner, a superuser; a role that is merely a member of another is anonymous.';
revoke all on function media_sync.media_role() from public, anon, authenticated;
grant execute on function media_sync.media_role() to anon, authenticated, service_role;

create or replace function media_sync.is_viewer()
returns boolean
language sql
stable
set search_path = ''
as $$
    select media_sync.media_role() in ('viewer', 'editor', 'admin', 'service');
$$;
comment on function media_sync.is_viewer() is 'True for viewers, editors, admins and the service.';
revoke all on function media_sync.is_viewer() from public, anon, authenticated;
grant execute on function media_sync.is_viewer() to anon, authenticated, service_role;

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
