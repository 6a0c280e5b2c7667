-- The guard before deletions by absence that no sweep has judged: look-ups of the refresh queue and of pushes.

create or replace function media_sync.count_live(p_cloud_name text, p_resource_types text[], p_absent bigint)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
    v_percent constant numeric := (select delete_guard_percent from media_sync.settings);
begin
    -- Of a million none is counted beyond those that suffice: it would be most of what beginning a sweep costs.
    return (
        select count(*)
        from (
            select
            from public.media_assets
            where cloud_name = p_cloud_name
                and deleted_at is null
                and (p_resource_types is null or resource_type = any (p_resource_types))
            limit least(ceil(p_absent * 100.0 / nullif(v_percent, 0)), 1e15)::bigint
        ) as counted
    );
end;
$$;
comment on function media_sync.count_live(text, text[], bigint) is
    'How many assets live here, of these resource types (null: all): all of them, or as many as make so many absent ones a share that may go. p_absent null: all.';
revoke all on function media_sync.count_live(text, text[], bigint) from public, anon, authenticated;

create or replace function media_sync.recent_absences(p_cloud_name text)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
    -- What somebody allowed does not count against what comes after it.
    return (
        select count(*)
        from (
            select log.operation, log.direction, log.run_id
            from public.media_sync_log as log
            where log.created_at > (select clock_timestamp()) - interval '1 hour'
            order by log.created_at desc
            limit 20000
        ) as latest
        left join media_sync.runs as run on run.id = latest.run_id
        where latest.operation = 'delete' and latest.direction = 'pull' and run.allowed_at is null
            and coalesce(run.cloud_name, p_cloud_name) = p_cloud_name
    );
end;
$$;
comment on function media_sync.recent_absences(text) is 'How many assets were deleted within the hour because Cloudinary denied them.';
revoke all on function media_sync.recent_absences(text) from public, anon, authenticated;

create or replace function media_sync.block_absences(
    p_cloud_name text,
    p_asset_ids text[],
    p_blocked_by jsonb,
    p_source text
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_run_id uuid;
begin
    -- Cloudinary may deny them ten at a time: one run gathers them, as long as health tells of it.
    select run.id into v_run_id
    from media_sync.runs as run
    where run.cloud_name = p_cloud_name
        and run.kind = 'refresh'
        and run.status = 'blocked'
        and run.id in (select unsettled.id from media_sync.unsettled_runs() as unsettled)
    order by run.started_at desc
    limit 1
    for update of run;
    if v_run_id is null then
        insert into media_sync.runs (kind, cloud_name, source) values ('refresh', p_cloud_name, p_source) returning id into v_run_id;
    end if;
    insert into media_sync.run_absences (run_id, asset_id)
    select v_run_id, unnest(p_asset_ids)
    on conflict do nothing;
    update media_sync.runs
    set
        blocked_by = p_blocked_by || jsonb_build_object(
            'absent', (select count(*) from media_sync.run_absences where run_id = v_run_id)
        ),
        touched_at = clock_timestamp()
    where id = v_run_id;
    perform public.media_sync_finish_run(v_run_id, 'blocked');
end;
$$;
comment on function media_sync.block_absences(text, text[], jsonb, text) is
    'Keeps absent assets for a blocked run: once it is allowed they are looked up again, and let go of if Cloudinary still denies them.';
revoke all on function media_sync.block_absences(text, text[], jsonb, text) from public, anon, authenticated;

create or replace function media_sync.guard_absences(p_cloud_name text, p_asset_ids text[], p_source text, p_run_id uuid)
returns text[]
language plpgsql
set search_path = ''
as $$
declare
    v_settings media_sync.settings;
    v_live text[];
    v_recent bigint;
    v_known bigint;
begin
    v_live := array(
        select asset_id from public.media_assets
        where cloud_name = p_cloud_name and asset_id = any (p_asset_ids) and deleted_at is null
    );
    -- A sweep has asked the guard already; what somebody allowed needs no other word.
    if v_live = '{}' or exists (
        select from media_sync.runs where id = p_run_id and (kind in ('full', 'partial') or allowed_at is not null)
    ) then
        return p_asset_ids;
    end if;
    select * into strict v_settings from media_sync.settings;
    v_recent := cardinality(v_live) + media_sync.recent_absences(p_cloud_name);
    if v_recent < greatest(v_settings.delete_guard_minimum, 1) then
        return p_asset_ids;
    end if;
    v_known := v_recent - cardinality(v_live) + media_sync.count_live(p_cloud_name, null, v_recent);
    if v_recent <= v_known * v_settings.delete_guard_percent / 100.0 then
        return p_asset_ids;
    end if;
    perform media_sync.block_absences(
        p_cloud_name, v_live,
        jsonb_build_object(
            'reason', 'mass_delete', 'live', v_known,
            'limit_percent', v_settings.delete_guard_percent, 'minimum', v_settings.delete_guard_minimum
        ),
        p_source
    );
    return array(select unnest(p_asset_ids) except select unnest(v_live));
end;
$$;
comment on function media_sync.guard_absences(text, text[], text, uuid) is
    'Of assets that Cloudinary denied those that may be let go of: all, or, when too many were denied within the hour, only those that are deleted here anyway; the others wait for a blocked run to be allowed.';
revoke all on function media_sync.guard_absences(text, text[], text, uuid) from public, anon, authenticated;
