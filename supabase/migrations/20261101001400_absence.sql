-- Absence: an asset that a completed listing did not show is looked up by its asset_id, and only what Cloudinary itself
-- denies is deleted here.

create table media_sync.run_missing (
    run_id uuid not null references media_sync.runs (id) on delete cascade,
    asset_id text not null,
    primary key (run_id, asset_id)
);

comment on table media_sync.run_missing is 'Assets that a completed listing did not show and that are still to be looked up.';
comment on column media_sync.run_missing.run_id is 'The run.';
comment on column media_sync.run_missing.asset_id is 'The asset.';

alter table media_sync.run_missing enable row level security;
revoke all on media_sync.run_missing from public, anon, authenticated, service_role;
grant select on media_sync.run_missing to service_role;

create function media_sync.confirm_gone(
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
begin
    perform from public.media_assets as asset
    where asset.cloud_name = p_cloud_name and asset.asset_id = any (p_asset_ids)
    order by asset.asset_id
    for no key update;

    with gone as materialized (
        select
            asset as row_before,
            media_sync.changed_fields(asset.base, media_sync.editable_fields(asset)) as unsent
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = any (p_asset_ids)
            -- What was seen alive by a request that began later is alive.
            and asset.observed_at <= p_observed_at
            and not (asset.deleted_at is not null and asset.sync_status = 'synced')
            -- Its absence is why a restore was asked for; that is the push's to settle.
            and asset.restore_requested_at is null
    ),
    deleted as (
        update public.media_assets as asset
        set
            deleted_at = coalesce(asset.deleted_at, clock_timestamp()),
            sync_status = 'synced',
            sync_error = null,
            sync_attempts = 0,
            next_attempt_at = null,
            lease_token = null,
            leased_until = null,
            conflicts = null,
            -- From now on: a listing that began before and still shows the asset is older than this.
            observed_at = clock_timestamp(),
            last_synced_at = clock_timestamp(),
            updated_at = clock_timestamp()
        from gone
        where asset.id = (gone.row_before).id
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
        from gone
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
        from gone
        where unsent is not null and (row_before).deleted_at is null
    )
    select count(*) into v_count from deleted;

    delete from media_sync.refresh_queue
    where cloud_name = p_cloud_name and asset_id = any (p_asset_ids) and requested_at <= p_observed_at;

    if p_run_id is not null then
        update media_sync.runs set deleted_items = deleted_items + v_count, touched_at = clock_timestamp() where id = p_run_id;
    end if;
    return v_count;
end;
$$;
comment on function media_sync.confirm_gone(text, text[], timestamptz, text, uuid) is
    'Cloudinary denied these assets in answer to a request that began at p_observed_at: they are deleted here, with their audit rows. Returns how many rows that changed.';
revoke all on function media_sync.confirm_gone(text, text[], timestamptz, text, uuid) from public, anon, authenticated;

create function public.sync_begin_sweep(p_run_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
-- The planner cannot know how many ids the pages hold; compared one by one, a million assets would take hours.
set enable_nestloop = off
set work_mem = '64MB'
as $$
declare
    v_run media_sync.runs;
    v_settings media_sync.settings;
    v_seen bigint;
    v_live bigint;
    v_missing bigint;
    v_reason text;
begin
    select * into strict v_run from media_sync.runs where id = p_run_id for update;
    select * into strict v_settings from media_sync.settings;
    -- Only a complete listing says anything about absence.
    if exists (select from media_sync.run_cursors where run_id = p_run_id and status <> 'completed')
        or v_run.options ->> 'folder' is not null
    then
        return jsonb_build_object('status', 'incomplete', 'missing', 0, 'now', clock_timestamp());
    end if;

    insert into media_sync.run_missing (run_id, asset_id)
    select p_run_id, asset.asset_id
    from public.media_assets as asset
    where asset.cloud_name = v_run.cloud_name
        and asset.deleted_at is null
        and asset.observed_at < v_run.started_at
        and asset.resource_type in (select resource_type from media_sync.run_cursors where run_id = p_run_id)
        and not exists (
            select from (
                select unnest(asset_ids) as asset_id from media_sync.run_pages where run_id = p_run_id
            ) as seen
            where seen.asset_id = asset.asset_id
        )
    on conflict do nothing;

    select count(*) into v_missing from media_sync.run_missing where run_id = p_run_id;
    if v_missing > 0 and v_run.allowed_at is null then
        select coalesce(sum(seen), 0) into v_seen from media_sync.run_cursors where run_id = p_run_id;
        select count(*) into v_live
        from public.media_assets as asset
        where asset.cloud_name = v_run.cloud_name
            and asset.deleted_at is null
            and asset.resource_type in (select resource_type from media_sync.run_cursors where run_id = p_run_id);
        v_reason := case
            when v_seen = 0 then 'empty_listing'
            when v_missing >= v_settings.delete_guard_minimum
                and v_missing > v_live * v_settings.delete_guard_percent / 100.0 then 'mass_delete'
        end;
        if v_reason is not null then
            update media_sync.runs
            set blocked_by = jsonb_build_object(
                'reason', v_reason, 'missing', v_missing, 'live', v_live,
                'limit_percent', v_settings.delete_guard_percent, 'minimum', v_settings.delete_guard_minimum
            )
            where id = p_run_id;
            return jsonb_build_object('status', 'blocked', 'reason', v_reason, 'missing', v_missing, 'live', v_live, 'now', clock_timestamp());
        end if;
    end if;
    return jsonb_build_object('status', 'clear', 'missing', v_missing, 'now', clock_timestamp());
end;
$$;
comment on function public.sync_begin_sweep(uuid) is
    'After a complete listing: notes the assets it did not show and asks the guard. Returns { status: clear | blocked | incomplete, missing, live?, reason?: mass_delete | empty_listing, now }. Nothing is deleted here.';
revoke all on function public.sync_begin_sweep(uuid) from public, anon, authenticated;
grant execute on function public.sync_begin_sweep(uuid) to service_role;

create function public.sync_missing_assets(p_run_id uuid, p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object(
        'asset_ids', coalesce((
            select jsonb_agg(asset_id)
            from (select asset_id from media_sync.run_missing where run_id = p_run_id order by asset_id limit p_limit) as next
        ), '[]'),
        'budget', (select media_sync.call_budget(cloud_name) from media_sync.runs where id = p_run_id),
        'now', clock_timestamp()
    );
$$;
comment on function public.sync_missing_assets(uuid, integer) is 'The next missing assets of a run to look up.';
revoke all on function public.sync_missing_assets(uuid, integer) from public, anon, authenticated;
grant execute on function public.sync_missing_assets(uuid, integer) to service_role;

create function public.sync_settle_look_up(
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
    v_gone integer;
begin
    v_applied := public.sync_apply_observations(p_cloud_name, p_observations, p_observed_at, p_source, p_run_id);
    v_gone := media_sync.confirm_gone(
        p_cloud_name,
        array(
            select wanted.asset_id
            from unnest(p_asset_ids) as wanted (asset_id)
            where wanted.asset_id not in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
        ),
        p_observed_at, p_source, p_run_id
    );
    -- Assets that have no row and no existence need no answer any more.
    delete from media_sync.refresh_queue
    where cloud_name = p_cloud_name and asset_id = any (p_asset_ids) and requested_at <= p_observed_at;
    delete from media_sync.run_missing where run_id = p_run_id and asset_id = any (p_asset_ids);
    return v_applied || jsonb_build_object('gone', v_gone, 'now', clock_timestamp());
end;
$$;
comment on function public.sync_settle_look_up(text, text[], jsonb, timestamptz, text, uuid) is
    'Settles a batched look-up: what it showed is merged, what was asked for and not shown is gone. Returns { outcomes, gone, now }.';
revoke all on function public.sync_settle_look_up(text, text[], jsonb, timestamptz, text, uuid) from public, anon, authenticated;
grant execute on function public.sync_settle_look_up(text, text[], jsonb, timestamptz, text, uuid) to service_role;

create function public.sync_allow_mass_delete(p_run_id uuid, p_user_id uuid, p_source text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_run media_sync.runs;
begin
    select * into v_run from media_sync.runs where id = p_run_id for update;
    if v_run.id is null or v_run.status <> 'blocked' then
        return null;
    end if;
    update media_sync.runs
    set status = 'running', allowed_at = clock_timestamp(), finished_at = null, touched_at = clock_timestamp()
    where id = p_run_id;
    insert into public.media_sync_log (operation, status, source, run_id, user_id, changes)
    values ('run', 'success', p_source, p_run_id, p_user_id, jsonb_build_object('allow_mass_delete', v_run.blocked_by));
    return media_sync.run_summary(p_run_id);
end;
$$;
comment on function public.sync_allow_mass_delete(uuid, uuid, text) is
    'Lets a blocked run go on, once, and logs who allowed it. Null when the run is not blocked.';
revoke all on function public.sync_allow_mass_delete(uuid, uuid, text) from public, anon, authenticated;
grant execute on function public.sync_allow_mass_delete(uuid, uuid, text) to service_role;
