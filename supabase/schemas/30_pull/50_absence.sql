-- Absence: what Cloudinary denies is deleted here.

create or replace function media_sync.forget_writes(p_cloud_name text, p_asset_ids text[], p_observed_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    update public.media_assets as asset
    set
        base = media_sync.with_taken_back(asset.base, asset.sending, media_sync.editable_fields(asset)),
        sending = nullif(jsonb_path_query_array(asset.sending, '$[*] ? (exists (@.existence))'), '[]')
    where asset.cloud_name = p_cloud_name
        and asset.asset_id = any (p_asset_ids)
        and asset.observed_at <= p_observed_at
        and jsonb_path_exists(asset.sending, '$[*] ? (!exists (@.existence))');
end;
$$;
comment on function media_sync.forget_writes(text, text[], timestamptz) is
    'No value is on its way any more to assets that Cloudinary denies. The caller holds the rows'' locks.';
revoke all on function media_sync.forget_writes(text, text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.confirm_absence(
    p_cloud_name text,
    p_asset_ids text[],
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null
)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_count integer;
    v_deleted uuid[];
    v_asset_ids constant text[] := media_sync.guard_absences(p_cloud_name, p_asset_ids, p_source, p_run_id);
begin
    perform media_sync.lock_observed(p_cloud_name, '[]', v_asset_ids);
    update public.media_assets as asset
    set
        -- What had arrived by then is what Cloudinary gives back, should somebody restore the asset there.
        base = media_sync.apply_values(asset.base, media_sync.arrived_values(
            asset.sending, asset.base ->> 'public_id', media_sync.editable_keys(), p_observed_at
        )),
        sending = media_sync.settle_existence(asset.sending, 'deleted', p_observed_at),
        -- Whoever looked before saw what was before, and would pass for the restoring that is wished for.
        observed_at = p_observed_at
    where asset.cloud_name = p_cloud_name and asset.asset_id = any (v_asset_ids) and asset.observed_at <= p_observed_at
        and (asset.sending is not null or asset.restore_requested_at is not null);

    with absent as materialized (
        select
            asset as row_before,
            media_sync.changed_fields(asset.base, media_sync.editable_fields(asset)) as unsent
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = any (v_asset_ids)
            -- What was seen alive by a request that began later is alive.
            and asset.observed_at <= p_observed_at
            and not (asset.deleted_at is not null and asset.sync_status = 'synced')
            -- Its absence is why a restore was asked for; that is the push's to settle.
            and asset.restore_requested_at is null
            -- A restore that was sent may still bring it back, and then it is to be deleted again.
            and not media_sync.has_attempt(asset.sending, 'live')
    ),
    deleted as (
        update public.media_assets as asset
        set
            deleted_at = coalesce(asset.deleted_at, clock_timestamp()),
            sync_status = 'synced',
            sync_error = null,
            sync_attempts = 0, next_attempt_at = null,
            base = media_sync.with_taken_back(asset.base, asset.sending, media_sync.editable_fields(asset)),
            sending = null,
            waits_for_name = false,
            -- From now on: a listing that began before and still shows the asset is older than this.
            observed_at = clock_timestamp(),
            last_synced_at = clock_timestamp(),
            updated_at = clock_timestamp()
        from absent
        where asset.id = (absent.row_before).id
        returning asset.id
    ),
    delete_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id, user_id
        )
        select
            'delete', 'success', case when (row_before).deleted_at is null then 'pull' else 'push' end, p_source,
            (row_before).id, (row_before).asset_id, (row_before).public_id, (row_before).resource_type,
            jsonb_build_object('deleted_at', jsonb_build_object('from', (row_before).deleted_at, 'to', clock_timestamp())),
            p_run_id, (row_before).deleted_by
        from absent
    ),
    -- Edits that never reached Cloudinary stay on the row, and this says so.
    conflict_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id, resolved_at
        )
        select
            'conflict', 'conflict', 'pull', p_source,
            (row_before).id, (row_before).asset_id, (row_before).public_id, (row_before).resource_type,
            (
                select jsonb_object_agg(key, jsonb_build_object(
                    'base', value -> 'from', 'database', value -> 'to', 'cloudinary', null, 'kept', 'deleted'
                ))
                from jsonb_each(unsent)
            ),
            p_run_id, clock_timestamp()
        from absent
        where unsent is not null and (row_before).deleted_at is null
    )
    select count(*), array_agg(id) into v_count, v_deleted from deleted;
    perform media_sync.end_leases(v_deleted);
    perform media_sync.forget_writes(p_cloud_name, v_asset_ids, p_observed_at);
    perform media_sync.forget_refresh(p_cloud_name, v_asset_ids, p_observed_at);
    perform media_sync.let_back(p_cloud_name, v_asset_ids, p_source, p_run_id);
    perform media_sync.forget_hits(p_cloud_name, v_asset_ids, '-infinity');
    if v_count > 0 then
        perform media_sync.invite_waiting_names(p_cloud_name);
    end if;

    if p_run_id is not null then
        update media_sync.runs set deleted_items = deleted_items + v_count, touched_at = clock_timestamp() where id = p_run_id;
    end if;
    return v_count;
end;
$$;
comment on function media_sync.confirm_absence(text, text[], timestamptz, text, uuid) is
    'Cloudinary denied these assets in answer to a request that began at p_observed_at: they are deleted here, with their audit rows, as far as the guard lets them. Returns how many rows that changed.';
revoke all on function media_sync.confirm_absence(text, text[], timestamptz, text, uuid) from public, anon, authenticated;

create or replace function public.media_sync_settle_look_up(
    p_cloud_name text,
    p_asset_ids text[],
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_applied jsonb;
    v_absent integer;
begin
    -- What is there and what is not are settled one after the other, and locked together.
    perform media_sync.lock_observed(p_cloud_name, p_observations, p_asset_ids);
    v_applied := public.media_sync_apply_observations(
        p_cloud_name, media_sync.with_seen(p_cloud_name, p_observations), p_observed_at, p_source, p_run_id
    );
    v_absent := media_sync.confirm_absence(
        p_cloud_name,
        array(
            select wanted.asset_id
            from unnest(p_asset_ids) as wanted (asset_id)
            where wanted.asset_id not in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
        ),
        p_observed_at, p_source, p_run_id
    );
    -- Assets that have no row and no existence need no answer any more; what was too late to count is asked again.
    perform media_sync.forget_refresh(
        p_cloud_name,
        array(
            select unnest(p_asset_ids)
            except
            select element ->> 'asset_id'
            from jsonb_array_elements(v_applied -> 'outcomes') as element
            where element ->> 'outcome' in ('stale', 'undecided')
        ),
        p_observed_at
    );
    return v_applied || jsonb_build_object('absent', v_absent, 'now', clock_timestamp());
end;
$$;
comment on function public.media_sync_settle_look_up(text, text[], jsonb, timestamptz, text, uuid) is
    'Settles a batched look-up: what it showed is merged, what was asked for and not shown is absent. Returns { outcomes, absent, now }.';
revoke all on function public.media_sync_settle_look_up(text, text[], jsonb, timestamptz, text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_settle_look_up(text, text[], jsonb, timestamptz, text, uuid) to service_role;
