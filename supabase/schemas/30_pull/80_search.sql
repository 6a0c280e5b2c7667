-- The incremental pull: the search index names assets that look changed.

create or replace function media_sync.untold_metadata(p_asset public.media_assets, p_observation jsonb)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    select case
        when not p_observation ? 'metadata'
            and p_observation -> 'last_updated' ->> 'metadata_updated_at'
                is distinct from p_asset.last_updated ->> 'metadata_updated_at'
            then p_observation -> 'last_updated' ->> 'metadata_updated_at'
    end;
$$;
comment on function media_sync.untold_metadata(public.media_assets, jsonb) is
    'Where a search may not tell metadata: the time at which it changed, if that is another than the row knows; else null.';
revoke all on function media_sync.untold_metadata(public.media_assets, jsonb) from public, anon, authenticated;

create or replace function public.media_sync_store_search_page(
    p_run_id uuid,
    p_worker uuid,
    p_observations jsonb,
    p_traffic jsonb,
    p_lease_seconds integer,
    p_cursor text default null,
    p_next_cursor text default null,
    p_total bigint default null,
    p_refused text[] default null
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
    v_now constant timestamptz := clock_timestamp();
    v_since timestamptz;
    v_next_cursor text := p_next_cursor;
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
        -- It cannot be stored: after a while a look-up may show it healed.
        when observed.observation ? 'unstorable' or exists (
            select from media_sync.quarantine as aside
            where aside.cloud_name = v_run.cloud_name and aside.asset_id = observed.asset_id
        ) then not exists (
            select from media_sync.quarantine as aside
            where aside.cloud_name = v_run.cloud_name
                and aside.asset_id = observed.asset_id
                and aside.seen_at > v_now - interval '10 minutes'
        )
        when (observed.asset).id is null
            then media_sync.in_scope(coalesce(observed.observation ->> 'folder', ''), v_include)
        else (observed.asset).deleted_at is not null
            or media_sync.observed_fields((observed.asset).base, observed.observation) <> (observed.asset).base
            -- Search tells facts that look-ups do not: they would differ again after every look-up, at every tick.
            or media_sync.content_changes(
                observed.asset, media_sync.observed_content(observed.asset, observed.observation)
            ) is not null
            or media_sync.untold_metadata(observed.asset, observed.observation) is not null
    end;
    -- All at once: what gets facts alone is no order to lock the others after.
    if v_changed is not null then
        perform media_sync.lock_observed(v_run.cloud_name, p_observations);
    end if;
    -- Facts are taken all the same, of the version that the row has; by their times what is queued now is not queued again.
    perform media_sync.tell_facts(v_run.cloud_name, p_observations);
    perform media_sync.queue_seen(v_run.cloud_name, p_observations, coalesce(v_changed, '{}'), 'changed, says the search index');

    if v_run.options ? 'changed_since' then
        v_since := (v_run.options ->> 'changed_since')::timestamptz;
        if media_sync.remember_hits(v_run.cloud_name, p_observations, v_since, p_total, v_run.started_at) then
            v_next_cursor := null;
        end if;
        if v_next_cursor is null then
            -- Others look back farther than this one may do.
            perform media_sync.forget_hits(
                v_run.cloud_name, '{}',
                least(v_since, v_run.started_at - (select 2 * incremental_overlap from media_sync.settings))
            );
        end if;
    end if;
    update media_sync.settings set search_refuses = p_refused where search_refuses <> p_refused;

    update media_sync.run_cursors
    set
        cursor = v_next_cursor,
        status = case when v_next_cursor is null then 'completed' else 'pending' end,
        pages = pages + 1,
        seen = seen + jsonb_array_length(p_observations),
        unchanged_items = unchanged_items + jsonb_array_length(p_observations) - cardinality(coalesce(v_changed, '{}')),
        lease_token = case when v_next_cursor is null then null else lease_token end,
        leased_until = case
            when v_next_cursor is null then null
            else clock_timestamp() + make_interval(secs => p_lease_seconds)
        end
    where run_id = p_run_id and shard = 'search';
    perform media_sync.record_traffic(v_run.cloud_name, p_run_id, p_traffic);
    return jsonb_build_object(
        'stored', true,
        'queued', cardinality(coalesce(v_changed, '{}')),
        'next_cursor', v_next_cursor,
        'budget', media_sync.call_budget(v_run.cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_store_search_page(uuid, uuid, jsonb, jsonb, integer, text, text, bigint, text[]) is
    'Compares a page of search results with the rows, queues what differs for a look-up and moves the cursor. p_total: how many assets the search finds; p_refused: what it may not tell. Returns { stored, queued, next_cursor (null: nothing on the other pages is news), budget, now }.';
revoke all on function public.media_sync_store_search_page(uuid, uuid, jsonb, jsonb, integer, text, text, bigint, text[])
    from public, anon, authenticated;
grant execute on function public.media_sync_store_search_page(uuid, uuid, jsonb, jsonb, integer, text, text, bigint, text[])
    to service_role;
