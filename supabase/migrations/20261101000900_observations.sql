-- What Cloudinary said about a page of assets becomes what the rows are: one call, one transaction, one outcome
-- per asset.
--
-- An observation is one asset in Cloudinary's own names. A key that is absent was not told and leaves what the row
-- has; the function below is the only place that turns observations into rows.

create function media_sync.in_scope(p_folder text, p_include_folders text[])
returns boolean
language sql
immutable
parallel safe
set search_path = ''
as $$
    select p_include_folders = '{}' or exists (
        select from unnest(p_include_folders) as included (folder)
        where included.folder = '' or p_folder = included.folder or starts_with(p_folder, included.folder || '/')
    );
$$;
comment on function media_sync.in_scope(text, text[]) is 'True when the folder, or one above it, is among the mirrored ones; an empty list mirrors everything.';
revoke all on function media_sync.in_scope(text, text[]) from public, anon, authenticated;

create function media_sync.field_value(p_fields jsonb, p_field text)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    select case
        when p_field like 'context.%' then p_fields -> 'context' -> substr(p_field, 9)
        when p_field like 'metadata.%' then p_fields -> 'metadata' -> substr(p_field, 10)
        else p_fields -> p_field
    end;
$$;
comment on function media_sync.field_value(jsonb, text) is 'Value of a field named as in conflicts: tags, display_name, context.<key>, metadata.<external_id>.';
revoke all on function media_sync.field_value(jsonb, text) from public, anon, authenticated;

create function media_sync.open_conflicts(p_conflicts jsonb, p_merged jsonb, p_remote jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- A conflict closes by itself once both sides hold the same value.
    select jsonb_object_agg(
        key,
        value || jsonb_build_object(
            'database', media_sync.field_value(p_merged, key), 'cloudinary', media_sync.field_value(p_remote, key)
        )
    )
    from jsonb_each(p_conflicts)
    where value ->> 'kept' = 'open'
        and media_sync.field_value(p_merged, key) is distinct from media_sync.field_value(p_remote, key);
$$;
comment on function media_sync.open_conflicts(jsonb, jsonb, jsonb) is 'The conflicts that still wait for a person, with both values as they are now; null when none does.';
revoke all on function media_sync.open_conflicts(jsonb, jsonb, jsonb) from public, anon, authenticated;

create type media_sync.merge_outcome as (
    asset_id text,
    media_asset_id uuid,
    outcome text,
    conflict_count integer
);
comment on type media_sync.merge_outcome is 'What became of one observation: inserted, updated, restored, unchanged, stale or out_of_scope.';

create function media_sync.observed_assets(p_cloud_name text, p_observations jsonb)
returns table (asset_id text, observation jsonb, asset public.media_assets)
language sql
stable
set search_path = ''
as $$
    -- A listing may repeat an asset when the library changes under it; the last mention counts.
    -- The limit keeps this a look-up a row: in a first sync the planner knows nothing of the table yet, and would read
    -- all that is in it for every page.
    select incoming.asset_id, incoming.observation, known.asset
    from (
        select distinct on (element ->> 'asset_id') element ->> 'asset_id' as asset_id, element as observation
        from jsonb_array_elements(p_observations) with ordinality as listed (element, place)
        order by element ->> 'asset_id', place desc
    ) as incoming
    left join lateral (
        select asset
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name and asset.asset_id = incoming.asset_id
        limit 1
    ) as known on true;
$$;
comment on function media_sync.observed_assets(text, jsonb) is 'Each observed asset once, beside its row where there is one.';
revoke all on function media_sync.observed_assets(text, jsonb) from public, anon, authenticated;

-- The keys of an observation that are not editable here. What is left of it after taking them away is editable.
create function media_sync.content_keys()
returns text[]
language sql
immutable
parallel safe
set search_path = ''
as $$
    select '{asset_id,resource_type,type,format,version,bytes,width,height,duration,pages,etag,url,secure_url,original_filename,access_mode,moderation_status,extra,uploaded_at,last_updated,created_at}'::text[];
$$;
comment on function media_sync.content_keys() is 'Keys of an observation that Cloudinary alone decides.';
revoke all on function media_sync.content_keys() from public, anon, authenticated;

create function media_sync.editable_keys()
returns text[]
language sql
immutable
parallel safe
set search_path = ''
as $$
    select '{public_id,folder,display_name,tags,context,metadata}'::text[];
$$;
comment on function media_sync.editable_keys() is 'Keys that both sides may change.';
revoke all on function media_sync.editable_keys() from public, anon, authenticated;

create function media_sync.observed_content(p_asset public.media_assets, p_observation jsonb)
returns public.media_assets
language sql
stable
set search_path = ''
as $$
    select jsonb_populate_record(
        p_asset,
        p_observation - media_sync.editable_keys()
            || jsonb_build_object('extra', coalesce(p_asset.extra, '{}') || coalesce(p_observation -> 'extra', '{}'))
            -- An etag that was not told belongs to the content before this version.
            || case
                when not p_observation ? 'etag'
                    and (p_observation ->> 'version')::bigint is distinct from p_asset.version
                    and p_observation ? 'version'
                    then '{"etag": null}'::jsonb
                else '{}'::jsonb
            end
    );
$$;
comment on function media_sync.observed_content(public.media_assets, jsonb) is 'The row with everything that Cloudinary alone decides as observed; what was not told stays.';
revoke all on function media_sync.observed_content(public.media_assets, jsonb) from public, anon, authenticated;

create function media_sync.observed_fields(p_base jsonb, p_observation jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    select case
        -- Cloudinary's order of tags may change without a change of tags.
        when media_sync.same_tags(p_base -> 'tags', p_observation -> 'tags')
            then p_base || (p_observation - media_sync.content_keys() - 'tags')
        else p_base || (p_observation - media_sync.content_keys())
    end;
$$;
comment on function media_sync.observed_fields(jsonb, jsonb) is 'The editable fields as Cloudinary has them; what was not told is as last agreed.';
revoke all on function media_sync.observed_fields(jsonb, jsonb) from public, anon, authenticated;

create function media_sync.merge_observations(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null,
    p_options jsonb default '{}'
)
returns setof media_sync.merge_outcome
language plpgsql
set search_path = ''
as $$
declare
    v_started constant timestamptz := clock_timestamp();
    v_settings media_sync.settings;
    v_count constant integer := greatest(jsonb_array_length(p_observations), 1);
    v_force constant boolean := coalesce((p_options ->> 'force')::boolean, false);
    v_by_version constant boolean := coalesce((p_options ->> 'by_version')::boolean, false);
    v_pending jsonb := p_observations;
    v_unchanged media_sync.merge_outcome[];
    v_locked text[];
begin
    select * into strict v_settings from media_sync.settings;

    -- Most of a reconcile finds nothing new. Those assets are passed over without a lock and without a write.
    if not v_force then
        select
            array_agg((fresh.asset_id, (fresh.asset).id, 'unchanged', 0)::media_sync.merge_outcome) filter (where fresh.same),
            coalesce(jsonb_agg(fresh.observation) filter (where not fresh.same), '[]')
        into v_unchanged, v_pending
        from (
            select
                observed.*,
                (observed.asset).id is not null
                and (observed.asset).observed_at <= p_observed_at
                -- Final here and alive there, or asked back: that is news.
                and not (
                    (observed.asset).deleted_at is not null
                    and ((observed.asset).sync_status = 'synced' or (observed.asset).restore_requested_at is not null)
                )
                and media_sync.observed_fields((observed.asset).base, observed.observation) = (observed.asset).base
                and media_sync.observed_content(observed.asset, observed.observation) is not distinct from observed.asset
                and (observed.asset).in_scope
                    = media_sync.in_scope((observed.asset).folder, v_settings.include_folders) as same
            from media_sync.observed_assets(p_cloud_name, p_observations) as observed
        ) as fresh;
        return query select * from unnest(v_unchanged);

        -- A look-up is fresher than a page that is still on its way; the row remembers that it looked.
        if (p_options ->> 'stamp')::boolean then
            update public.media_assets as asset
            set observed_at = p_observed_at
            from unnest(v_unchanged) as kept
            where asset.id = kept.media_asset_id and asset.observed_at < p_observed_at;
        end if;
    end if;

    -- Two writers may meet over a new asset: the second finds the first one's row on its next round.
    for v_round in 1 .. 5 loop
        exit when jsonb_array_length(v_pending) = 0;

        -- Locked in one order, so that two pages with common assets wait for each other instead of deadlocking.
        select array_agg(locked.asset_id) into v_locked
        from (
            select known.asset_id
            from (
                select distinct element ->> 'asset_id' as asset_id
                from jsonb_array_elements(v_pending) as element
                order by 1
            ) as incoming
            -- A look-up a row, as in observed_assets(), in the order of the rows that it is asked for.
            cross join lateral (
                select asset.asset_id
                from public.media_assets as asset
                where asset.cloud_name = p_cloud_name and asset.asset_id = incoming.asset_id
                limit 1
                for no key update
            ) as known
        ) as locked;

        -- A first sync meets no rows, and that is its longest way.
        if v_locked is not null then
            return query select * from media_sync.merge_existing(
                p_cloud_name, v_pending, p_observed_at, p_source, p_run_id, v_settings, v_by_version, v_started, v_count
            );
        end if;

        select coalesce(jsonb_agg(element), '[]') into v_pending
        from jsonb_array_elements(v_pending) as element
        where element ->> 'asset_id' <> all (coalesce(v_locked, '{}'));

        exit when jsonb_array_length(v_pending) = 0;

        return query select * from media_sync.insert_observed(
            p_cloud_name, v_pending, p_observed_at, p_source, p_run_id, v_settings, p_options, v_started, v_count
        );

        select coalesce(jsonb_agg(observed.observation), '[]') into v_pending
        from media_sync.observed_assets(p_cloud_name, v_pending) as observed
        where (observed.asset).id is not null
            and (observed.asset).observed_at is distinct from p_observed_at;
    end loop;
end;
$$;
comment on function media_sync.merge_observations(text, jsonb, timestamptz, text, uuid, jsonb) is
    'Merges a page of observations into the rows, with their audit rows, and returns one outcome per asset. Options: force (re-merge what looks unchanged), stamp (remember the look-up), by_version (ignore what is older than the row''s version), created_by (user of an upload).';
revoke all on function media_sync.merge_observations(text, jsonb, timestamptz, text, uuid, jsonb) from public, anon, authenticated;

create function media_sync.content_changes(p_from public.media_assets, p_to public.media_assets)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select jsonb_object_agg(key, value)
    from jsonb_each(media_sync.changed_fields(
        to_jsonb(p_from) - media_sync.editable_keys() - array['last_updated', 'search_text'],
        to_jsonb(p_to) - media_sync.editable_keys() - array['last_updated', 'search_text']
    ))
    -- A listing tells less than a look-up: what is only now told of the same content is no change.
    where p_from.version is distinct from p_to.version
        or not (
            (key in ('etag', 'uploaded_at', 'original_filename', 'duration', 'pages') and value ->> 'from' is null)
            or (key = 'extra' and value -> 'to' @> (value -> 'from'))
        );
$$;
comment on function media_sync.content_changes(public.media_assets, public.media_assets) is
    'What Cloudinary changed of what it alone decides: field to { from, to }; null when nothing. Facts that are merely told for the first time do not count.';
revoke all on function media_sync.content_changes(public.media_assets, public.media_assets) from public, anon, authenticated;

create function media_sync.merge_existing(
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

create function media_sync.insert_observed(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid,
    p_settings media_sync.settings,
    p_options jsonb,
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
            jsonb_populate_record(null::public.media_assets, source.observation) as content,
            media_sync.in_scope(coalesce(source.observation ->> 'folder', ''), p_settings.include_folders) as in_scope
        from media_sync.observed_assets(p_cloud_name, p_observations) as source
        where (source.asset).id is null
    ),
    inserted as (
        insert into public.media_assets (
            cloud_name, asset_id, public_id, resource_type, type, format, version, bytes, width, height, duration, pages, etag,
            url, secure_url, original_filename, folder, display_name, tags, context, metadata, access_mode, moderation_status,
            extra, uploaded_at, last_updated, created_at, base, sync_status, observed_at, last_synced_at, created_by
        )
        select
            p_cloud_name, asset_id, (content).public_id, (content).resource_type, coalesce((content).type, 'upload'),
            (content).format, (content).version, (content).bytes, (content).width, (content).height, (content).duration,
            (content).pages, (content).etag, (content).url, (content).secure_url, (content).original_filename,
            coalesce((content).folder, ''), (content).display_name, coalesce((content).tags, '{}'),
            coalesce((content).context, '{}'), coalesce((content).metadata, '{}'), (content).access_mode,
            (content).moderation_status, coalesce((content).extra, '{}'), (content).uploaded_at,
            coalesce((content).last_updated, '{}'), coalesce((content).created_at, clock_timestamp()),
            jsonb_build_object(
                'public_id', (content).public_id,
                'folder', coalesce((content).folder, ''),
                'display_name', (content).display_name,
                'tags', coalesce(to_jsonb((content).tags), '[]'),
                'context', coalesce((content).context, '{}'),
                'metadata', coalesce((content).metadata, '{}')
            ),
            'synced', p_observed_at, clock_timestamp(), (p_options ->> 'created_by')::uuid
        from observed
        where in_scope
        on conflict (cloud_name, asset_id) do nothing
        returning media_assets.id, media_assets.asset_id, media_assets.public_id, media_assets.resource_type
    ),
    insert_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, run_id, user_id, processing_time_ms
        )
        select
            'upload', 'success', 'pull', p_source, id, asset_id, public_id, resource_type, p_run_id,
            (p_options ->> 'created_by')::uuid,
            extract(epoch from clock_timestamp() - p_started) * 1000 / p_count
        from inserted
    )
    select asset_id, id, 'inserted', 0 from inserted
    union all
    select asset_id, null::uuid, 'out_of_scope', 0 from observed where not in_scope;
$$;
comment on function media_sync.insert_observed(text, jsonb, timestamptz, text, uuid, media_sync.settings, jsonb, timestamptz, integer) is
    'The part of merge_observations() for assets that have no row yet.';
revoke all on function media_sync.insert_observed(text, jsonb, timestamptz, text, uuid, media_sync.settings, jsonb, timestamptz, integer)
    from public, anon, authenticated;
