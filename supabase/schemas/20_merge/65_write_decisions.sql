-- Decisions become rows and audit rows.

create or replace function media_sync.write_decisions(p_decisions media_sync.decision[], p_event_at timestamptz)
returns setof uuid
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    return query
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
        facts_source = (decided.content).facts_source,
        facts_tries = (decided.content).facts_tries,
        facts_not_before = (decided.content).facts_not_before,
        created_at = (decided.content).created_at,
        undecided = (decided.content).undecided,
        public_id = decided.merged ->> 'public_id',
        folder = decided.merged ->> 'folder',
        display_name = decided.merged ->> 'display_name',
        tags = array(select jsonb_array_elements_text(decided.merged -> 'tags')),
        context = decided.merged -> 'context',
        metadata = decided.merged -> 'metadata',
        base = decided.base,
        sending = decided.sending,
        conflicts = decided.open_conflicts,
        sync_status = decided.sync_status,
        sync_error = case when decided.sync_status = 'synced' then null else target.sync_error end,
        sync_attempts = case when decided.sync_status = 'synced' then 0 else target.sync_attempts end,
        next_attempt_at = case when decided.sync_status = 'synced' then null else target.next_attempt_at end,
        edited = case when decided.sync_status = 'synced' then '{}' else target.edited end,
        observed_at = greatest(decided.observed_at, target.observed_at),
        last_event_at = greatest(target.last_event_at, p_event_at),
        last_synced_at = case when decided.sync_status = 'synced' then clock_timestamp() else target.last_synced_at end,
        in_scope = decided.in_scope,
        deleted_at = case when decided.existence = 'deleted' then target.deleted_at end,
        deleted_by = case when decided.existence = 'deleted' then target.deleted_by end,
        restore_requested_at = case when decided.existence = 'deleted' then target.restore_requested_at end,
        updated_at = case
            when decided.field_changes is not null or decided.content_changes is not null
                or decided.existence in ('returned', 'survived')
                then clock_timestamp()
            else target.updated_at
        end
    from unnest(p_decisions) as decided
    where target.id = (decided.asset).id
        and (
            decided.field_changes is not null
            or decided.content is distinct from decided.asset
            or decided.base <> (decided.asset).base
            or decided.sending is distinct from (decided.asset).sending
            or decided.sync_status <> (decided.asset).sync_status
            or decided.in_scope <> (decided.asset).in_scope
            or decided.open_conflicts is distinct from (decided.asset).conflicts
            or decided.existence in ('returned', 'survived')
        )
    returning target.id;
end;
$$;
comment on function media_sync.write_decisions(media_sync.decision[], timestamptz) is
    'Writes what differs from the rows, and beside it the time of the event that told so; null: it was none. Returns the ids that it wrote. The caller holds the rows'' locks.';
revoke all on function media_sync.write_decisions(media_sync.decision[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.log_updates(
    p_decisions media_sync.decision[],
    p_source text,
    p_run_id uuid,
    p_milliseconds double precision
)
returns void
language plpgsql
set search_path = ''
as $$
begin
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
        'success', 'pull', p_source, (asset).id, (asset).asset_id, merged ->> 'public_id', (content).resource_type,
        coalesce(field_changes, '{}') || coalesce(content_changes, '{}'),
        p_run_id, p_milliseconds
    from unnest(p_decisions)
    where existence <> 'deleted'
        and ((asset).deleted_at is not null or field_changes is not null or content_changes is not null);
end;
$$;
comment on function media_sync.log_updates(media_sync.decision[], text, uuid, double precision) is 'The audit rows of what Cloudinary changed.';
revoke all on function media_sync.log_updates(media_sync.decision[], text, uuid, double precision) from public, anon, authenticated;

create or replace function media_sync.lost_with_deletion(p_decision media_sync.decision)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    -- An edit made in Cloudinary of an asset that is deleted here goes with it, and this says so. A value that was edited
    -- here as well is named by its conflict, with both.
    return (
        select jsonb_object_agg(
            key,
            jsonb_build_object('base', value -> 'from', 'database', null, 'cloudinary', value -> 'to', 'kept', 'deleted')
        )
        from jsonb_each(media_sync.changed_fields((p_decision.asset).base, p_decision.base))
        where p_decision.existence = 'deleted'
            and (p_decision.asset).restore_requested_at is null
            -- What we sent ourselves is nobody's edit.
            and not coalesce(
                media_sync.open_values((p_decision.asset).sending) -> key @> jsonb_build_array(value -> 'to'), false
            )
    );
end;
$$;
comment on function media_sync.lost_with_deletion(media_sync.decision) is 'Changes made in Cloudinary that a deletion made here takes away, as conflicts; null for none.';
revoke all on function media_sync.lost_with_deletion(media_sync.decision) from public, anon, authenticated;

create or replace function media_sync.log_conflicts(
    p_decisions media_sync.decision[],
    p_source text,
    p_run_id uuid,
    p_milliseconds double precision
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into public.media_sync_log (
        operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id,
        resolved_at, processing_time_ms
    )
    select
        'conflict', 'conflict', 'pull', p_source,
        (told.decided).asset.id, (told.decided).asset.asset_id, (told.decided).merged ->> 'public_id', (told.decided).content.resource_type,
        told.changes, p_run_id,
        case when (told.decided).open_conflicts is null then clock_timestamp() end,
        p_milliseconds
    from (
        select
            decided,
            coalesce(media_sync.lost_with_deletion(decided), '{}') || decided.conflicts || case
                when decided.existence = 'survived' then jsonb_build_object('deleted_at', jsonb_build_object(
                    'base', null, 'database', (decided.asset).deleted_at, 'cloudinary', null, 'kept', 'cloudinary'
                ))
                else '{}'
            end as changes
        from unnest(p_decisions) as decided
    ) as told
    where told.changes <> '{}';
end;
$$;
comment on function media_sync.log_conflicts(media_sync.decision[], text, uuid, double precision) is 'The conflict rows: every value that lost stands in one.';
revoke all on function media_sync.log_conflicts(media_sync.decision[], text, uuid, double precision) from public, anon, authenticated;

create or replace function media_sync.merge_existing(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid,
    p_settings media_sync.settings,
    p_event_at timestamptz,
    p_started timestamptz,
    p_count integer
)
returns setof media_sync.merge_outcome
language plpgsql
set search_path = ''
as $$
declare
    v_decisions media_sync.decision[];
    v_undecided media_sync.decision[];
    v_stale media_sync.merge_outcome[];
    v_written uuid[];
    v_milliseconds double precision;
    v_settled text[];
    v_has_lost boolean;
    v_has_moved boolean;
begin
    select
        array_agg(judged.decided) filter (where not judged.stale and not (judged.decided).undecided),
        array_agg(judged.decided) filter (where not judged.stale and (judged.decided).undecided),
        array_agg((judged.asset_id, (judged.asset).id, 'stale', 0)::media_sync.merge_outcome) filter (where judged.stale)
    into v_decisions, v_undecided, v_stale
    from (
        select
            known.asset_id,
            known.asset,
            known.stale,
            case when not known.stale then media_sync.decide(known.asset, known.observation, known.observed_at, p_settings) end as decided
        from (
            select
                source.*,
                coalesce((source.observation ->> 'observed_at')::timestamptz, p_observed_at) as observed_at,
                (source.asset).observed_at > coalesce((source.observation ->> 'observed_at')::timestamptz, p_observed_at) as stale
            from media_sync.observed_assets(p_cloud_name, p_observations) as source
            where (source.asset).id is not null
        ) as known
        -- Once an asset: without it every mention above is a call.
        offset 0
    ) as judged;

    v_written := array(select media_sync.write_decisions(v_decisions, p_event_at));
    v_milliseconds := extract(epoch from clock_timestamp() - p_started) * 1000 / p_count;
    perform media_sync.log_updates(v_decisions, p_source, p_run_id, v_milliseconds);
    perform media_sync.note_undecided(p_cloud_name, v_undecided);

    -- What seldom follows, asked for at once.
    select
        array_agg((asset).asset_id) filter (where (asset).sending is not null and decided.sending is null),
        bool_or(conflicts <> '{}' or existence in ('deleted', 'survived')),
        bool_or(base -> 'public_id' is distinct from (asset).base -> 'public_id')
    into v_settled, v_has_lost, v_has_moved
    from unnest(v_decisions) as decided;
    if v_has_lost then
        perform media_sync.log_conflicts(v_decisions, p_source, p_run_id, v_milliseconds);
    end if;
    if v_settled is not null then
        perform media_sync.forget_refresh(p_cloud_name, v_settled, clock_timestamp(), 'a write is to be confirmed');
    end if;
    if v_has_moved then
        perform media_sync.invite_waiting_names(p_cloud_name);
    end if;

    return query
    select
        (decided.asset).asset_id,
        (decided.asset).id,
        case
            when decided.existence in ('returned', 'survived') then 'restored'
            when (decided.asset).id = any (v_written) then 'updated'
            else 'unchanged'
        end,
        (select count(*)::integer from jsonb_object_keys(decided.conflicts)) + (decided.existence = 'survived')::integer
    from unnest(v_decisions) as decided
    union all
    select * from unnest(v_stale)
    union all
    select (decided.asset).asset_id, null::uuid, 'undecided', 0 from unnest(v_undecided) as decided;
end;
$$;
comment on function media_sync.merge_existing(
    text, jsonb, timestamptz, text, uuid, media_sync.settings, timestamptz, timestamptz, integer
) is 'The part of merge_page() for assets that have a row. p_event_at: see write_decisions(). The caller holds the rows'' locks.';
revoke all on function media_sync.merge_existing(
    text, jsonb, timestamptz, text, uuid, media_sync.settings, timestamptz, timestamptz, integer
) from public, anon, authenticated;
