-- Leases: which worker is pushing a row, for how long, and how many have died of it.

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
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    v_ids uuid[];
begin
    v_ids := array(
        select asset.id
        from media_sync.push_leases as lease
        join public.media_assets as asset on asset.id = lease.media_asset_id
        where lease.claims >= 5
            and lease.leased_until < (select clock_timestamp())
            and asset.sync_status = 'pending'
            and asset.cloud_name = p_cloud_name
        order by asset.asset_id
        for no key update of asset skip locked
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

create or replace function media_sync.lease_pending(p_ids uuid[], p_worker uuid, p_now timestamptz, p_lease_seconds integer)
returns setof public.media_assets
language plpgsql
set search_path = ''
set enable_seqscan = off
as $$
begin
    return query
    with free as materialized (
        -- As they are once they are locked, not as they were when this began.
        select asset as locked
        from public.media_assets as asset
        where asset.id = any (p_ids) and asset.sync_status = 'pending'
        order by asset.asset_id
        for no key update skip locked
    ),
    leased as (
        insert into media_sync.push_leases as lease (media_asset_id, lease_token, leased_until)
        select (locked).id, p_worker, p_now + make_interval(secs => p_lease_seconds) from free
        on conflict (media_asset_id) do update
        set lease_token = excluded.lease_token, leased_until = excluded.leased_until, claims = lease.claims + 1
        -- Judged by the lease as it is now: another worker may have taken the row since this began.
        where lease.leased_until < p_now
        returning lease.media_asset_id
    )
    select (free.locked).* from free join leased on leased.media_asset_id = (free.locked).id;
end;
$$;
comment on function media_sync.lease_pending(uuid[], uuid, timestamptz, integer) is 'Leases those of these rows to a worker that are pending and that no other is pushing.';
revoke all on function media_sync.lease_pending(uuid[], uuid, timestamptz, integer) from public, anon, authenticated;
