-- What is due: one question at the start of every call of `sync`.

create or replace function media_sync.latest_run(p_cloud_name text, p_kind text, p_status text)
returns media_sync.runs
language plpgsql
stable
set search_path = ''
-- Every tick asks this, a dozen times: it reads one entry of an index, however many runs a month has left.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    v_run media_sync.runs;
begin
    -- As a range of the whole key: where each column is only equal to something, the planner hopes to meet one soon that is
    -- of the kind, and walks all runs by their time where there is none.
    select ended.* into v_run
    from media_sync.runs as ended
    where status <> 'running' and (kind, status, cloud_name, started_at) <= (p_kind, p_status, p_cloud_name, 'infinity')
    order by kind desc, status desc, cloud_name desc, started_at desc
    limit 1;
    return case when v_run.kind = p_kind and v_run.status = p_status and v_run.cloud_name = p_cloud_name then v_run end;
end;
$$;
comment on function media_sync.latest_run(text, text, text) is
    'The run of a kind that started last and ended as completed, blocked or failed; all null for none. Runs of the kinds full and incremental follow each other.';
revoke all on function media_sync.latest_run(text, text, text) from public, anon, authenticated;

create or replace function media_sync.pull_since(p_cloud_name text)
returns timestamptz
language plpgsql
stable
set search_path = ''
set enable_seqscan = off
as $$
begin
    -- From the start of the last completed pull on, and a while before it, because the index lags. Five minutes do at most
    -- ticks, so that what is searched stays small and shows what was changed twice; every ten minutes all of the overlap.
    return (
        select date_trunc('second', latest.started_at - case
            when exists (
                select from media_sync.runs as run
                where run.cloud_name = p_cloud_name
                    and run.kind in ('full', 'incremental')
                    and run.status = 'completed'
                    and run.started_at > (select clock_timestamp()) - interval '10 minutes'
                    and (
                        run.kind = 'full'
                        or (run.options ->> 'changed_since')::timestamptz <= run.started_at - settings.incremental_overlap
                    )
            ) then least(settings.incremental_overlap, interval '5 minutes')
            else settings.incremental_overlap
        end)
        from media_sync.settings as settings
        cross join lateral (
            select greatest(
                (media_sync.latest_run(p_cloud_name, 'full', 'completed')).started_at,
                (media_sync.latest_run(p_cloud_name, 'incremental', 'completed')).started_at
            ) as started_at
        ) as latest
    );
end;
$$;
comment on function media_sync.pull_since(text) is
    'From which change on the next incremental pull searches; null before the first complete pull. Whole seconds: Cloudinary tells no others.';
revoke all on function media_sync.pull_since(text) from public, anon, authenticated;

create or replace function media_sync.full_is_due(p_cloud_name text, p_settings media_sync.settings)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
    v_latest constant timestamptz := greatest(
        (media_sync.latest_run(p_cloud_name, 'full', 'completed')).started_at,
        (media_sync.latest_run(p_cloud_name, 'full', 'blocked')).started_at
    );
begin
    return not (
        coalesce(
            v_latest > clock_timestamp() - p_settings.full_interval
            and (p_settings.full_requested_at is null or v_latest >= p_settings.full_requested_at),
            false
        )
        -- What failed is tried again, but not at every tick.
        or coalesce((media_sync.latest_run(p_cloud_name, 'full', 'failed')).finished_at > clock_timestamp() - interval '10 minutes', false)
    );
end;
$$;
comment on function media_sync.full_is_due(text, media_sync.settings) is 'Whether the next call of sync begins a full pull.';
revoke all on function media_sync.full_is_due(text, media_sync.settings) from public, anon, authenticated;

create or replace function media_sync.incremental_is_due(p_cloud_name text, p_settings media_sync.settings)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
    v_full constant timestamptz := (media_sync.latest_run(p_cloud_name, 'full', 'completed')).started_at;
begin
    return v_full is not null
        -- A tick that comes a moment early still counts as the next one.
        and greatest(
            v_full,
            (media_sync.latest_run(p_cloud_name, 'incremental', 'completed')).started_at,
            (media_sync.latest_run(p_cloud_name, 'full', 'failed')).started_at,
            (media_sync.latest_run(p_cloud_name, 'incremental', 'failed')).started_at
        ) <= clock_timestamp() - p_settings.incremental_interval + interval '5 seconds';
end;
$$;
comment on function media_sync.incremental_is_due(text, media_sync.settings) is 'Whether the next call of sync searches for what has changed; not before the first complete pull.';
revoke all on function media_sync.incremental_is_due(text, media_sync.settings) from public, anon, authenticated;

create or replace function public.media_sync_due(p_cloud_name text)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
    v_settings media_sync.settings;
begin
    select * into v_settings from media_sync.settings;
    if not found then
        return jsonb_build_object('repair_due', true, 'now', clock_timestamp());
    end if;
    return jsonb_build_object(
        'open_run', (
            select media_sync.run_summary(id)
            from media_sync.runs
            where cloud_name = p_cloud_name and status = 'running' and kind in ('full', 'partial')
            order by started_at
            limit 1
        ),
        'full_due', media_sync.full_is_due(p_cloud_name, v_settings),
        'incremental_due', media_sync.incremental_is_due(p_cloud_name, v_settings),
        'changed_since', media_sync.pull_since(p_cloud_name),
        'push_due', media_sync.push_is_due(p_cloud_name),
        'refresh_due', exists (
            select from media_sync.refresh_queue
            where cloud_name = p_cloud_name
                and not_before <= (select clock_timestamp())
                and (leased_until is null or leased_until < (select clock_timestamp()))
        ),
        'facts_due', media_sync.facts_are_due(p_cloud_name),
        'repair_due', media_sync.repair_is_due(),
        'folder_mode', v_settings.folder_mode,
        'search_refuses', v_settings.search_refuses,
        'conflict_policy', v_settings.conflict_policy,
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_due(text) is
    'What the next call of sync has to do: { open_run, full_due, incremental_due, changed_since, push_due, refresh_due, facts_due, repair_due, folder_mode, search_refuses, conflict_policy, budget, now }. Where the settings are lost, { repair_due, now } alone.';
revoke all on function public.media_sync_due(text) from public, anon, authenticated;
grant execute on function public.media_sync_due(text) to service_role;
