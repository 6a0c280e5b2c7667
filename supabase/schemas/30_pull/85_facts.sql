-- Nothing untold: a walk of the search index, and after it details of single assets, for the facts that listings do not tell.
--
-- What is still to be asked stands on the rows. The walk takes the first that waits, searches for what was created from then
-- on, and finds up to 500 neighbours with it; so it passes over what is told, and wherever it dies, a page is all that it repeats.

create or replace function media_sync.awaiting_search(p_cloud_name text, p_until timestamptz)
returns timestamptz
language plpgsql
stable
set search_path = ''
-- It walks an index, however many rows wait.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
begin
    return (
        select date_trunc('second', created_at)
        from public.media_assets
        where facts_source = 'search'
            and facts_not_before <= p_until
            and (facts_tries = 0 or facts_not_before <= (select clock_timestamp()))
            and deleted_at is null
            and in_scope
            and cloud_name = p_cloud_name
        order by facts_not_before, created_at
        limit 1
    );
end;
$$;
comment on function media_sync.awaiting_search(text, timestamptz) is
    'When the asset was created of which a search is to tell facts next, in whole seconds; null: none waits. p_until: the latest facts_not_before; where a search was in vain the present holds.';
revoke all on function media_sync.awaiting_search(text, timestamptz) from public, anon, authenticated;

create or replace function media_sync.awaiting_details(p_cloud_name text, p_until timestamptz, p_limit integer)
returns text[]
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
set enable_bitmapscan = off
as $$
begin
    return array(
        select asset_id
        from public.media_assets
        where facts_source = 'detail'
            and facts_not_before <= p_until
            and deleted_at is null
            and in_scope
            and cloud_name = p_cloud_name
        order by facts_not_before, created_at
        limit p_limit
    );
end;
$$;
comment on function media_sync.awaiting_details(text, timestamptz, integer) is
    'Assets whose details are to tell facts next. p_until: the latest facts_not_before.';
revoke all on function media_sync.awaiting_details(text, timestamptz, integer) from public, anon, authenticated;

create or replace function media_sync.next_details(p_cloud_name text, p_until timestamptz, p_limit integer)
returns text[]
language plpgsql
set search_path = ''
as $$
declare
    v_vain constant text[] := media_sync.vain_facts(p_cloud_name);
    v_waiting text[];
    v_futile text[];
begin
    for v_round in 1 .. 5 loop
        v_waiting := media_sync.awaiting_details(p_cloud_name, p_until, greatest(p_limit, 1000));
        v_futile := array(
            select waiting.asset_id
            from unnest(v_waiting) as waiting (asset_id)
            cross join lateral (
                select asset from public.media_assets as asset
                where asset.cloud_name = p_cloud_name and asset.asset_id = waiting.asset_id
                limit 1
            ) as known
            where media_sync.facts_source(known.asset, 'search', v_vain) is null
        );
        exit when v_futile = '{}';
        -- By now it is known that no detail tells what they lack.
        perform media_sync.tell_facts(
            p_cloud_name, (select jsonb_agg(jsonb_build_object('asset_id', futile.asset_id)) from unnest(v_futile) as futile (asset_id)), 'detail'
        );
    end loop;
    return array(select unnest(v_waiting) except select unnest(v_futile) limit p_limit);
end;
$$;
comment on function media_sync.next_details(text, timestamptz, integer) is
    'awaiting_details() without those of which no detail would tell what they lack: they wait no more.';
revoke all on function media_sync.next_details(text, timestamptz, integer) from public, anon, authenticated;

create or replace function media_sync.facts_are_due(p_cloud_name text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
    v_budget constant jsonb := media_sync.call_budget(p_cloud_name);
    v_now constant timestamptz := clock_timestamp();
    v_pause constant interval := (select incremental_interval from media_sync.settings);
    v_full constant timestamptz := (media_sync.latest_run(p_cloud_name, 'full', 'completed')).finished_at;
begin
    if v_budget ->> 'blocked_until' is not null or (v_budget ->> 'spare_calls')::bigint <= 0
        -- What failed is tried again, but not at every tick.
        or (media_sync.latest_run(p_cloud_name, 'facts', 'failed')).finished_at > v_now - interval '10 minutes'
    then
        return false;
    end if;
    if exists (select from media_sync.runs where cloud_name = p_cloud_name and status = 'running' and kind = 'facts') then
        return true;
    end if;
    -- Nobody waits for facts: after the first complete pull they keep the pause that pulls of changes keep. Ticks come a
    -- little early.
    if v_full is null
        or greatest(v_full, (media_sync.latest_run(p_cloud_name, 'facts', 'completed')).finished_at)
            > v_now - v_pause + interval '5 seconds'
    then
        return false;
    end if;
    return media_sync.awaiting_search(p_cloud_name, v_now) is not null
        or media_sync.awaiting_details(p_cloud_name, v_now, 1) <> '{}';
end;
$$;
comment on function media_sync.facts_are_due(text) is 'Whether the next call of sync asks for facts that listings do not tell: some wait, and the quota has calls to spare.';
revoke all on function media_sync.facts_are_due(text) from public, anon, authenticated;

create or replace function media_sync.untold_progress()
returns jsonb
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
as $$
declare
    v_search bigint;
    v_detail bigint;
    v_total constant bigint := (select sum(total_assets) from media_sync.statistics);
begin
    -- Beyond a hundred thousand of each nobody waits for the last one to be counted.
    select count(*) into v_search
    from (select from public.media_assets where facts_source = 'search' and deleted_at is null and in_scope limit 100000) as waiting;
    select count(*) into v_detail
    from (select from public.media_assets where facts_source = 'detail' and deleted_at is null and in_scope limit 100000) as waiting;
    return jsonb_build_object(
        'search', v_search,
        'detail', v_detail,
        'is_exact', v_search < 100000 and v_detail < 100000,
        'percent', case
            when v_search + v_detail = 0 then 100
            else greatest(0, least(99, floor(100.0 * (v_total - v_search - v_detail) / greatest(v_total, 1))))
        end
    );
end;
$$;
comment on function media_sync.untold_progress() is
    'Of how many assets facts are still to be asked for: { search, detail, is_exact (false: at least so many), percent (of the library, whose facts are here as far as Cloudinary tells them) }.';
revoke all on function media_sync.untold_progress() from public, anon, authenticated;
