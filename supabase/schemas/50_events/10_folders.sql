-- Folder renames: one event in Cloudinary, many assets here.

create or replace function media_sync.rename_folder(p_cloud_name text, p_from text, p_to text, p_source text)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_count integer;
    v_below constant text := media_sync.like_pattern(p_from) || '/%';
begin
    if p_from = '' or p_from = p_to then
        return 0;
    end if;
    with inside as materialized (
        select asset.id, asset.folder, asset.base ->> 'folder' as base_folder
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.deleted_at is null
            and (
                asset.folder = p_from or asset.folder like v_below
                -- Moved elsewhere here, but not there yet.
                or (asset.sync_status <> 'synced' and (asset.base ->> 'folder' = p_from or asset.base ->> 'folder' like v_below))
            )
        order by asset.asset_id
        for no key update
    ),
    moved as (
        update public.media_assets as asset
        set
            folder = case
                when inside.folder = inside.base_folder then p_to || substr(inside.folder, length(p_from) + 1)
                else asset.folder
            end,
            base = case
                when inside.base_folder = p_from or inside.base_folder like v_below
                    then jsonb_set(asset.base, '{folder}', to_jsonb(p_to || substr(inside.base_folder, length(p_from) + 1)))
                else asset.base
            end,
            in_scope = media_sync.in_scope(
                case
                    when inside.base_folder = p_from or inside.base_folder like v_below
                        then p_to || substr(inside.base_folder, length(p_from) + 1)
                    else inside.base_folder
                end,
                settings.include_folders
            ),
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
        where folder <> folder_before
    )
    select count(*) into v_count from moved;
    return v_count;
end;
$$;
comment on function media_sync.rename_folder(text, text, text, text) is
    'A folder was renamed or moved in Cloudinary, which tells so in one event: its assets, and those below, follow. Returns how many.';
revoke all on function media_sync.rename_folder(text, text, text, text) from public, anon, authenticated;
