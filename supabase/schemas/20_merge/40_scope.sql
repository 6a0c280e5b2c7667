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

create or replace function media_sync.apply_scope()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform media_sync.lock_assets(array(
        select id
        from public.media_assets
        where in_scope <> media_sync.in_scope(coalesce(base ->> 'folder', folder), new.include_folders)
    ));
    update public.media_assets as asset
    set in_scope = not asset.in_scope
    where asset.in_scope <> media_sync.in_scope(coalesce(asset.base ->> 'folder', asset.folder), new.include_folders);
    -- Folders that were never mirrored have no rows yet: a full reconcile brings them.
    new.full_requested_at := clock_timestamp();
    return new;
end;
$$;
comment on function media_sync.apply_scope() is 'Hides rows that left the mirrored folders, shows those that came back, and asks for a full reconcile.';
revoke all on function media_sync.apply_scope() from public, anon, authenticated;

create or replace trigger apply_scope
    before update of include_folders on media_sync.settings
    for each row
    when (new.include_folders is distinct from old.include_folders)
    execute function media_sync.apply_scope();
