-- The mirrored part of the library follows settings.include_folders: rows leave it and come back, nothing is deleted.

create function media_sync.apply_scope()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    update public.media_assets as asset
    set in_scope = not asset.in_scope
    where asset.in_scope <> media_sync.in_scope(asset.folder, new.include_folders);
    -- Folders that were never mirrored have no rows yet: a full reconcile brings them.
    new.full_requested_at := clock_timestamp();
    return new;
end;
$$;
comment on function media_sync.apply_scope() is 'Hides rows that left the mirrored folders, shows those that came back, and asks for a full reconcile.';
revoke all on function media_sync.apply_scope() from public, anon, authenticated;

create trigger apply_scope
    before update of include_folders on media_sync.settings
    for each row
    when (new.include_folders is distinct from old.include_folders)
    execute function media_sync.apply_scope();
