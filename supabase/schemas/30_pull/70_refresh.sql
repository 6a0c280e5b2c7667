-- The refresh queue: assets of which something was heard, and whose true state is fetched by batched look-ups.

create or replace function media_sync.queue_refresh(
    p_cloud_name text,
    p_asset_ids text[],
    p_reason text,
    p_needs_detail boolean default false
)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_count integer;
begin
    if cardinality(p_asset_ids) = 0 then
        return 0;
    end if;
    -- The rows before the queue: whoever asks several times in a transaction asks in no order, but holds their locks.
    perform media_sync.lock_observed(p_cloud_name, '[]', p_asset_ids);
    with queued as (
        insert into media_sync.refresh_queue as entry (cloud_name, asset_id, reason, needs_detail)
        select p_cloud_name, asset_id, p_reason, p_needs_detail
        from (select distinct unnest(p_asset_ids) as asset_id) as wanted
        order by asset_id
        on conflict (cloud_name, asset_id) do update
        set requested_at = clock_timestamp(), reason = excluded.reason, attempts = 0, not_before = '-infinity',
            needs_detail = entry.needs_detail or excluded.needs_detail,
            -- What was shown before this request may be outdated.
            seen = null
        returning 1
    )
    select count(*)::integer into v_count from queued;
    return v_count;
end;
$$;
comment on function media_sync.queue_refresh(text, text[], text, boolean) is
    'Asks for the true state of assets; asking again moves the request to now. p_needs_detail: only the asset''s detail will do, which tells times.';
revoke all on function media_sync.queue_refresh(text, text[], text, boolean) from public, anon, authenticated;

create or replace function media_sync.queue_seen(p_cloud_name text, p_observations jsonb, p_asset_ids text[], p_reason text)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_count constant integer := media_sync.queue_refresh(p_cloud_name, p_asset_ids, p_reason);
begin
    if v_count > 0 then
        update media_sync.refresh_queue as entry
        set seen = shown.observation - 'extra'
        from (
            select element ->> 'asset_id' as asset_id, element as observation from jsonb_array_elements(p_observations) as element
        ) as shown
        where entry.cloud_name = p_cloud_name
            and entry.asset_id = shown.asset_id
            and entry.asset_id = any (p_asset_ids)
            and not shown.observation ? 'unstorable';
    end if;
    return v_count;
end;
$$;
comment on function media_sync.queue_seen(text, jsonb, text[], text) is 'queue_refresh() for assets that a search showed: what it told of them is kept for the look-up.';
revoke all on function media_sync.queue_seen(text, jsonb, text[], text) from public, anon, authenticated;

create or replace function media_sync.with_seen(p_cloud_name text, p_observations jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    if not exists (
        select from media_sync.refresh_queue as entry
        where entry.cloud_name = p_cloud_name
            and entry.asset_id in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
            and entry.seen is not null
    ) then
        return p_observations;
    end if;
    return (
        select jsonb_agg(media_sync.seen_facts(element, entry.seen) || element order by place)
        from jsonb_array_elements(p_observations) with ordinality as looked_up (element, place)
        left join media_sync.refresh_queue as entry
            on entry.cloud_name = p_cloud_name and entry.asset_id = element ->> 'asset_id'
    );
end;
$$;
comment on function media_sync.with_seen(text, jsonb) is 'The answers of look-ups, each with the facts that a search told of the same state before.';
revoke all on function media_sync.with_seen(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.forget_refresh(
    p_cloud_name text,
    p_asset_ids text[],
    p_observed_at timestamptz,
    p_reason text default null
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if cardinality(p_asset_ids) = 0 then
        return;
    end if;
    with answered as (
        select cloud_name, asset_id
        from media_sync.refresh_queue
        where cloud_name = p_cloud_name and asset_id = any (p_asset_ids) and requested_at <= p_observed_at
            and (p_reason is null or reason = p_reason)
        -- What another transaction holds is being asked for again, or claimed: one look-up more harms nobody.
        for update skip locked
    )
    delete from media_sync.refresh_queue as entry
    using answered
    where entry.cloud_name = answered.cloud_name and entry.asset_id = answered.asset_id;
end;
$$;
comment on function media_sync.forget_refresh(text, text[], timestamptz, text) is 'Takes look-ups off the queue that were asked for before the request that answered them; p_reason: only those asked for so.';
revoke all on function media_sync.forget_refresh(text, text[], timestamptz, text) from public, anon, authenticated;

create or replace function media_sync.queue_refresh_later(p_cloud_name text, p_asset_ids text[], p_reason text, p_delay interval)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_count integer;
begin
    if cardinality(p_asset_ids) = 0 then
        return 0;
    end if;
    with queued as (
        insert into media_sync.refresh_queue as entry (cloud_name, asset_id, reason, not_before)
        select p_cloud_name, asset_id, p_reason, clock_timestamp() + p_delay
        from (select distinct unnest(p_asset_ids) as asset_id) as wanted
        order by asset_id
        -- An earlier appointment stands.
        on conflict (cloud_name, asset_id) do update set requested_at = clock_timestamp(), seen = null
        returning 1
    )
    select count(*)::integer into v_count from queued;
    return v_count;
end;
$$;
comment on function media_sync.queue_refresh_later(text, text[], text, interval) is
    'Asks for the true state of assets after a while, so that many such wishes share one look-up. The caller holds the rows'' locks.';
revoke all on function media_sync.queue_refresh_later(text, text[], text, interval) from public, anon, authenticated;

create or replace function media_sync.queue_folder(p_cloud_name text, p_folder text)
returns integer
language sql
set search_path = ''
as $$
    select media_sync.queue_refresh(
        p_cloud_name,
        array(
            select asset_id
            from public.media_assets
            where cloud_name = p_cloud_name
                and deleted_at is null
                and (folder = p_folder or folder like media_sync.like_pattern(p_folder) || '/%')
        ),
        'the folder is synced'
    );
$$;
comment on function media_sync.queue_folder(text, text) is 'Asks for the true state of the assets in a folder and below it.';
revoke all on function media_sync.queue_folder(text, text) from public, anon, authenticated;

create or replace function public.media_sync_claim_refresh(p_cloud_name text, p_worker uuid, p_limit integer, p_lease_seconds integer)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_claimed jsonb;
begin
    with quiet as materialized (
        select exists (
            select from media_sync.refresh_queue
            where cloud_name = p_cloud_name
                and not_before <= (select clock_timestamp())
                and (leased_until is null or leased_until < (select clock_timestamp()))
                and attempts < 3
        ) as untried
    ),
    due as (
        select cloud_name, asset_id
        from media_sync.refresh_queue
        where cloud_name = p_cloud_name
            and not_before <= (select clock_timestamp())
            and (leased_until is null or leased_until < (select clock_timestamp()))
            -- A failure gives an entry back uncounted: what counts three attempts, three workers have died of, or of its
            -- neighbours. Such go after all others, a few at a time.
            and (attempts < 3 or not (select untried from quiet))
        order by not_before, requested_at
        limit case when (select untried from quiet) then p_limit else least(p_limit, 10) end
        for update skip locked
    ),
    weighed as (
        select
            due.cloud_name, due.asset_id,
            row_number() over (order by place) as place,
            sum(coalesce(known.bytes, 0)) over (order by place) as total
        from (select cloud_name, asset_id, row_number() over () as place from due) as due
        left join lateral (
            select media_sync.row_bytes(asset.context, asset.metadata, asset.tags) as bytes
            from public.media_assets as asset
            where asset.cloud_name = due.cloud_name and asset.asset_id = due.asset_id
            limit 1
        ) as known on true
    ),
    -- What a worker holds in memory is bounded, as far as it is known.
    taken as (
        select cloud_name, asset_id from weighed where place = 1 or total <= 20000000
    ),
    claimed as (
        update media_sync.refresh_queue as entry
        set
            lease_token = p_worker,
            leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds),
            attempts = entry.attempts + 1,
            -- Should the look-up fail, the entry waits longer each time; success deletes it.
            not_before = clock_timestamp() + media_sync.backoff(entry.attempts + 1, interval '10 minutes', random())
        from taken
        where entry.cloud_name = taken.cloud_name and entry.asset_id = taken.asset_id
        returning entry.asset_id, entry.needs_detail
    )
    select jsonb_build_object(
        'asset_ids', coalesce((select jsonb_agg(asset_id) from claimed where not needs_detail), '[]'),
        'detailed', coalesce((select jsonb_agg(asset_id) from claimed where needs_detail), '[]'),
        'more', (select count(*) from due) >= p_limit or (select count(*) from taken) < (select count(*) from due)
    )
    into v_claimed;
    return v_claimed || jsonb_build_object('budget', media_sync.call_budget(p_cloud_name), 'now', clock_timestamp());
end;
$$;
comment on function public.media_sync_claim_refresh(text, uuid, integer, integer) is 'Leases queued look-ups to a worker: { asset_ids, detailed (those whose detail is needed), more (another claim may find some), budget, now }. media_sync_settle_look_up() takes them off the queue.';
revoke all on function public.media_sync_claim_refresh(text, uuid, integer, integer) from public, anon, authenticated;
grant execute on function public.media_sync_claim_refresh(text, uuid, integer, integer) to service_role;

create or replace function public.media_sync_release_refresh(p_cloud_name text, p_worker uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    with held as (
        select cloud_name, asset_id
        from media_sync.refresh_queue
        where cloud_name = p_cloud_name and lease_token = p_worker
        -- What another transaction holds is being asked for again, and waits for the lease's end: no one waits here for
        -- somebody who holds a row of the library, with other entries in hand.
        for update skip locked
    )
    update media_sync.refresh_queue as entry
    set lease_token = null, leased_until = null, not_before = '-infinity', attempts = greatest(entry.attempts - 1, 0)
    from held
    where entry.cloud_name = held.cloud_name and entry.asset_id = held.asset_id;
end;
$$;
comment on function public.media_sync_release_refresh(text, uuid) is 'Gives claimed look-ups back that were not made.';
revoke all on function public.media_sync_release_refresh(text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_release_refresh(text, uuid) to service_role;
