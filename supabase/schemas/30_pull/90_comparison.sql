-- Looking without touching: what a reconcile would do (dry run), and where the two sides differ (verify).

create or replace function public.media_sync_plan_observations(p_cloud_name text, p_observations jsonb, p_observed_at timestamptz)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_marker constant uuid := gen_random_uuid();
    v_actions jsonb;
    v_tasks jsonb;
    v_unchanged bigint;
begin
    -- The plan is exact because it is made by doing it and taking it back.
    begin
        select count(*) filter (where outcome in ('unchanged', 'stale', 'out_of_scope')) into v_unchanged
        from media_sync.merge_observations(p_cloud_name, p_observations, p_observed_at, 'api', v_marker);

        select coalesce(jsonb_agg(jsonb_build_object(
            'direction', 'pull', 'action', operation, 'asset_id', asset_id, 'public_id', public_id,
            'resource_type', resource_type, 'changes', changes
        ) order by id), '[]')
        into v_actions
        from public.media_sync_log
        where run_id = v_marker;

        select coalesce(jsonb_agg(media_sync.push_task(asset) order by asset.asset_id), '[]') into v_tasks
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.sync_status = 'pending'
            and asset.in_scope
            and asset.asset_id in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element);

        raise exception using errcode = 'MS001';
    exception
        when sqlstate 'MS001' then null;
    end;
    return jsonb_build_object('actions', v_actions, 'tasks', v_tasks, 'unchanged', v_unchanged, 'now', clock_timestamp());
end;
$$;
comment on function public.media_sync_plan_observations(text, jsonb, timestamptz) is
    'What merging a page would do, without doing it: { actions, tasks (pushes that would follow), unchanged, now }.';
revoke all on function public.media_sync_plan_observations(text, jsonb, timestamptz) from public, anon, authenticated;
grant execute on function public.media_sync_plan_observations(text, jsonb, timestamptz) to service_role;

create or replace function public.media_sync_compare_page(p_cloud_name text, p_observations jsonb)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    -- Each is compared once, however many of the results ask for it.
    with compared as materialized (
        select
            observed.asset_id,
            observed.observation ->> 'public_id' as public_id,
            (observed.asset).id is null or (observed.asset).deleted_at is not null as absent,
            media_sync.in_scope(coalesce(observed.observation ->> 'folder', ''), settings.include_folders) as wanted,
            case when observed.observation ? 'unstorable' then '{quarantine}' else array(
                select key
                from jsonb_object_keys(coalesce(
                    media_sync.changed_fields(
                        media_sync.editable_fields(observed.asset),
                        media_sync.observed_fields(media_sync.editable_fields(observed.asset), observed.observation)
                    ), '{}'
                ) || coalesce(
                    media_sync.content_changes(observed.asset, media_sync.observed_content(observed.asset, observed.observation)), '{}'
                )) as key
                order by key
            ) end as fields
        from media_sync.observed_assets(p_cloud_name, p_observations) as observed
        cross join media_sync.settings as settings
    )
    select jsonb_build_object(
        'counted', count(*) filter (where wanted),
        'absent', coalesce(jsonb_agg(public_id order by public_id) filter (where wanted and absent), '[]'),
        'differing', coalesce(
            jsonb_agg(jsonb_build_object('public_id', public_id, 'fields', fields) order by public_id)
                filter (where wanted and not absent and cardinality(fields) > 0),
            '[]'
        ),
        'now', clock_timestamp()
    )
    from compared;
$$;
comment on function public.media_sync_compare_page(text, jsonb) is 'Where a page of observations and the rows differ: { counted, absent: [ public_id ], differing: [ { public_id, fields } ], now }.';
revoke all on function public.media_sync_compare_page(text, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_compare_page(text, jsonb) to service_role;

create or replace function public.media_sync_absent_assets(p_cloud_name text, p_seen text[], p_resource_types text[], p_limit integer)
returns jsonb
language sql
stable
security definer
set search_path = ''
set statement_timeout = '60s'
set enable_nestloop = off
set work_mem = '64MB'
as $$
    with absent as (
        select asset.asset_id, asset.public_id, asset.resource_type, asset.deleted_at
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.deleted_at is null
            and asset.in_scope
            and asset.resource_type = any (p_resource_types)
            and not exists (
                select from unnest(p_seen) as seen (asset_id) where seen.asset_id = asset.asset_id
            )
    )
    select jsonb_build_object(
        'count', (select count(*) from absent),
        'assets', coalesce(
            (
                select jsonb_agg(jsonb_build_object('asset_id', asset_id, 'public_id', public_id, 'resource_type', resource_type) order by public_id)
                from (select * from absent order by public_id limit p_limit) as first
            ),
            '[]'
        ),
        'live', (
            select count(*)
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name
                and asset.deleted_at is null
                and asset.in_scope
                and asset.resource_type = any (p_resource_types)
        ),
        'now', clock_timestamp()
    );
$$;
comment on function public.media_sync_absent_assets(text, text[], text[], integer) is 'Live rows that a listing did not show: { count, assets: [ { asset_id, public_id, resource_type } ], live, now }.';
revoke all on function public.media_sync_absent_assets(text, text[], text[], integer) from public, anon, authenticated;
grant execute on function public.media_sync_absent_assets(text, text[], text[], integer) to service_role;
