-- What answers tell of facts is stored together with what is to be asked next.

create or replace function media_sync.store_found_facts(
    p_cloud_name text,
    p_shard media_sync.run_cursors,
    p_observations jsonb,
    p_next_cursor text,
    p_until timestamptz
)
returns media_sync.run_cursors
language plpgsql
set search_path = ''
-- Rows are looked up by an index, however few the table had when this was planned.
set enable_seqscan = off
as $$
declare
    -- Of the last second of a page there may be more on the next.
    v_reach constant timestamptz := case when p_next_cursor is null then 'infinity' else (
        select coalesce(max(date_trunc('second', (element ->> 'created_at')::timestamptz)), 'infinity')
        from jsonb_array_elements(p_observations) as element
    ) end;
    v_unshown jsonb;
begin
    -- What was created within the page's reach and is not on it, the index does not show yet, or not any more.
    select coalesce(jsonb_agg(jsonb_build_object('asset_id', waiting.asset_id)), '[]') into v_unshown
    from (
        select asset.asset_id
        from public.media_assets as asset
        where asset.facts_source = 'search'
            and asset.facts_not_before <= p_until
            and (asset.facts_tries = 0 or asset.facts_not_before <= (select clock_timestamp()))
            and asset.deleted_at is null
            and asset.in_scope
            and asset.cloud_name = p_cloud_name
            and asset.created_at >= p_shard.created_from
            and asset.created_at < v_reach
            and asset.asset_id not in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
        order by asset.facts_not_before, asset.created_at
        limit 1000
    ) as waiting;
    p_shard.updated_items := p_shard.updated_items
        + media_sync.tell_facts(p_cloud_name, p_observations || v_unshown, 'search');
    p_shard.cursor := case when v_reach <= p_shard.created_from then p_next_cursor end;
    p_shard.pages := p_shard.pages + 1;
    p_shard.seen := p_shard.seen + jsonb_array_length(p_observations);
    return p_shard;
end;
$$;
comment on function media_sync.store_found_facts(text, media_sync.run_cursors, jsonb, text, timestamptz) is
    'Takes the facts of a page of the search index: what was created from the shard''s created_from on, in that order. Returns the shard as it is then; its cursor is null where the next search may begin anew.';
revoke all on function media_sync.store_found_facts(text, media_sync.run_cursors, jsonb, text, timestamptz)
    from public, anon, authenticated;

create or replace function media_sync.store_detailed_facts(
    p_cloud_name text,
    p_shard media_sync.run_cursors,
    p_observations jsonb,
    p_asset_ids text[]
)
returns media_sync.run_cursors
language plpgsql
set search_path = ''
as $$
declare
    v_denied constant text[] := array(
        select unnest(p_asset_ids) except select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element
    );
    v_changed text[];
begin
    perform media_sync.lock_observed(p_cloud_name, p_observations, v_denied);
    insert into media_sync.detail_facts as known (cloud_name, resource_type, fact, asked, told)
    select p_cloud_name, (observed.asset).resource_type, fact, count(*), count(observed.observation ->> fact)
    from media_sync.observed_assets(p_cloud_name, p_observations) as observed
    cross join lateral unnest(media_sync.untold_facts(observed.asset)) as fact
    where (observed.asset).id is not null and fact in ('etag', 'original_filename', 'duration')
    group by (observed.asset).resource_type, fact
    order by (observed.asset).resource_type, fact
    on conflict (cloud_name, resource_type, fact) do update
    set asked = known.asked + excluded.asked, told = known.told + excluded.told;

    p_shard.updated_items := p_shard.updated_items + media_sync.tell_facts(
        p_cloud_name,
        p_observations || (
            select coalesce(jsonb_agg(jsonb_build_object('asset_id', denied.asset_id)), '[]') from unnest(v_denied) as denied (asset_id)
        ),
        'detail'
    );
    -- Whether it was changed, or is gone, is for a look-up to say and for the merge to judge.
    select array_agg(observed.asset_id) into v_changed
    from media_sync.observed_assets(p_cloud_name, p_observations) as observed
    where (observed.asset).id is not null and not media_sync.shows_base(observed.asset, observed.observation);
    perform media_sync.queue_refresh(p_cloud_name, coalesce(v_changed, '{}') || v_denied, 'changed, says its detail');
    p_shard.seen := p_shard.seen + cardinality(p_asset_ids);
    return p_shard;
end;
$$;
comment on function media_sync.store_detailed_facts(text, media_sync.run_cursors, jsonb, text[]) is
    'Takes the facts of assets'' details, and learns which facts details tell. p_asset_ids: those that were asked for. Returns the shard as it is then.';
revoke all on function media_sync.store_detailed_facts(text, media_sync.run_cursors, jsonb, text[]) from public, anon, authenticated;

create or replace function public.media_sync_continue_facts(
    p_run_id uuid,
    p_worker uuid,
    p_lease_seconds integer,
    p_traffic jsonb,
    p_limit integer,
    p_at_once boolean default false,
    p_asked text default null,
    p_observations jsonb default '[]',
    p_asset_ids text[] default '{}',
    p_next_cursor text default null,
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
    v_until constant timestamptz := case when p_at_once then 'infinity' else clock_timestamp() end;
    v_from timestamptz;
    v_details text[];
begin
    select * into v_run from media_sync.runs where id = p_run_id;
    select * into v_shard from media_sync.run_cursors where run_id = p_run_id and shard = 'search' for update;
    if v_run.status is distinct from 'running' or v_shard.status is distinct from 'pending' or v_shard.lease_token is distinct from p_worker then
        return jsonb_build_object('stored', false, 'now', clock_timestamp());
    end if;
    if p_asked = 'search' then
        v_shard := media_sync.store_found_facts(v_run.cloud_name, v_shard, p_observations, p_next_cursor, v_until);
    elsif p_asked = 'detail' then
        v_shard := media_sync.store_detailed_facts(v_run.cloud_name, v_shard, p_observations, p_asset_ids);
    end if;
    update media_sync.settings set search_refuses = p_refused where search_refuses <> p_refused;

    v_from := media_sync.awaiting_search(v_run.cloud_name, v_until);
    -- More were created within one second than a page holds: only the cursor leads to the others.
    if v_from is distinct from v_shard.created_from then
        v_shard.cursor := null;
    end if;
    v_shard.created_from := v_from;
    v_details := media_sync.next_details(v_run.cloud_name, v_until, p_limit);
    update media_sync.run_cursors
    set
        created_from = v_shard.created_from,
        cursor = v_shard.cursor,
        pages = v_shard.pages,
        seen = v_shard.seen,
        updated_items = v_shard.updated_items,
        status = case when v_from is null and v_details = '{}' then 'completed' else 'pending' end,
        leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
    where run_id = p_run_id and shard = 'search';
    perform media_sync.record_traffic(v_run.cloud_name, p_run_id, p_traffic);
    return jsonb_build_object(
        'stored', true,
        'search', case when v_from is not null then jsonb_build_object('created_from', v_from, 'cursor', v_shard.cursor) end,
        'details', v_details,
        'budget', media_sync.call_budget(v_run.cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_continue_facts(uuid, uuid, integer, jsonb, integer, boolean, text, jsonb, text[], text, text[]) is
    'Takes facts that an answer tells, and says what to ask next. p_asked: search (a page of what was created since the time that was told last, with p_next_cursor and p_refused) or detail (of p_asset_ids); null: nothing yet. p_limit: details at most; p_at_once: also those that are to wait a while, unless a search for them was in vain. Returns { stored, search: { created_from, cursor }, details: [ asset_id ], budget, now }; with neither, all is asked. stored is false when the worker no longer holds the run: nothing was written.';
revoke all on function public.media_sync_continue_facts(uuid, uuid, integer, jsonb, integer, boolean, text, jsonb, text[], text, text[])
    from public, anon, authenticated;
grant execute on function public.media_sync_continue_facts(uuid, uuid, integer, jsonb, integer, boolean, text, jsonb, text[], text, text[])
    to service_role;
