-- Folder renames: one event in Cloudinary, many assets here.

create or replace function media_sync.rename_folder(
    p_cloud_name text,
    p_from text,
    p_to text,
    p_triggered_at timestamptz,
    p_source text
)
returns integer
language plpgsql
set search_path = ''
-- Only a plan that knows the folder finds what lies below it by the index.
set plan_cache_mode = force_custom_plan
as $$
declare
    v_count integer;
    v_below constant text := media_sync.like_pattern(p_from) || '/%';
    v_ids uuid[];
    v_unclear text[];
begin
    if p_from = '' or p_from = p_to then
        return 0;
    end if;
    -- By the folder alone: without statistics the index of identities seems to tell as much.
    v_ids := array(
        select known.id
        from (
            (
                select id, cloud_name, deleted_at from public.media_assets
                where folder = p_from or folder like v_below
                offset 0
            )
            union
            -- Moved elsewhere here, but not there yet.
            (
                select id, cloud_name, deleted_at from public.media_assets
                where sync_status <> 'synced' and (base ->> 'folder' = p_from or base ->> 'folder' like v_below)
                offset 0
            )
        ) as known
        where known.cloud_name = p_cloud_name and known.deleted_at is null
    );
    perform media_sync.lock_assets(v_ids);
    -- What was moved here meanwhile was moved on both sides: a look-up brings it before the merge. What was seen there since
    -- the renaming came there later: only a look-up tells where it is.
    v_unclear := array(
        select asset.asset_id
        from public.media_assets as asset
        where asset.id = any (v_ids)
            and asset.deleted_at is null
            and (asset.base ->> 'folder' = p_from or asset.base ->> 'folder' like v_below)
            and (
                (asset.sync_status <> 'synced' and asset.folder <> asset.base ->> 'folder')
                or media_sync.is_overtaken(p_triggered_at, asset.observed_at)
            )
    );
    perform media_sync.queue_refresh(p_cloud_name, v_unclear, 'its folder was renamed');
    with inside as materialized (
        select asset.id, asset.folder, p_to || substr(asset.folder, length(p_from) + 1) as folder_after
        from public.media_assets as asset
        -- What came into the folder since is another's, and locked out of order.
        where asset.id = any (v_ids)
            and asset.deleted_at is null
            and (asset.folder = p_from or asset.folder like v_below)
            and asset.folder = asset.base ->> 'folder'
            and not media_sync.is_overtaken(p_triggered_at, asset.observed_at)
    ),
    moved as (
        update public.media_assets as asset
        set
            folder = inside.folder_after,
            base = jsonb_set(asset.base, '{folder}', to_jsonb(inside.folder_after)),
            in_scope = media_sync.in_scope(inside.folder_after, settings.include_folders),
            observed_at = clock_timestamp(),
            updated_at = clock_timestamp()
        from inside
        cross join media_sync.settings as settings
        where asset.id = inside.id
        returning asset.id, asset.asset_id, asset.public_id, asset.resource_type, asset.folder, inside.folder as folder_before
    ),
    move_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes
        )
        select
            'move', 'success', 'pull', p_source, id, asset_id, public_id, resource_type,
            jsonb_build_object('folder', jsonb_build_object('from', folder_before, 'to', folder))
        from moved
    )
    select count(*) into v_count from moved;
    return v_count;
end;
$$;
comment on function media_sync.rename_folder(text, text, text, timestamptz, text) is
    'A folder was renamed or moved in Cloudinary at that time, which tells so in one event: its assets, and those below, follow. Returns how many.';
revoke all on function media_sync.rename_folder(text, text, text, timestamptz, text) from public, anon, authenticated;
