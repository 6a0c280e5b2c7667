-- The refresh queue: assets of which something was heard, and whose true state is fetched by batched look-ups.

create function media_sync.backoff(p_attempts integer, p_cap interval, p_random double precision)
returns interval
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- exp(1), exp(2), … seconds, of which the second half is left to chance so that rows spread out.
    select least(make_interval(secs => exp(least(p_attempts, 10))), p_cap) * (0.5 + p_random / 2);
$$;
comment on function media_sync.backoff(integer, interval, double precision) is 'Pause before the next attempt: exponential, capped, with jitter from a number in [0, 1).';
revoke all on function media_sync.backoff(integer, interval, double precision) from public, anon, authenticated;

create function public.sync_claim_refresh(p_cloud_name text, p_worker uuid, p_limit integer, p_lease_seconds integer)
returns jsonb
language sql
security definer
set search_path = ''
as $$
    with due as (
        select cloud_name, asset_id
        from media_sync.refresh_queue
        where cloud_name = p_cloud_name
            and not_before <= clock_timestamp()
            and (leased_until is null or leased_until < clock_timestamp())
        order by not_before, requested_at
        limit p_limit
        for update skip locked
    ),
    claimed as (
        update media_sync.refresh_queue as entry
        set
            lease_token = p_worker,
            leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds),
            attempts = entry.attempts + 1,
            -- Should the look-up fail, the entry waits longer each time; success deletes it.
            not_before = clock_timestamp() + media_sync.backoff(entry.attempts + 1, interval '10 minutes', random())
        from due
        where entry.cloud_name = due.cloud_name and entry.asset_id = due.asset_id
        returning entry.asset_id
    )
    select jsonb_build_object(
        'asset_ids', coalesce((select jsonb_agg(asset_id) from claimed), '[]'),
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    );
$$;
comment on function public.sync_claim_refresh(text, uuid, integer, integer) is 'Leases queued look-ups to a worker: { asset_ids, budget, now }. sync_settle_look_up() takes them off the queue.';
revoke all on function public.sync_claim_refresh(text, uuid, integer, integer) from public, anon, authenticated;
grant execute on function public.sync_claim_refresh(text, uuid, integer, integer) to service_role;

create function public.sync_release_refresh(p_cloud_name text, p_worker uuid)
returns void
language sql
security definer
set search_path = ''
as $$
    update media_sync.refresh_queue
    set lease_token = null, leased_until = null, not_before = '-infinity', attempts = greatest(attempts - 1, 0)
    where cloud_name = p_cloud_name and lease_token = p_worker;
$$;
comment on function public.sync_release_refresh(text, uuid) is 'Gives claimed look-ups back that were not made.';
revoke all on function public.sync_release_refresh(text, uuid) from public, anon, authenticated;
grant execute on function public.sync_release_refresh(text, uuid) to service_role;

create function public.sync_store_search_page(
    p_run_id uuid,
    p_worker uuid,
    p_cursor text,
    p_next_cursor text,
    p_observations jsonb,
    p_traffic jsonb,
    p_lease_seconds integer
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_run media_sync.runs;
    v_shard media_sync.run_cursors;
    v_include text[];
    v_changed text[];
begin
    select * into v_run from media_sync.runs where id = p_run_id;
    select * into v_shard from media_sync.run_cursors where run_id = p_run_id and shard = 'search' for update;
    if v_run.status is distinct from 'running'
        or v_shard.status is distinct from 'pending'
        or v_shard.lease_token is distinct from p_worker
        or v_shard.cursor is distinct from p_cursor
    then
        return jsonb_build_object('stored', false, 'now', clock_timestamp());
    end if;
    select include_folders into v_include from media_sync.settings;

    -- The search index lags, so that its word is only a hint: what differs from it is looked up, nothing is merged.
    select array_agg(observed.asset_id) into v_changed
    from media_sync.observed_assets(v_run.cloud_name, p_observations) as observed
    where case
        when (observed.asset).id is null
            then media_sync.in_scope(coalesce(observed.observation ->> 'folder', ''), v_include)
        else (observed.asset).deleted_at is not null
            or media_sync.observed_fields((observed.asset).base, observed.observation) <> (observed.asset).base
            -- Search tells facts that look-ups do not: they would differ again after every look-up, at every tick.
            or media_sync.content_changes(
                observed.asset, media_sync.observed_content(observed.asset, observed.observation)
            ) is not null
    end;
    perform media_sync.queue_refresh(v_run.cloud_name, coalesce(v_changed, '{}'), 'changed, says the search index');

    update media_sync.run_cursors
    set
        cursor = p_next_cursor,
        status = case when p_next_cursor is null then 'completed' else 'pending' end,
        pages = pages + 1,
        seen = seen + jsonb_array_length(p_observations),
        unchanged_items = unchanged_items + jsonb_array_length(p_observations) - cardinality(coalesce(v_changed, '{}')),
        lease_token = case when p_next_cursor is null then null else lease_token end,
        leased_until = case
            when p_next_cursor is null then null
            else clock_timestamp() + make_interval(secs => p_lease_seconds)
        end
    where run_id = p_run_id and shard = 'search';
    perform media_sync.record_traffic(v_run.cloud_name, p_run_id, p_traffic);
    return jsonb_build_object(
        'stored', true,
        'queued', cardinality(coalesce(v_changed, '{}')),
        'budget', media_sync.call_budget(v_run.cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.sync_store_search_page(uuid, uuid, text, text, jsonb, jsonb, integer) is
    'Compares a page of search results with the rows, queues what differs for a look-up and moves the cursor. Returns { stored, queued, budget, now }.';
revoke all on function public.sync_store_search_page(uuid, uuid, text, text, jsonb, jsonb, integer) from public, anon, authenticated;
grant execute on function public.sync_store_search_page(uuid, uuid, text, text, jsonb, jsonb, integer) to service_role;

create function public.sync_queue_folder(p_cloud_name text, p_folder text)
returns integer
language sql
security definer
set search_path = ''
as $$
    select media_sync.queue_refresh(
        p_cloud_name,
        array(
            select asset_id
            from public.media_assets
            where cloud_name = p_cloud_name
                and deleted_at is null
                and (folder = p_folder or folder like regexp_replace(p_folder, '([\\%_])', '\\\1', 'g') || '/%')
        ),
        'the folder is synced'
    );
$$;
comment on function public.sync_queue_folder(text, text) is 'Asks for the true state of the assets in a folder and below it.';
revoke all on function public.sync_queue_folder(text, text) from public, anon, authenticated;
grant execute on function public.sync_queue_folder(text, text) to service_role;
