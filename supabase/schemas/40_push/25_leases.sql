-- Leases: which rows are free to be pushed, which worker is pushing a row, for how long, and how many have died of it.

create or replace function media_sync.end_leases(p_ids uuid[], p_worker uuid default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
    delete from media_sync.push_leases where media_asset_id = any (p_ids) and (p_worker is null or lease_token = p_worker);
end;
$$;
comment on function media_sync.end_leases(uuid[], uuid) is
    'Rows are no longer being pushed, and what was claimed of them was settled. p_worker: only where it is his. The caller holds the rows'' locks.';
revoke all on function media_sync.end_leases(uuid[], uuid) from public, anon, authenticated;

create or replace function media_sync.give_up_deadly(p_cloud_name text)
returns void
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
as $$
declare
    v_deadly constant uuid[] := array(
        select media_asset_id from media_sync.push_leases where claims >= 5 and leased_until < (select clock_timestamp())
    );
    v_ids uuid[];
begin
    -- As nearly always: what waits is not gone through to find that workers died of none of it.
    if v_deadly = '{}' then
        return;
    end if;
    v_ids := array(
        select asset.id
        from public.media_assets as asset
        where asset.id = any (v_deadly) and asset.sync_status = 'pending' and asset.cloud_name = p_cloud_name
        order by asset.asset_id
        for no key update skip locked
    );
    update public.media_assets
    set
        sync_status = 'error',
        sync_error = 'Five workers ended while they pushed this row. Retry it; if they end again, make its fields smaller first.'
    where id = any (v_ids);
    perform media_sync.end_leases(v_ids);
end;
$$;
comment on function media_sync.give_up_deadly(text) is 'Rows of which workers died again and again rest in error.';
revoke all on function media_sync.give_up_deadly(text) from public, anon, authenticated;

create or replace function media_sync.rows_to_push(p_cloud_name text, p_limit integer, p_ids uuid[], p_now timestamptz)
returns table (id uuid, bytes bigint, is_renamed boolean)
language plpgsql
stable
set search_path = ''
-- It walks an index in its order until it has as many as it may take: however many wait, the others are not read.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    v_found integer;
begin
    -- Whoever asks for certain rows wants them now; the pause is for the background.
    if p_ids is not null then
        return query
        select
            asset.id,
            media_sync.row_bytes(asset.context, asset.metadata, asset.tags),
            asset.public_id <> asset.base ->> 'public_id'
        from public.media_assets as asset
        where asset.id = any (p_ids)
            and asset.sync_status is not distinct from 'pending'
            and asset.cloud_name = p_cloud_name
            and not coalesce(
                (select leased_until >= p_now or claims >= 2 from media_sync.push_leases where media_asset_id = asset.id), false
            )
        order by asset.next_attempt_at nulls first, asset.id
        limit p_limit;
        return;
    end if;
    -- Two ranges of the index, so that those that pause are not read.
    return query
    select
        asset.id,
        media_sync.row_bytes(asset.context, asset.metadata, asset.tags),
        asset.public_id <> asset.base ->> 'public_id'
    from public.media_assets as asset
    where asset.sync_status = 'pending'
        and asset.next_attempt_at is null
        and asset.cloud_name = p_cloud_name
        and not coalesce(
            (select leased_until >= p_now or claims >= 2 from media_sync.push_leases where media_asset_id = asset.id), false
        )
    order by asset.next_attempt_at nulls first
    limit p_limit;
    get diagnostics v_found = row_count;
    return query
    select
        asset.id,
        media_sync.row_bytes(asset.context, asset.metadata, asset.tags),
        asset.public_id <> asset.base ->> 'public_id'
    from public.media_assets as asset
    where asset.sync_status = 'pending'
        and asset.next_attempt_at <= p_now
        and asset.cloud_name = p_cloud_name
        and not coalesce(
            (select leased_until >= p_now or claims >= 2 from media_sync.push_leases where media_asset_id = asset.id), false
        )
    order by asset.next_attempt_at nulls first
    limit p_limit - v_found;
end;
$$;
comment on function media_sync.rows_to_push(text, integer, uuid[], timestamptz) is
    'Pending rows that no worker holds and of which no two have died, those that wait the longest first, with what they weigh and whether they are renamed. p_ids: of these, without a pause.';
revoke all on function media_sync.rows_to_push(text, integer, uuid[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.lease_pending(p_ids uuid[], p_worker uuid, p_now timestamptz, p_lease_seconds integer)
returns setof public.media_assets
language plpgsql
set search_path = ''
set enable_seqscan = off
-- A plan that a session keeps expects a row or two: a thousand would be compared with each of a thousand.
set enable_nestloop = off
as $$
begin
    return query
    with free as materialized (
        -- As they are once they are locked, not as they were when this began. Found by their ids: the index of all that is
        -- pending would be read from end to end.
        select asset.*
        from public.media_assets as asset
        where asset.id = any (p_ids) and asset.sync_status is not distinct from 'pending'
        order by asset.asset_id
        for no key update skip locked
    ),
    leased as (
        insert into media_sync.push_leases as lease (media_asset_id, lease_token, leased_until)
        select id, p_worker, p_now + make_interval(secs => p_lease_seconds) from free
        on conflict (media_asset_id) do update
        set lease_token = excluded.lease_token, leased_until = excluded.leased_until, claims = lease.claims + 1
        -- Judged by the lease as it is now: another worker may have taken the row since this began.
        where lease.leased_until < p_now
        returning lease.media_asset_id
    )
    select free.* from free join leased on leased.media_asset_id = free.id;
end;
$$;
comment on function media_sync.lease_pending(uuid[], uuid, timestamptz, integer) is 'Leases those of these rows to a worker that are pending and that no other is pushing.';
revoke all on function media_sync.lease_pending(uuid[], uuid, timestamptz, integer) from public, anon, authenticated;
