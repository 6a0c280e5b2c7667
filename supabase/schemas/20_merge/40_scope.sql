-- The mirrored part of the library follows settings.include_folders: rows leave it and come back, nothing is deleted.

create or replace function media_sync.in_scope(p_folder text, p_include_folders text[])
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return p_include_folders = '{}' or exists (
        select from unnest(p_include_folders) as included (folder)
        where included.folder = '' or p_folder = included.folder or starts_with(p_folder, included.folder || '/')
    );
end;
$$;
comment on function media_sync.in_scope(text, text[]) is 'True when the folder, or one above it, is among the mirrored ones; an empty list mirrors everything.';
revoke all on function media_sync.in_scope(text, text[]) from public, anon, authenticated;

create or replace function media_sync.end_blocked_scope(p_status text)
returns void
language sql
set search_path = ''
as $$
    update media_sync.runs
    set
        status = p_status,
        finished_at = clock_timestamp(),
        touched_at = clock_timestamp(),
        errors = case p_status
            when 'failed' then errors || '{"code": "taken_back", "message": "Somebody took the change of include_folders back."}'::jsonb
            else errors
        end
    where kind = 'scope' and status = 'blocked';
$$;
comment on function media_sync.end_blocked_scope(text) is 'Ends the run that waits for a change of scope to be allowed: completed or failed.';
revoke all on function media_sync.end_blocked_scope(text) from public, anon, authenticated;

create or replace function media_sync.hides_too_much(p_settings media_sync.settings, p_include_folders text[])
returns boolean
language plpgsql
set search_path = ''
as $$
declare
    v_hidden bigint;
    v_shown bigint;
    v_cloud_name text;
begin
    select
        count(*) filter (where not media_sync.in_scope(coalesce(base ->> 'folder', folder), p_include_folders)), count(*), max(cloud_name)
    into v_hidden, v_shown, v_cloud_name
    from public.media_assets
    where in_scope and deleted_at is null;
    if v_hidden < p_settings.delete_guard_minimum or v_hidden <= v_shown * p_settings.delete_guard_percent / 100.0 or v_shown = 0 then
        return false;
    end if;
    -- One wish at a time: the latest.
    perform media_sync.end_blocked_scope('failed');
    insert into media_sync.runs (kind, status, cloud_name, source, options, blocked_by, finished_at)
    values (
        'scope', 'blocked', v_cloud_name, 'api', jsonb_build_object('include_folders', p_include_folders),
        jsonb_build_object(
            'reason', 'scope', 'absent', v_hidden, 'live', v_shown,
            'limit_percent', p_settings.delete_guard_percent, 'minimum', p_settings.delete_guard_minimum
        ),
        clock_timestamp()
    );
    return true;
end;
$$;
comment on function media_sync.hides_too_much(media_sync.settings, text[]) is
    'True when the guard stops these folders from becoming the mirrored ones, because they would hide too much at once: a blocked run says so then.';
revoke all on function media_sync.hides_too_much(media_sync.settings, text[]) from public, anon, authenticated;

create or replace function media_sync.apply_scope()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    -- allow_scope() takes the wish over as it stands; nothing else does both at once.
    v_allowed constant boolean := old.wanted_folders is not null
        and new.wanted_folders is null and new.include_folders = old.wanted_folders;
    v_ids uuid[];
begin
    if not v_allowed
        and new.include_folders is distinct from old.include_folders
        and media_sync.hides_too_much(old, new.include_folders)
    then
        raise warning 'include_folders would hide most of the library and waits to be allowed: select * from get_sync_health().';
        new.wanted_folders := new.include_folders;
        new.include_folders := old.include_folders;
        return new;
    end if;
    perform media_sync.end_blocked_scope(case when v_allowed then 'completed' else 'failed' end);
    new.wanted_folders := null;
    if new.include_folders is not distinct from old.include_folders then
        return new;
    end if;
    v_ids := array(
        select id
        from public.media_assets
        where in_scope <> media_sync.in_scope(coalesce(base ->> 'folder', folder), new.include_folders)
    );
    perform media_sync.lock_assets(v_ids);
    -- Those alone: a row that somebody else changed meanwhile would be locked out of the order, and is the reconcile's.
    update public.media_assets as asset
    set in_scope = not asset.in_scope
    where asset.id = any (v_ids)
        and asset.in_scope <> media_sync.in_scope(coalesce(asset.base ->> 'folder', asset.folder), new.include_folders);
    -- Folders that were never mirrored have no rows yet: a full reconcile brings them.
    new.full_requested_at := clock_timestamp();
    return new;
end;
$$;
comment on function media_sync.apply_scope() is 'Hides rows that left the mirrored folders, shows those that came back, and asks for a full reconcile. A change that would hide too much waits in wanted_folders.';
revoke all on function media_sync.apply_scope() from public, anon, authenticated;

create or replace trigger apply_scope
    before update of include_folders, wanted_folders on media_sync.settings
    for each row
    when (new.include_folders is distinct from old.include_folders or new.wanted_folders is distinct from old.wanted_folders)
    execute function media_sync.apply_scope();
