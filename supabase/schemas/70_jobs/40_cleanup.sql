-- Keeping what grows small: the log by status, and what is only of use for a while.
--
-- Rows go in batches that skip what others hold, and a call ends after a while: what is left goes next time.

create or replace function media_sync.delete_old_log(p_statuses text[], p_before timestamptz, p_batch integer, p_limit bigint)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_deleted bigint := 0;
    v_from timestamptz := timestamptz '-infinity';
    v_batch record;
begin
    while v_deleted < p_limit loop
        with old as materialized (
            select id, created_at
            from public.media_sync_log
            where created_at >= v_from
                and created_at < p_before
                and status = any (p_statuses)
                -- An open conflict holds a value that is nowhere else.
                and (status <> 'conflict' or resolved_at is not null)
            order by created_at
            limit least(p_batch, p_limit - v_deleted)
            for update skip locked
        ),
        deleted as (
            delete from public.media_sync_log as log using old where log.id = old.id
        )
        select count(*) as size, max(created_at) as last into v_batch from old;
        exit when v_batch.size = 0;
        v_deleted := v_deleted + v_batch.size;
        -- The next batch begins where this one ended, not at the rows that stay.
        v_from := v_batch.last;
    end loop;
    return v_deleted;
end;
$$;
comment on function media_sync.delete_old_log(text[], timestamptz, integer, bigint) is
    'Deletes log rows of these statuses from before a time, oldest first, in batches, at most p_limit of them; open conflicts never. Returns how many.';
revoke all on function media_sync.delete_old_log(text[], timestamptz, integer, bigint) from public, anon, authenticated;

create or replace function media_sync.delete_old_log_rows(p_batch integer, p_limit bigint)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_settings media_sync.settings;
    v_deleted bigint;
begin
    select * into strict v_settings from media_sync.settings;
    v_deleted := media_sync.delete_old_log(
        '{success,skipped,stale}', clock_timestamp() - v_settings.log_retention, p_batch, p_limit
    );
    v_deleted := v_deleted + media_sync.delete_old_log(
        '{error}', clock_timestamp() - v_settings.problem_log_retention, p_batch, p_limit - v_deleted
    );
    return v_deleted + media_sync.delete_old_log(
        '{conflict}', clock_timestamp() - v_settings.problem_log_retention, p_batch, p_limit - v_deleted
    );
end;
$$;
comment on function media_sync.delete_old_log_rows(integer, bigint) is
    'Deletes log rows whose time is over: settings.log_retention, for errors and decided conflicts settings.problem_log_retention. Returns how many.';
revoke all on function media_sync.delete_old_log_rows(integer, bigint) from public, anon, authenticated;

create or replace function media_sync.delete_old_events(p_before timestamptz, p_limit bigint)
returns bigint
language sql
set search_path = ''
as $$
    with old as materialized (
        select id
        from media_sync.webhook_events
        where received_at < p_before
        order by received_at
        limit p_limit
        for update skip locked
    ),
    deleted as (
        delete from media_sync.webhook_events as event using old where event.id = old.id returning 1
    )
    select count(*) from deleted;
$$;
comment on function media_sync.delete_old_events(timestamptz, bigint) is 'Deletes webhook events from before a time, oldest first, at most p_limit. Returns how many.';
revoke all on function media_sync.delete_old_events(timestamptz, bigint) from public, anon, authenticated;

create or replace function media_sync.delete_old_runs(p_before timestamptz, p_limit bigint)
returns bigint
language sql
set search_path = ''
as $$
    with old as materialized (
        select id
        from media_sync.runs as run
        where run.started_at < p_before
            and run.finished_at < p_before
            and run.status in ('completed', 'failed')
            -- What is due is counted from a library's last complete run of each kind.
            and (run.status <> 'completed' or exists (
                select from media_sync.runs as later
                where later.kind = run.kind
                    and later.cloud_name = run.cloud_name
                    and later.status = 'completed'
                    and later.started_at > run.started_at
            ))
        order by run.started_at
        limit p_limit
        for update skip locked
    ),
    deleted as (
        delete from media_sync.runs as run using old where run.id = old.id returning 1
    )
    select count(*) from deleted;
$$;
comment on function media_sync.delete_old_runs(timestamptz, bigint) is
    'Deletes runs that ended before a time, with their cursors, at most p_limit; never an open or blocked one, nor the last complete one of its kind. Returns how many.';
revoke all on function media_sync.delete_old_runs(timestamptz, bigint) from public, anon, authenticated;

create or replace function media_sync.delete_old_job_details(p_commands text[], p_before timestamptz)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_deleted bigint := 0;
begin
    if media_sync.known_table('cron.job_run_details') is not null then
        -- pg_cron never deletes them. Known by their command: a job that is scheduled no more is in no table. Those that never
        -- started have no time: what is older than one that is old enough is so as well.
        execute format(
            $query$
                delete from %1$I.job_run_details
                where command = any ($1)
                    and database = current_database()
                    and (
                        coalesce(end_time, start_time) < $2
                        or runid < (
                            select max(runid) from %1$I.job_run_details
                            where command = any ($1) and database = current_database() and coalesce(end_time, start_time) < $2
                        )
                    )
            $query$,
            'cron'
        ) using p_commands, p_before;
        get diagnostics v_deleted = row_count;
    end if;
    return v_deleted;
exception
    when insufficient_privilege then
        raise warning 'The owner of Media Sync may not delete from cron.job_run_details.';
        return 0;
end;
$$;
comment on function media_sync.delete_old_job_details(text[], timestamptz) is
    'Deletes what pg_cron remembers of jobs with these commands that ended before a time. Returns how many rows; 0 without pg_cron.';
revoke all on function media_sync.delete_old_job_details(text[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.delete_old_invocations(p_before timestamptz, p_limit bigint)
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_request_ids bigint[];
begin
    with old as materialized (
        select id from media_sync.invocations where requested_at < p_before order by requested_at limit p_limit for update skip locked
    ),
    deleted as (
        delete from media_sync.invocations as invocation using old where invocation.id = old.id returning invocation.request_id
    )
    select coalesce(array_agg(request_id), '{}') into v_request_ids from deleted;
    if media_sync.known_table('net._http_response') is not null then
        -- The time beside the id, for ids begin anew when pg_net is installed again.
        execute format('delete from %I._http_response where id = any ($1) and created < $2', 'net') using v_request_ids, p_before;
    end if;
    return cardinality(v_request_ids);
exception
    when insufficient_privilege then
        raise warning 'The owner of Media Sync may not delete from net._http_response.';
        return 0;
end;
$$;
comment on function media_sync.delete_old_invocations(timestamptz, bigint) is
    'Forgets calls of our functions from before a time, at most p_limit, with the answers that pg_net kept of them; nobody else''s. Returns how many calls.';
revoke all on function media_sync.delete_old_invocations(timestamptz, bigint) from public, anon, authenticated;

create or replace function media_sync.delete_old_rows(p_limit bigint, p_within interval)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_settings media_sync.settings;
    v_now constant timestamptz := clock_timestamp();
    v_commands constant text[] := array(select command from media_sync.jobs());
    v_deleted jsonb := '{}'::jsonb;
    v_round jsonb;
begin
    select * into strict v_settings from media_sync.settings;
    -- One round after the other, so that no table waits for another that grows faster than it can be emptied.
    loop
        v_round := jsonb_build_object(
            'log_rows', media_sync.delete_old_log_rows(5000, p_limit),
            'events', media_sync.delete_old_events(v_now - v_settings.event_retention, p_limit),
            'runs', media_sync.delete_old_runs(v_now - v_settings.run_retention, p_limit),
            'invocations', media_sync.delete_old_invocations(v_now - interval '1 day', p_limit),
            'job_details', media_sync.delete_old_job_details(v_commands, v_now - interval '7 days')
        );
        v_deleted := (
            select jsonb_object_agg(key, value::bigint + coalesce((v_deleted ->> key)::bigint, 0)) from jsonb_each_text(v_round)
        );
        exit when not exists (
            select from jsonb_each_text(v_round) where key <> 'job_details' and value::bigint >= p_limit
        );
        exit when clock_timestamp() >= v_now + p_within;
    end loop;
    return v_deleted;
end;
$$;
comment on function media_sync.delete_old_rows(bigint, interval) is
    'Deletes what is older than the retentions, at most p_limit rows a table and round, and begins no round after p_within. Returns how many by table.';
revoke all on function media_sync.delete_old_rows(bigint, interval) from public, anon, authenticated;

create or replace function media_sync.cleanup_old_sync_logs()
returns bigint
language plpgsql
security definer
set search_path = ''
set statement_timeout = '120s'
as $$
declare
    v_settings media_sync.settings;
    v_now constant timestamptz := clock_timestamp();
    v_deleted jsonb;
begin
    if not media_sync.is_admin() then
        raise exception 'Cleaning up is for admins.' using errcode = 'insufficient_privilege';
    end if;
    select * into strict v_settings from media_sync.settings;
    v_deleted := media_sync.delete_old_rows(100000, interval '30 seconds');
    delete from media_sync.signed_uploads where signed_at < v_now - interval '7 days';
    delete from media_sync.alerts where created_at < v_now - v_settings.log_retention;
    delete from media_sync.snapshots where taken_at < v_now - v_settings.snapshot_retention;
    if (v_deleted ->> 'log_rows')::bigint > 0 then
        insert into public.media_sync_log (operation, status, source, user_id, changes, processing_time_ms)
        values (
            'cleanup', 'success', case media_sync.media_role() when 'admin' then 'client' else 'cron' end, auth.uid(), v_deleted,
            extract(epoch from clock_timestamp() - v_now) * 1000
        );
    end if;
    return (v_deleted ->> 'log_rows')::bigint;
end;
$$;
comment on function media_sync.cleanup_old_sync_logs() is 'What public.cleanup_old_sync_logs() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.cleanup_old_sync_logs() from public, anon, authenticated;
grant execute on function media_sync.cleanup_old_sync_logs() to authenticated, service_role;

create or replace function public.cleanup_old_sync_logs()
returns bigint
language sql
set search_path = ''
as $$
    select media_sync.cleanup_old_sync_logs();
$$;
comment on function public.cleanup_old_sync_logs() is
    'Deletes what is older than the retentions in settings: log rows (open conflicts never), webhook events, finished runs, snapshots, and what pg_cron and pg_net keep of our jobs. Oldest first, 100,000 rows a table and round, and no new round after 30 seconds: what is left goes next time. Returns how many log rows went. Admins and the database owner.';
revoke all on function public.cleanup_old_sync_logs() from public, anon, authenticated;
grant execute on function public.cleanup_old_sync_logs() to authenticated, service_role;
