-- Look-ups: merging what the answers to single requests showed.

create or replace function public.media_sync_apply_observations(
    p_cloud_name text,
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null,
    p_created_by uuid default null,
    p_traffic jsonb default '{}'
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_outcomes jsonb;
    -- Only for whom a name was signed while nobody had it has uploaded it; any other claim is dropped.
    v_created_by constant uuid := case
        when media_sync.uploaded_by(p_cloud_name, p_observations -> 0 ->> 'public_id', p_created_by) then p_created_by
    end;
begin
    -- Not called `outcome`: that would name the column of that name, not the row.
    select coalesce(jsonb_agg(to_jsonb(merged)), '[]') into v_outcomes
    from media_sync.merge_observations(
        p_cloud_name, p_observations, p_observed_at, p_source, p_run_id,
        jsonb_build_object('stamp', true, 'created_by', v_created_by)
    ) as merged;

    -- The notification of an upload may have made the row before its uploader confirms it.
    if v_created_by is not null then
        update public.media_assets
        set created_by = v_created_by
        where cloud_name = p_cloud_name
            and asset_id in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
            and created_by is null;
    end if;

    if p_run_id is not null then
        update media_sync.runs as run
        set
            synced_items = run.synced_items + counted.inserted,
            updated_items = run.updated_items + counted.updated,
            unchanged_items = run.unchanged_items + counted.unchanged,
            conflicts = run.conflicts + counted.conflicts,
            erring_since = null,
            touched_at = clock_timestamp()
        from (
            select
                count(*) filter (where element ->> 'outcome' = 'inserted') as inserted,
                count(*) filter (where element ->> 'outcome' in ('updated', 'restored')) as updated,
                count(*) filter (where element ->> 'outcome' not in ('inserted', 'updated', 'restored')) as unchanged,
                coalesce(sum((element ->> 'conflict_count')::integer), 0) as conflicts
            from jsonb_array_elements(v_outcomes) as element
        ) as counted
        where run.id = p_run_id;
    end if;

    -- A request made before this answer's request began is settled by it, unless the row reflects something later.
    perform media_sync.forget_refresh(
        p_cloud_name,
        array(
            select element ->> 'asset_id'
            from jsonb_array_elements(v_outcomes) as element
            where element ->> 'outcome' not in ('stale', 'undecided')
        ),
        p_observed_at
    );

    perform media_sync.record_traffic(p_cloud_name, p_run_id, p_traffic);
    return jsonb_build_object('outcomes', v_outcomes, 'now', clock_timestamp());
end;
$$;
comment on function public.media_sync_apply_observations(text, jsonb, timestamptz, text, uuid, uuid, jsonb) is
    'Merges the answers of look-ups and writes. p_created_by: user of an upload. Returns { outcomes: [ { asset_id, media_asset_id, outcome, conflict_count } ], now }.';
revoke all on function public.media_sync_apply_observations(text, jsonb, timestamptz, text, uuid, uuid, jsonb)
    from public, anon, authenticated;
grant execute on function public.media_sync_apply_observations(text, jsonb, timestamptz, text, uuid, uuid, jsonb) to service_role;

create or replace function public.media_sync_find_assets(p_cloud_name text, p_name text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object(
        'assets', coalesce(jsonb_agg(jsonb_build_object('asset_id', asset_id, 'resource_type', resource_type, 'type', type)), '[]'),
        'now', clock_timestamp()
    )
    from public.media_assets
    where cloud_name = p_cloud_name and (asset_id = p_name or (public_id = p_name and deleted_at is null));
$$;
comment on function public.media_sync_find_assets(text, text) is 'The rows that an asset_id or public_id may mean: { assets: [ { asset_id, resource_type, type } ], now }.';
revoke all on function public.media_sync_find_assets(text, text) from public, anon, authenticated;
grant execute on function public.media_sync_find_assets(text, text) to service_role;
