-- Runs: starting, joining, reporting and ending them.

create or replace function media_sync.run_summary(p_run_id uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'run_id', run.id,
            'kind', run.kind,
            'status', run.status,
            'source', run.source,
            'options', run.options,
            'synced_items', run.synced_items + shards.synced_items,
            'updated_items', run.updated_items + shards.updated_items,
            'deleted_items', run.deleted_items,
            'pushed_items', run.pushed_items,
            'unchanged_items', run.unchanged_items + shards.unchanged_items,
            'conflicts', run.conflicts + shards.conflicts,
            'errors', run.errors,
            'error_count', run.error_count,
            'blocked_by', run.blocked_by,
            'api_calls', run.api_calls,
            'duration_ms', round(extract(epoch from coalesce(run.finished_at, clock_timestamp()) - run.started_at) * 1000),
            'progress', jsonb_build_object(
                'seen', shards.seen,
                'expected', greatest(run.expected, shards.seen),
                'percent', case
                    when run.status = 'completed' then 100
                    when coalesce(run.expected, 0) = 0 then 0
                    -- A run is done when it says so, not when it has seen as many as were expected.
                    else least(99, floor(100.0 * shards.seen / run.expected))
                end
            ),
            'open_shards', shards.open,
            'started_at', run.started_at,
            'finished_at', run.finished_at,
            'now', clock_timestamp()
        )
        from media_sync.runs as run
        cross join lateral (
            select
                coalesce(sum(seen), 0) as seen,
                coalesce(sum(synced_items), 0) as synced_items,
                coalesce(sum(updated_items), 0) as updated_items,
                coalesce(sum(unchanged_items), 0) as unchanged_items,
                coalesce(sum(conflicts), 0) as conflicts,
                count(*) filter (where status <> 'completed') as open
            from media_sync.run_cursors
            where run_id = run.id
        ) as shards
        where run.id = p_run_id
    );
end;
$$;
comment on function media_sync.run_summary(uuid) is 'A run as the API shows it, with the database''s time in now; null for an unknown id.';
revoke all on function media_sync.run_summary(uuid) from public, anon, authenticated;

create or replace function media_sync.end_lost_runs()
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_run record;
    v_count integer := 0;
begin
    for v_run in
        select id
        from media_sync.runs
        where status = 'running'
            -- A pull keeps its checkpoint for the next tick; of the others nobody takes over the run, only its work.
            and touched_at < (select clock_timestamp()) - case
                when kind in ('full', 'partial', 'incremental', 'facts') then interval '1 day' else interval '10 minutes'
            end
        order by started_at
        for update skip locked
    loop
        update media_sync.runs
        set error_count = error_count + 1, errors = errors || jsonb_build_object(
            'code', 'worker_lost', 'message', 'The worker that ran it ended without a word; the next tick goes on with its work.'
        )
        where id = v_run.id;
        perform public.media_sync_finish_run(v_run.id, 'failed');
        v_count := v_count + 1;
    end loop;
    return v_count;
end;
$$;
comment on function media_sync.end_lost_runs() is 'Ends runs as failed whose worker was killed, with the reason. Returns how many.';
revoke all on function media_sync.end_lost_runs() from public, anon, authenticated;

create or replace function media_sync.note_progress()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    update media_sync.runs set erring_since = null where id = new.run_id and erring_since is not null;
    return null;
end;
$$;
comment on function media_sync.note_progress() is 'A run that gets on errs no more.';
revoke all on function media_sync.note_progress() from public, anon, authenticated;

create or replace trigger note_progress
    after update on media_sync.run_cursors
    for each row
    when (new.pages > old.pages or new.status <> old.status)
    execute function media_sync.note_progress();

create or replace function public.media_sync_start_run(
    p_cloud_name text,
    p_kind text,
    p_source text,
    p_worker uuid,
    p_lease_seconds integer,
    p_options jsonb default '{}',
    p_shards jsonb default '[]',
    p_user_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_run_id uuid;
begin
    -- Calls that overlap join the run that is open instead of starting another.
    insert into media_sync.runs (kind, cloud_name, source, options, user_id)
    values (p_kind, p_cloud_name, p_source, p_options, p_user_id)
    on conflict (cloud_name, kind) where status = 'running' and kind in ('full', 'incremental', 'facts') do nothing
    returning id into v_run_id;

    if v_run_id is null then
        select id into strict v_run_id
        from media_sync.runs
        where cloud_name = p_cloud_name and kind = p_kind and status = 'running';
    else
        perform media_sync.add_shards(v_run_id, p_shards);
        if p_options ? 'folder' then
            -- What the rows say is in it is looked up as well, so that what has left it comes to light.
            perform media_sync.queue_folder(p_cloud_name, p_options ->> 'folder');
        end if;
    end if;
    return jsonb_build_object(
        'run', media_sync.run_summary(v_run_id),
        'shard', media_sync.claim_shard(v_run_id, p_worker, p_lease_seconds),
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_start_run(text, text, text, uuid, integer, jsonb, jsonb, uuid) is
    'Starts a run, or joins the open one of its kind, and leases a shard of it to the worker. p_shards: [ { shard, resource_type, type, created_from, created_until } ]. Returns { run, shard (null: none is free), budget, now }.';
revoke all on function public.media_sync_start_run(text, text, text, uuid, integer, jsonb, jsonb, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_start_run(text, text, text, uuid, integer, jsonb, jsonb, uuid) to service_role;

create or replace function public.media_sync_pause_run(p_run_id uuid, p_worker uuid, p_traffic jsonb default '{}')
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform media_sync.leave_run(p_run_id, p_worker, p_traffic);
    return media_sync.run_summary(p_run_id);
end;
$$;
comment on function public.media_sync_pause_run(uuid, uuid, jsonb) is
    'Leaves a run for now: gives the worker''s shards back, so that the next call need not wait for their leases to end, and remembers its calls. Returns the run.';
revoke all on function public.media_sync_pause_run(uuid, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_pause_run(uuid, uuid, jsonb) to service_role;

create or replace function public.media_sync_report_error(
    p_run_id uuid,
    p_worker uuid,
    p_error jsonb,
    p_is_final boolean,
    p_traffic jsonb default '{}'
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    update media_sync.runs
    set
        error_count = error_count + 1,
        errors = case when jsonb_array_length(errors) < 50 then errors || p_error else errors end,
        erring_since = coalesce(erring_since, clock_timestamp()),
        touched_at = clock_timestamp()
    where id = p_run_id;
    perform media_sync.leave_run(p_run_id, p_worker, p_traffic);
    if p_is_final then
        perform public.media_sync_finish_run(p_run_id, 'failed');
    end if;
end;
$$;
comment on function public.media_sync_report_error(uuid, uuid, jsonb, boolean, jsonb) is
    'Leaves a run because of an error { public_id, code, message }: the first 50 are kept, all are counted. p_is_final: no later call can do better, and the run ends as failed.';
revoke all on function public.media_sync_report_error(uuid, uuid, jsonb, boolean, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_report_error(uuid, uuid, jsonb, boolean, jsonb) to service_role;

create or replace function public.media_sync_finish_run(
    p_run_id uuid,
    p_status text default 'completed',
    p_traffic jsonb default '{}'
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_run media_sync.runs;
begin
    select * into v_run from media_sync.runs where id = p_run_id for update;
    perform media_sync.record_traffic(v_run.cloud_name, p_run_id, p_traffic);
    if v_run.status = 'running' then
        -- A run that erred, or left a shard open, is never counted as complete.
        if p_status = 'completed' and exists (
            select from media_sync.run_cursors where run_id = p_run_id and status <> 'completed'
        ) then
            return media_sync.run_summary(p_run_id);
        end if;
        update media_sync.runs
        set status = p_status, finished_at = clock_timestamp(), touched_at = clock_timestamp()
        where id = p_run_id;
        -- What a whole listing did not show is no longer there to be set aside.
        if p_status = 'completed' and v_run.kind = 'full' then
            perform media_sync.let_back(
                v_run.cloud_name,
                array(
                    select asset_id from media_sync.quarantine
                    where cloud_name = v_run.cloud_name and seen_at < v_run.started_at
                ),
                v_run.source, p_run_id
            );
            -- A plan may have changed: what searches refused is asked for again.
            update media_sync.settings set search_refuses = '{}' where search_refuses <> '{}';
            perform media_sync.analyze_grown_tables();
        end if;
        if p_status <> 'blocked' then
            delete from media_sync.run_pages where run_id = p_run_id;
            delete from media_sync.run_absences where run_id = p_run_id;
        end if;
        insert into public.media_sync_log (
            operation, status, source, run_id, user_id, changes, error_code, error_message, processing_time_ms
        )
        select
            'run',
            case p_status when 'completed' then 'success' when 'blocked' then 'skipped' else 'error' end,
            v_run.source, p_run_id, v_run.user_id,
            summary - '{errors,now,options,open_shards,run_id,source,started_at,finished_at,progress}'::text[],
            summary -> 'errors' -> 0 ->> 'code',
            summary -> 'errors' -> 0 ->> 'message',
            (summary ->> 'duration_ms')::double precision
        from media_sync.run_summary(p_run_id) as summary;
    end if;
    return media_sync.run_summary(p_run_id);
end;
$$;
comment on function public.media_sync_finish_run(uuid, text, jsonb) is 'Ends a run as completed, failed or blocked and logs it; a run with open shards stays running. Ending it twice changes nothing. Returns the run.';
revoke all on function public.media_sync_finish_run(uuid, text, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_finish_run(uuid, text, jsonb) to service_role;
