-- Pages: a listing is stored page by page, each together with its checkpoint.

create or replace function media_sync.rows_of(p_cloud_name text, p_asset_ids text[])
returns uuid[]
language plpgsql
stable
set search_path = ''
as $$
begin
    return array(
        select known.id
        from unnest(p_asset_ids) as named (asset_id)
        cross join lateral (
            select asset.id
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name and asset.asset_id = named.asset_id
            limit 1
        ) as known
    );
end;
$$;
comment on function media_sync.rows_of(text, text[]) is 'The rows of these assets, as far as they have one.';
revoke all on function media_sync.rows_of(text, text[]) from public, anon, authenticated;

create or replace function public.media_sync_store_page(
    p_run_id uuid,
    p_shard text,
    p_worker uuid,
    p_observed_at timestamptz,
    p_observations jsonb,
    p_traffic jsonb,
    p_lease_seconds integer,
    p_cursor text default null,
    p_next_cursor text default null,
    p_goes_on boolean default false
)
returns jsonb
language plpgsql
security definer
set search_path = ''
-- A page of 500 needs well under a second; the limit of the API role is meant for people's queries.
set statement_timeout = '60s'
as $$
declare
    v_run media_sync.runs;
    v_shard media_sync.run_cursors;
    v_count record;
    v_next jsonb;
begin
    select * into v_run from media_sync.runs where id = p_run_id;
    select * into v_shard from media_sync.run_cursors where run_id = p_run_id and shard = p_shard for update;
    -- Whoever lost the lease, or repeats a page, must not move the checkpoint.
    if v_run.status is distinct from 'running'
        or v_shard.status is distinct from 'pending'
        or v_shard.lease_token is distinct from p_worker
        or v_shard.cursor is distinct from p_cursor
    then
        return jsonb_build_object('stored', false, 'now', clock_timestamp());
    end if;

    select
        count(*) as seen,
        count(*) filter (where outcome = 'inserted') as inserted,
        count(*) filter (where outcome in ('updated', 'restored')) as updated,
        count(*) filter (where outcome in ('unchanged', 'stale', 'out_of_scope')) as unchanged,
        coalesce(sum(conflict_count), 0) as conflicts,
        coalesce(array_agg(media_asset_id) filter (where media_asset_id is not null), '{}')
            -- What was set aside or is out of scope may have a row too, and is there.
            || media_sync.rows_of(v_run.cloud_name, array_agg(asset_id) filter (where media_asset_id is null)) as rows
    into v_count
    from media_sync.merge_observations(
        v_run.cloud_name, p_observations, p_observed_at, v_run.source, p_run_id,
        jsonb_build_object('force', coalesce(v_run.options -> 'force', 'false'), 'listed', true)
    );

    insert into media_sync.run_pages (run_id, shard, page, media_asset_ids, observed_at)
    values (p_run_id, p_shard, v_shard.pages + 1, v_count.rows, p_observed_at);

    update media_sync.run_cursors
    set
        cursor = case when p_goes_on then cursor else p_next_cursor end,
        status = case when p_next_cursor is null and not p_goes_on then 'completed' else 'pending' end,
        pages = pages + 1,
        seen = seen + v_count.seen,
        synced_items = synced_items + v_count.inserted,
        updated_items = updated_items + v_count.updated,
        unchanged_items = unchanged_items + v_count.unchanged,
        conflicts = conflicts + v_count.conflicts,
        lease_token = case when p_next_cursor is null and not p_goes_on then null else lease_token end,
        leased_until = case
            when p_next_cursor is null and not p_goes_on then null
            else clock_timestamp() + make_interval(secs => p_lease_seconds)
        end
    where run_id = p_run_id and shard = p_shard;
    if p_next_cursor is null and not p_goes_on then
        v_next := media_sync.claim_shard(p_run_id, p_worker, p_lease_seconds);
    end if;

    -- Last, because all workers share these rows.
    perform media_sync.record_traffic(v_run.cloud_name, p_run_id, p_traffic);
    return jsonb_build_object(
        'stored', true,
        'shard', v_next,
        'budget', media_sync.call_budget(v_run.cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_store_page(uuid, text, uuid, timestamptz, jsonb, jsonb, integer, text, text, boolean) is
    'Merges one page and moves the shard''s cursor, in one transaction, and renews the lease. p_cursor is the cursor that the page was asked with; it stays where p_goes_on says that more of the page follows. After the last page (p_next_cursor is null) the worker is leased another shard, if one is free. Returns { stored, shard, budget, now }; stored is false when the worker no longer holds the shard at that cursor: nothing was written.';
revoke all on function public.media_sync_store_page(uuid, text, uuid, timestamptz, jsonb, jsonb, integer, text, text, boolean)
    from public, anon, authenticated;
grant execute on function public.media_sync_store_page(uuid, text, uuid, timestamptz, jsonb, jsonb, integer, text, text, boolean)
    to service_role;

create or replace function public.media_sync_restart_shard(p_run_id uuid, p_shard text, p_worker uuid)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
    update media_sync.run_cursors
    set cursor = null, pages = 0, seen = 0, synced_items = 0, updated_items = 0, unchanged_items = 0, conflicts = 0,
        restarts = restarts + 1
    where run_id = p_run_id and shard = p_shard and lease_token = p_worker and status = 'pending';
    if not found then
        return false;
    end if;
    -- A partial pass proves nothing about absence.
    delete from media_sync.run_pages where run_id = p_run_id and shard = p_shard;
    return true;
end;
$$;
comment on function public.media_sync_restart_shard(uuid, text, uuid) is 'Sends a shard back to its first page, because Cloudinary refused its cursor. False when the worker no longer holds it.';
revoke all on function public.media_sync_restart_shard(uuid, text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_restart_shard(uuid, text, uuid) to service_role;
