-- What an observation makes of the row that the asset has.

create or replace function media_sync.merge_existing(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid,
    p_settings media_sync.settings,
    p_by_version boolean,
    p_started timestamptz,
    p_count integer
)
returns setof media_sync.merge_outcome
language sql
set search_path = ''
as $$
    with observed as materialized (
        select
            source.asset_id,
            source.observation,
            source.asset,
            (source.asset).observed_at > p_observed_at
                or (p_by_version and (source.observation ->> 'version')::bigint < (source.asset).version) as stale,
            media_sync.observed_content(source.asset, source.observation) as content,
            -- A base that was lost leaves what the row has for what was not told.
            media_sync.observed_fields(media_sync.editable_fields(source.asset) || (source.asset).base, source.observation) as remote,
            media_sync.editable_fields(source.asset) as local
        from media_sync.observed_assets(p_cloud_name, p_observations) as source
        where (source.asset).id is not null
    ),
    merged as materialized (
        select
            observed.*,
            three_way.merged,
            three_way.conflicts,
            (asset).deleted_at is not null
                and ((asset).sync_status = 'synced' or (asset).restore_requested_at is not null) as returned,
            (asset).deleted_at is not null
                and (asset).sync_status <> 'synced'
                and (asset).restore_requested_at is null
                and (
                    (content).version is distinct from (asset).version
                    -- An etag that was not told says nothing about the content.
                    or ((asset).etag is not null and (content).etag is not null and (content).etag <> (asset).etag)
                ) as content_survives
        from observed
        cross join lateral (
            select observed.remote as merged, '{}'::jsonb as conflicts
            where (asset).sync_status = 'synced' and (asset).deleted_at is null
            union all
            select combined.merged, combined.conflicts
            from media_sync.merge(
                (asset).base, observed.local, observed.remote, p_settings.conflict_policy,
                (asset).edited_at, coalesce(observed.observation -> 'last_updated', '{}')
            ) as combined
            where (asset).sync_status <> 'synced' or (asset).deleted_at is not null
        ) as three_way
        where not stale
    ),
    placed as materialized (
        select
            merged.asset_id,
            merged.asset,
            merged.content,
            merged.remote,
            merged.local,
            merged.conflicts,
            merged.returned,
            merged.content_survives,
            -- In fixed-folder mode the folder is the path of the public_id and nothing else.
            case
                when p_settings.folder_mode = 'fixed'
                    then merged.merged || jsonb_build_object('folder', coalesce(substring(merged.merged ->> 'public_id' from '^(.*)/'), ''))
                else merged.merged
            end as merged,
            media_sync.open_conflicts(coalesce((merged.asset).conflicts, '{}') || merged.conflicts, merged.merged, merged.remote) as open,
            (merged.asset).deleted_at is not null and not merged.returned and not merged.content_survives as still_deleted
        from merged
    ),
    decided as materialized (
        select
            placed.*,
            case
                when still_deleted then (asset).sync_status
                when open is not null then 'conflict'
                when media_sync.same_fields(merged, remote) then 'synced'
                when (asset).sync_status = 'error' then 'error'
                else 'pending'
            end as sync_status,
            media_sync.in_scope(merged ->> 'folder', p_settings.include_folders) as in_scope,
            media_sync.changed_fields(local, merged) as field_changes,
            -- An address that changes alone follows a rename that is in the log already.
            case
                when media_sync.content_changes(asset, content) - array['url', 'secure_url'] <> '{}'
                    then media_sync.content_changes(asset, content)
            end as content_changes
        from placed
    ),
    written as (
        update public.media_assets as target
        set
            resource_type = (decided.content).resource_type,
            type = (decided.content).type,
            format = (decided.content).format,
            version = (decided.content).version,
            bytes = (decided.content).bytes,
            width = (decided.content).width,
            height = (decided.content).height,
            duration = (decided.content).duration,
            pages = (decided.content).pages,
            etag = (decided.content).etag,
            url = (decided.content).url,
            secure_url = (decided.content).secure_url,
            original_filename = (decided.content).original_filename,
            access_mode = (decided.content).access_mode,
            moderation_status = (decided.content).moderation_status,
            extra = (decided.content).extra,
            uploaded_at = (decided.content).uploaded_at,
            last_updated = (decided.content).last_updated,
            created_at = (decided.content).created_at,
            public_id = decided.merged ->> 'public_id',
            folder = decided.merged ->> 'folder',
            display_name = decided.merged ->> 'display_name',
            tags = array(select jsonb_array_elements_text(decided.merged -> 'tags')),
            context = decided.merged -> 'context',
            metadata = decided.merged -> 'metadata',
            base = decided.remote,
            conflicts = decided.open,
            sync_status = decided.sync_status,
            sync_error = case when decided.sync_status = 'synced' then null else target.sync_error end,
            sync_attempts = case when decided.sync_status = 'synced' then 0 else target.sync_attempts end,
            next_attempt_at = case when decided.sync_status = 'synced' then null else target.next_attempt_at end,
            observed_at = p_observed_at,
            last_synced_at = case when decided.sync_status = 'synced' then clock_timestamp() else target.last_synced_at end,
            in_scope = decided.in_scope,
            deleted_at = case when decided.still_deleted then target.deleted_at end,
            deleted_by = case when decided.still_deleted then target.deleted_by end,
            restore_requested_at = case when decided.still_deleted then target.restore_requested_at end,
            updated_at = case
                when decided.field_changes is not null or decided.content_changes is not null
                    or (target.deleted_at is not null and not decided.still_deleted)
                    then clock_timestamp()
                else target.updated_at
            end
        from decided
        where target.id = (decided.asset).id
            and (
                decided.field_changes is not null
                or decided.content is distinct from decided.asset
                or decided.remote <> (decided.asset).base
                or decided.sync_status <> (decided.asset).sync_status
                or decided.in_scope <> (decided.asset).in_scope
                or decided.open is distinct from (decided.asset).conflicts
                or (target.deleted_at is not null and not decided.still_deleted)
            )
        returning target.id
    ),
    update_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id, processing_time_ms
        )
        select
            case
                when (asset).deleted_at is not null then 'restore'
                when field_changes ? 'public_id' then 'rename'
                when field_changes ? 'folder' then 'move'
                when content_changes ?| '{version,etag}' then 'upload'
                else 'update'
            end,
            'success', 'pull', p_source, (asset).id, asset_id, merged ->> 'public_id', (content).resource_type,
            coalesce(field_changes, '{}') || coalesce(content_changes, '{}'),
            p_run_id,
            extract(epoch from clock_timestamp() - p_started) * 1000 / p_count
        from decided
        where not still_deleted
            and ((asset).deleted_at is not null or field_changes is not null or content_changes is not null)
    ),
    -- An edit made in Cloudinary of an asset that is deleted here goes with it, and this says so.
    lost as (
        select
            decided.asset_id,
            jsonb_object_agg(key, jsonb_build_object(
                'base', value -> 'from', 'database', null, 'cloudinary', value -> 'to', 'kept', 'deleted'
            )) as fields
        from decided
        cross join lateral jsonb_each(media_sync.changed_fields((asset).base, remote))
        where still_deleted
        group by decided.asset_id
    ),
    conflict_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id,
            resolved_at, processing_time_ms
        )
        select
            'conflict', 'conflict', 'pull', p_source, (asset).id, asset_id, merged ->> 'public_id', (content).resource_type,
            conflicts || coalesce(lost.fields, '{}') || case
                when content_survives then jsonb_build_object(
                    'deleted_at', jsonb_build_object('base', null, 'database', (asset).deleted_at, 'cloudinary', null, 'kept', 'cloudinary')
                )
                else '{}'
            end,
            p_run_id,
            case when open is null then clock_timestamp() end,
            extract(epoch from clock_timestamp() - p_started) * 1000 / p_count
        from decided
        left join lost using (asset_id)
        where content_survives or conflicts <> '{}' or lost.fields is not null
    )
    select
        asset_id,
        (asset).id,
        case
            when (asset).deleted_at is not null and not still_deleted then 'restored'
            when exists (select from written where written.id = (asset).id) then 'updated'
            else 'unchanged'
        end,
        (select count(*)::integer from jsonb_object_keys(conflicts)) + content_survives::integer
    from decided
    union all
    select asset_id, (asset).id, 'stale', 0 from observed where stale;
$$;
comment on function media_sync.merge_existing(text, jsonb, timestamptz, text, uuid, media_sync.settings, boolean, timestamptz, integer) is
    'The part of merge_observations() for assets that have a row. The caller holds the rows'' locks.';
revoke all on function media_sync.merge_existing(text, jsonb, timestamptz, text, uuid, media_sync.settings, boolean, timestamptz, integer)
    from public, anon, authenticated;
