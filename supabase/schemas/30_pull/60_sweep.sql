-- The sweep: an asset that a completed listing did not show is looked up by its asset_id, and only what Cloudinary itself
-- denies is deleted here.

create or replace function media_sync.unseen_rows(p_run media_sync.runs)
returns uuid[]
language plpgsql
stable
set search_path = ''
-- The planner cannot know how many rows the pages hold; compared one by one, a million would take hours.
set enable_nestloop = off
set enable_mergejoin = off
set work_mem = '64MB'
as $$
declare
    v_window record;
    v_unseen uuid[] := '{}'::uuid[];
begin
    -- Window by window, as it was listed: sixteen small comparisons stay within the processor's cache, and take half as long
    -- as a large one. The first begins before all time here and the last has no end, so that no row falls between them.
    for v_window in
        select
            case when row_number() over (order by created_from) = 1 then '-infinity' else created_from end as begins,
            coalesce(lead(created_from) over (order by created_from), 'infinity') as ends,
            shards, types
        from (
            select coalesce(created_from, '-infinity') as created_from, array_agg(shard) as shards, array_agg(resource_type) as types
            from media_sync.run_cursors
            where run_id = p_run.id and resource_type is not null
            group by 1
        ) as windows
    loop
        -- Each is answered by an index alone: a table of a million rows is not read. What else counts is asked of the few
        -- that are left.
        if p_run.kind = 'full' then
            v_unseen := v_unseen || array(
                select asset.id
                from public.media_assets as asset
                where asset.created_at >= v_window.begins
                    and asset.created_at < v_window.ends
                    and asset.deleted_at is null
                    and not exists (
                        select from (
                            select unnest(media_asset_ids) as id
                            from media_sync.run_pages
                            where run_id = p_run.id and shard = any (v_window.shards)
                        ) as seen
                        where seen.id = asset.id
                    )
            );
        else
            v_unseen := v_unseen || array(
                select asset.id
                from public.media_assets as asset
                where asset.resource_type = any (v_window.types)
                    and asset.created_at >= v_window.begins
                    and asset.created_at < v_window.ends
                    and not exists (
                        select from (
                            select unnest(media_asset_ids) as id
                            from media_sync.run_pages
                            where run_id = p_run.id and shard = any (v_window.shards)
                        ) as seen
                        where seen.id = asset.id
                    )
            );
        end if;
    end loop;
    return v_unseen;
end;
$$;
comment on function media_sync.unseen_rows(media_sync.runs) is
    'Rows that a complete listing did not show. Among them may be such as it need not have shown: of other libraries, of other resource types, deleted ones.';
revoke all on function media_sync.unseen_rows(media_sync.runs) from public, anon, authenticated;

create or replace function media_sync.note_absences(p_run media_sync.runs)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    -- A run may lie still for hours between its start and its listing: what was seen meanwhile is listed or absent too.
    v_listed_since constant timestamptz := (select min(observed_at) from media_sync.run_pages where run_id = p_run.id);
    -- Not within the statement: to estimate it the planner would do all of it once more.
    v_unseen constant uuid[] := media_sync.unseen_rows(p_run);
begin
    insert into media_sync.run_absences (run_id, asset_id)
    select p_run.id, absent.asset_id
    from unnest(v_unseen) as unseen (id)
    cross join lateral (
        select asset.asset_id
        from public.media_assets as asset
        where asset.id = unseen.id
            and asset.cloud_name = p_run.cloud_name
            and asset.deleted_at is null
            and asset.observed_at < coalesce(v_listed_since, p_run.started_at)
            and asset.resource_type in (select resource_type from media_sync.run_cursors where run_id = p_run.id)
        limit 1
    ) as absent
    on conflict do nothing;
    return (select count(*) from media_sync.run_absences where run_id = p_run.id);
end;
$$;
comment on function media_sync.note_absences(media_sync.runs) is 'Notes the assets that a complete listing did not show. Returns how many.';
revoke all on function media_sync.note_absences(media_sync.runs) from public, anon, authenticated;

create or replace function media_sync.guard_deletions(p_run media_sync.runs, p_absent bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_settings media_sync.settings;
    v_seen bigint;
    v_live bigint;
    v_reason text;
begin
    if p_absent = 0 or p_run.allowed_at is not null then
        return null;
    end if;
    select * into strict v_settings from media_sync.settings;
    select coalesce(sum(seen), 0) into v_seen from media_sync.run_cursors where run_id = p_run.id;
    -- So few may always go.
    if v_seen > 0 and p_absent < v_settings.delete_guard_minimum then
        return null;
    end if;
    v_live := media_sync.count_live(
        p_run.cloud_name,
        array(select resource_type from media_sync.run_cursors where run_id = p_run.id),
        case when v_seen > 0 then p_absent end
    );
    v_reason := case
        when v_seen = 0 then 'empty_listing'
        when p_absent >= v_settings.delete_guard_minimum
            and p_absent > v_live * v_settings.delete_guard_percent / 100.0 then 'mass_delete'
    end;
    return case when v_reason is not null then jsonb_build_object(
        'reason', v_reason, 'absent', p_absent, 'live', v_live,
        'limit_percent', v_settings.delete_guard_percent, 'minimum', v_settings.delete_guard_minimum
    ) end;
end;
$$;
comment on function media_sync.guard_deletions(media_sync.runs, bigint) is
    'Why so many absent assets must not be looked up and deleted before someone allows it: { reason: mass_delete | empty_listing, absent, live, limit_percent, minimum }; or null.';
revoke all on function media_sync.guard_deletions(media_sync.runs, bigint) from public, anon, authenticated;

create or replace function media_sync.sweep_state(p_run_id uuid, p_limit integer)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_asset_ids constant text[] := array(
        select asset_id from media_sync.run_absences where run_id = p_run_id order by asset_id limit p_limit
    );
begin
    return jsonb_build_object(
        'asset_ids', to_jsonb(v_asset_ids),
        'run', case
            when v_asset_ids = '{}' then public.media_sync_finish_run(p_run_id, 'completed')
            else media_sync.run_summary(p_run_id)
        end,
        'budget', (select media_sync.call_budget(cloud_name) from media_sync.runs where id = p_run_id),
        'now', clock_timestamp()
    );
end;
$$;
comment on function media_sync.sweep_state(uuid, integer) is
    'The next absent assets that are to be looked up; where none is left, the run ends as completed: { asset_ids, run, budget, now }.';
revoke all on function media_sync.sweep_state(uuid, integer) from public, anon, authenticated;

create or replace function public.media_sync_begin_sweep(p_run_id uuid, p_limit integer)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_run media_sync.runs;
    v_blocked_by jsonb;
begin
    select * into strict v_run from media_sync.runs where id = p_run_id for update;
    -- Ended by another worker, or by a call whose answer was lost. And only a complete listing says anything about absence.
    if v_run.status <> 'running'
        or v_run.options ? 'folder'
        or exists (select from media_sync.run_cursors where run_id = p_run_id and status <> 'completed')
    then
        return jsonb_build_object(
            'asset_ids', '[]'::jsonb, 'run', media_sync.run_summary(p_run_id),
            'budget', media_sync.call_budget(v_run.cloud_name), 'now', clock_timestamp()
        );
    end if;
    v_blocked_by := media_sync.guard_deletions(v_run, media_sync.note_absences(v_run));
    if v_blocked_by is null then
        return media_sync.sweep_state(p_run_id, p_limit);
    end if;
    update media_sync.runs set blocked_by = v_blocked_by where id = p_run_id;
    return jsonb_build_object(
        'asset_ids', '[]'::jsonb, 'run', public.media_sync_finish_run(p_run_id, 'blocked'),
        'budget', media_sync.call_budget(v_run.cloud_name), 'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_begin_sweep(uuid, integer) is
    'After a listing: notes the assets that it did not show and asks the guard. Returns { asset_ids (the first that are to be looked up), run (ended where nothing is absent, blocked where too much is, running and without asset_ids where the listing is not complete), budget, now }. Nothing is deleted here.';
revoke all on function public.media_sync_begin_sweep(uuid, integer) from public, anon, authenticated;
grant execute on function public.media_sync_begin_sweep(uuid, integer) to service_role;

create or replace function public.media_sync_settle_absences(
    p_run_id uuid,
    p_asset_ids text[],
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_limit integer,
    p_traffic jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_cloud_name text;
begin
    select cloud_name into strict v_cloud_name from media_sync.runs where id = p_run_id;
    perform public.media_sync_settle_look_up(v_cloud_name, p_asset_ids, p_observations, p_observed_at, p_source, p_run_id);
    delete from media_sync.run_absences where run_id = p_run_id and asset_id = any (p_asset_ids);
    perform media_sync.record_traffic(v_cloud_name, p_run_id, p_traffic);
    return media_sync.sweep_state(p_run_id, p_limit);
end;
$$;
comment on function public.media_sync_settle_absences(uuid, text[], jsonb, timestamptz, text, integer, jsonb) is
    'Settles the look-up of assets that a listing did not show: what Cloudinary denied is deleted. Returns { asset_ids (the next ones), run (ended where none is left), budget, now }.';
revoke all on function public.media_sync_settle_absences(uuid, text[], jsonb, timestamptz, text, integer, jsonb)
    from public, anon, authenticated;
grant execute on function public.media_sync_settle_absences(uuid, text[], jsonb, timestamptz, text, integer, jsonb) to service_role;

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
    if v_run.kind = 'scope' then
        update media_sync.settings set include_folders = wanted_folders, wanted_folders = null where wanted_folders is not null;
    else
        update media_sync.runs
        set status = 'running', allowed_at = clock_timestamp(), finished_at = null, touched_at = clock_timestamp()
        where id = p_run_id;
    end if;
    insert into public.media_sync_log (operation, status, source, run_id, user_id, changes)
    values ('run', 'success', p_source, p_run_id, p_user_id, jsonb_build_object('allow_mass_delete', v_run.blocked_by));
    return media_sync.run_summary(p_run_id);
end;
$$;
comment on function public.media_sync_allow_mass_delete(uuid, text, uuid) is
    'Lets a blocked run go on, once, and logs who allowed it. Null when the run is not blocked.';
revoke all on function public.media_sync_allow_mass_delete(uuid, text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_allow_mass_delete(uuid, text, uuid) to service_role;
