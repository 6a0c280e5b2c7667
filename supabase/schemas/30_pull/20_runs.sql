-- Runs: starting, joining, reporting and ending them.

create or replace function media_sync.run_summary(p_run_id uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
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
    where run.id = p_run_id;
$$;
comment on function media_sync.run_summary(uuid) is 'A run as the API shows it, with the database''s time in now; null for an unknown id.';
revoke all on function media_sync.run_summary(uuid) from public, anon, authenticated;

create or replace function public.media_sync_start_run(p_request jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_run media_sync.runs;
begin
    -- Calls that overlap join the run that is open instead of starting another.
    insert into media_sync.runs (kind, cloud_name, source, options, user_id, expected)
    values (
        p_request ->> 'kind', p_request ->> 'cloud_name', p_request ->> 'source', coalesce(p_request -> 'options', '{}'),
        (p_request ->> 'user_id')::uuid, (p_request ->> 'expected')::bigint
    )
    on conflict (cloud_name, kind) where status = 'running' and kind in ('full', 'incremental') do nothing
    returning * into v_run;

    if v_run.id is null then
        select * into strict v_run
        from media_sync.runs
        where cloud_name = p_request ->> 'cloud_name' and kind = p_request ->> 'kind' and status = 'running';
        return media_sync.run_summary(v_run.id) || jsonb_build_object('joined', true);
    end if;

    insert into media_sync.run_cursors (run_id, shard, resource_type, type, created_from, created_until)
    select v_run.id, shard, resource_type, type, created_from, created_until
    from jsonb_to_recordset(coalesce(p_request -> 'shards', '[]')) as wanted (
        shard text, resource_type text, type text, created_from timestamptz, created_until timestamptz
    );
    return media_sync.run_summary(v_run.id) || jsonb_build_object('joined', false);
end;
$$;
comment on function public.media_sync_start_run(jsonb) is
    'Starts a run, or joins the open one of its kind: { kind, cloud_name, source, options, user_id, expected, shards: [ { shard, resource_type, type, created_from, created_until } ] }. Returns the run, with joined.';
revoke all on function public.media_sync_start_run(jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_start_run(jsonb) to service_role;

create or replace function public.media_sync_get_run(p_run_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select media_sync.run_summary(p_run_id);
$$;
comment on function public.media_sync_get_run(uuid) is 'One run, or null.';
revoke all on function public.media_sync_get_run(uuid) from public, anon, authenticated;
grant execute on function public.media_sync_get_run(uuid) to service_role;

create or replace function public.media_sync_report_error(p_run_id uuid, p_error jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
    update media_sync.runs
    set
        error_count = error_count + 1,
        errors = case when jsonb_array_length(errors) < 50 then errors || p_error else errors end,
        touched_at = clock_timestamp()
    where id = p_run_id;
$$;
comment on function public.media_sync_report_error(uuid, jsonb) is 'Adds { public_id, code, message } to the run''s errors; the first 50 are kept, all are counted.';
revoke all on function public.media_sync_report_error(uuid, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_report_error(uuid, jsonb) to service_role;

create or replace function public.media_sync_finish_run(p_run_id uuid, p_status text default 'completed')
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_run media_sync.runs;
begin
    select * into v_run from media_sync.runs where id = p_run_id for update;
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
        if p_status <> 'blocked' then
            delete from media_sync.run_pages where run_id = p_run_id;
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
comment on function public.media_sync_finish_run(uuid, text) is 'Ends a run as completed, failed or blocked and logs it; a run with open shards stays running. Ending it twice changes nothing.';
revoke all on function public.media_sync_finish_run(uuid, text) from public, anon, authenticated;
grant execute on function public.media_sync_finish_run(uuid, text) to service_role;
