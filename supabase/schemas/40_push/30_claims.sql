-- Pending rows are claimed for a while, read fresh, and merged; what is left is the task.

create or replace function media_sync.push_task(p_asset public.media_assets)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    select jsonb_build_object(
        'id', p_asset.id,
        'asset_id', p_asset.asset_id,
        'action', case
            when p_asset.deleted_at is null then 'update'
            when p_asset.restore_requested_at is not null then 'restore'
            else 'delete'
        end,
        -- The name that Cloudinary knows it by, which a local rename has not reached yet.
        'public_id', p_asset.base ->> 'public_id',
        'resource_type', p_asset.resource_type,
        'type', p_asset.type,
        'base', p_asset.base,
        'local', media_sync.editable_fields(p_asset)
    );
$$;
comment on function media_sync.push_task(public.media_assets) is 'What a worker needs to know to push a row.';
revoke all on function media_sync.push_task(public.media_assets) from public, anon, authenticated;

create or replace function public.media_sync_begin_push()
returns void
language sql
security definer
set search_path = ''
as $$
    update media_sync.wakes set waiting_since = null, begun_at = clock_timestamp();
$$;
comment on function public.media_sync_begin_push() is
    'A push begins: edits from now on may wake another. To be called in a transaction of its own before the first claim, which then sees every edit whose wake this answers.';
revoke all on function public.media_sync_begin_push() from public, anon, authenticated;
grant execute on function public.media_sync_begin_push() to service_role;

create or replace function public.media_sync_claim_pending(
    p_cloud_name text,
    p_worker uuid,
    p_limit integer,
    p_lease_seconds integer,
    p_ids uuid[] default null
)
returns jsonb
language sql
security definer
set search_path = ''
as $$
    with due as (
        select id
        from public.media_assets
        where sync_status = 'pending'
            and cloud_name = p_cloud_name
            and in_scope
            and (p_ids is null or id = any (p_ids))
            -- Whoever asks for certain rows wants them now; the pause is for the background.
            and (p_ids is not null or next_attempt_at is null or next_attempt_at <= (select clock_timestamp()))
            and (leased_until is null or leased_until < (select clock_timestamp()))
        order by next_attempt_at nulls first
        limit p_limit
        for no key update skip locked
    ),
    claimed as (
        update public.media_assets as asset
        set lease_token = p_worker, leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
        from due
        where asset.id = due.id
        returning asset as claimed_row
    )
    select jsonb_build_object(
        'tasks', coalesce((select jsonb_agg(media_sync.push_task(claimed_row)) from claimed), '[]'),
        'folder_mode', settings.folder_mode,
        'conflict_policy', settings.conflict_policy,
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    )
    from media_sync.settings as settings;
$$;
comment on function public.media_sync_claim_pending(text, uuid, integer, integer, uuid[]) is
    'Leases pending rows to a worker: { tasks: [ { id, asset_id, action: update | delete | restore, public_id, resource_type, type, base, local } ], folder_mode, conflict_policy, budget, now }. p_ids claims just those, due or not.';
revoke all on function public.media_sync_claim_pending(text, uuid, integer, integer, uuid[]) from public, anon, authenticated;
grant execute on function public.media_sync_claim_pending(text, uuid, integer, integer, uuid[]) to service_role;

create or replace function public.media_sync_plan_push(
    p_cloud_name text,
    p_worker uuid,
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
    v_absent text[] := array(
        select wanted.asset_id
        from unnest(p_asset_ids) as wanted (asset_id)
        where wanted.asset_id not in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
    );
begin
    perform public.media_sync_apply_observations(p_cloud_name, p_observations, p_observed_at, p_source, p_run_id);
    -- Gone: an edit has nothing left to reach, a deletion has arrived.
    perform media_sync.confirm_gone(p_cloud_name, v_absent, p_observed_at, p_source, p_run_id);

    -- Set to pending by hand, or overtaken: nothing is left to write.
    update public.media_assets as asset
    set sync_status = 'synced', sync_error = null, sync_attempts = 0, next_attempt_at = null
    where asset.cloud_name = p_cloud_name
        and asset.asset_id = any (p_asset_ids)
        and asset.sync_status = 'pending'
        and asset.deleted_at is null
        and media_sync.same_fields(media_sync.editable_fields(asset), asset.base);
    update public.media_assets as asset
    set lease_token = null, leased_until = null
    where asset.cloud_name = p_cloud_name
        and asset.asset_id = any (p_asset_ids)
        and asset.lease_token = p_worker
        and asset.sync_status <> 'pending';

    return jsonb_build_object(
        'tasks', (
            select coalesce(jsonb_agg(media_sync.push_task(asset) order by asset.id), '[]')
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name
                and asset.asset_id = any (p_asset_ids)
                and asset.lease_token = p_worker
                and asset.sync_status = 'pending'
        ),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_plan_push(text, uuid, text[], jsonb, timestamptz, text, uuid) is
    'Merges the fresh look-up of claimed rows and returns the tasks that are left: { tasks, now }.';
revoke all on function public.media_sync_plan_push(text, uuid, text[], jsonb, timestamptz, text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_plan_push(text, uuid, text[], jsonb, timestamptz, text, uuid) to service_role;

create or replace function public.media_sync_release_pending(p_worker uuid, p_ids uuid[])
returns void
language sql
security definer
set search_path = ''
as $$
    update public.media_assets
    set lease_token = null, leased_until = null
    where id = any (p_ids) and lease_token = p_worker;
$$;
comment on function public.media_sync_release_pending(uuid, uuid[]) is 'Gives claimed rows back untouched, so that the next call need not wait for the lease to end.';
revoke all on function public.media_sync_release_pending(uuid, uuid[]) from public, anon, authenticated;
grant execute on function public.media_sync_release_pending(uuid, uuid[]) to service_role;
