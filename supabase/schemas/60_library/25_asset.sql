-- One asset with what surrounds it, as far as the caller may see it.

create or replace function media_sync.public_asset(p_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'item', to_jsonb(asset),
            'usage', '[]'::jsonb,
            'collections', (
                select coalesce(jsonb_agg(
                    jsonb_build_object(
                        'position', item.position,
                        'collection', jsonb_build_object(
                            'id', collection.id, 'slug', collection.slug, 'name', collection.name, 'is_public', collection.is_public
                        )
                    )
                    order by collection.slug
                ), '[]')
                from public.media_collection_items as item
                join public.media_collections as collection on collection.id = item.collection_id
                where item.media_asset_id = asset.id
            ),
            'history', '[]'::jsonb
        )
        from (
            select
                id, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, folder, display_name,
                original_filename, tags, context, url, secure_url, created_at, updated_at, deleted_at
            from public.media_assets
            where id = p_id
        ) as asset
    );
end;
$$;
comment on function media_sync.public_asset(uuid) is 'One asset of a public collection as anyone sees it, or null.';
revoke all on function media_sync.public_asset(uuid) from public, anon, authenticated;
grant execute on function media_sync.public_asset(uuid) to anon, authenticated;
-- Whoever is signed in without being a viewer sees what anyone sees. Said after the grant: a function is checked as the
-- role that it takes, which may do nothing in a project that gives new functions to nobody.
alter function media_sync.public_asset(uuid) set role = 'anon';

create or replace function media_sync.asset_for_viewers(p_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_build_object(
        'item', to_jsonb(asset),
        'usage', (
            select coalesce(jsonb_agg(to_jsonb(place) order by place.created_at), '[]')
            from (
                select usage.id, usage.usage_type, usage.reference_table, usage.reference_id, usage.field, usage.created_at
                from public.media_usage as usage
                where usage.media_asset_id = asset.id and usage.removed_at is null
                order by usage.created_at
                limit 100
            ) as place
        ),
        'collections', (
            select coalesce(jsonb_agg(to_jsonb(place) order by place.collection ->> 'slug'), '[]')
            from (
                select
                    item.position,
                    jsonb_build_object(
                        'id', collection.id, 'slug', collection.slug, 'name', collection.name, 'is_public', collection.is_public
                    ) as collection
                from public.media_collection_items as item
                join public.media_collections as collection on collection.id = item.collection_id
                where item.media_asset_id = asset.id
                order by collection.slug
                limit 100
            ) as place
        ),
        'history', '[]'::jsonb
    )
    from (
        select
            id, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, folder, display_name,
            original_filename, tags, context, url, secure_url, created_at, updated_at, deleted_at, metadata, sync_status, usage_count
        from public.media_assets
        where id = p_id
    ) as asset;
$$;
comment on function media_sync.asset_for_viewers(uuid) is 'One asset with where it is used and its collections, with the rights of whoever asks; or null.';
revoke all on function media_sync.asset_for_viewers(uuid) from public, anon, authenticated;
grant execute on function media_sync.asset_for_viewers(uuid) to authenticated, service_role;

create or replace function media_sync.asset_for_editors(p_id uuid)
returns jsonb
language plpgsql
stable
-- Editors hold no grant on these columns and none on the log: this asset's part of them is shown, and only to them.
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_editor() then
        raise exception 'Conflicts, errors and history need the role editor or admin.' using errcode = 'insufficient_privilege';
    end if;
    return (
        select jsonb_build_object(
            'item', jsonb_build_object('conflicts', asset.conflicts, 'sync_error', asset.sync_error),
            'history', (
                select coalesce(jsonb_agg(to_jsonb(entry) order by entry.created_at desc, entry.id desc), '[]')
                from (
                    select
                        log.id, log.operation, log.status, log.direction, log.source, log.changes, log.error_code,
                        log.error_message, log.user_id, log.created_at
                    from public.media_sync_log as log
                    where log.asset_id = asset.asset_id
                    order by log.created_at desc, log.id desc
                    limit 50
                ) as entry
            )
        )
        from public.media_assets as asset
        where asset.id = p_id and (asset.in_scope or media_sync.media_role() = 'service')
    );
end;
$$;
comment on function media_sync.asset_for_editors(uuid) is 'Open conflicts, the last error and the history of one asset: { item: { conflicts, sync_error }, history }. Editors.';
revoke all on function media_sync.asset_for_editors(uuid) from public, anon, authenticated;
grant execute on function media_sync.asset_for_editors(uuid) to authenticated, service_role;

create or replace function public.get_media_asset(p_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_asset jsonb;
    v_more jsonb;
begin
    if media_sync.media_role() = 'anonymous' then
        return media_sync.public_asset(p_id);
    end if;
    v_asset := media_sync.asset_for_viewers(p_id);
    if v_asset is null or not media_sync.is_editor() then
        return v_asset;
    end if;
    v_more := media_sync.asset_for_editors(p_id);
    return v_asset || v_more || jsonb_build_object('item', (v_asset -> 'item') || coalesce(v_more -> 'item', '{}'));
end;
$$;
comment on function public.get_media_asset(uuid) is
    'One asset with the caller''s rights: { item, usage, collections, history }, or null. For editors item has conflicts and sync_error too, and history is theirs.';
revoke all on function public.get_media_asset(uuid) from public, anon, authenticated;
grant execute on function public.get_media_asset(uuid) to anon, authenticated, service_role;
