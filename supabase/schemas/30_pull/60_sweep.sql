-- The sweep: an asset that a completed listing did not show is looked up by its asset_id, and only what Cloudinary itself
-- denies is deleted here.

create or replace function public.media_sync_begin_sweep(p_run_id uuid)
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
comment on function public.media_sync_begin_sweep(uuid) is
    'After a complete listing: notes the assets it did not show and asks the guard. Returns { status: clear | blocked | incomplete, missing, live?, reason?: mass_delete | empty_listing, now }. Nothing is deleted here.';
revoke all on function public.media_sync_begin_sweep(uuid) from public, anon, authenticated;
grant execute on function public.media_sync_begin_sweep(uuid) to service_role;

create or replace function public.media_sync_missing_assets(p_run_id uuid, p_limit integer)
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
comment on function public.media_sync_missing_assets(uuid, integer) is 'The next missing assets of a run to look up.';
revoke all on function public.media_sync_missing_assets(uuid, integer) from public, anon, authenticated;
grant execute on function public.media_sync_missing_assets(uuid, integer) to service_role;

create or replace function public.media_sync_allow_mass_delete(p_run_id uuid, p_source text, p_user_id uuid default null)
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
comment on function public.media_sync_allow_mass_delete(uuid, text, uuid) is
    'Lets a blocked run go on, once, and logs who allowed it. Null when the run is not blocked.';
revoke all on function public.media_sync_allow_mass_delete(uuid, text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_allow_mass_delete(uuid, text, uuid) to service_role;
