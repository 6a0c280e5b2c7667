-- Health of the calls: checks that each say in a sentence what is the matter and what to do.
--
-- All of it reads counters, indexes and the newest rows only, so that it costs the same at a million assets.

create or replace function media_sync.recent_answers()
returns table (requested_at timestamptz, status_code integer)
language plpgsql
stable
set search_path = ''
as $$
begin
    if media_sync.known_table('net._http_response') is null then return; end if;
    for requested_at, status_code in execute format($query$
        select invocation.requested_at, response.status_code
        from media_sync.invocations as invocation
        join %I._http_response as response on response.id = invocation.request_id
            -- Ids begin anew when pg_net is installed again.
            and response.created > invocation.requested_at - interval '1 minute'
        where invocation.requested_at > (select clock_timestamp()) - interval '1 hour' and invocation.function_name = 'sync'
        order by invocation.requested_at desc
    $query$, 'net')
    loop
        return next;
    end loop;
exception
    when insufficient_privilege then
        return;
end;
$$;
comment on function media_sync.recent_answers() is
    'What the sync function answered to the database''s calls of the last hour, newest first; status_code null: it did not answer. Empty without pg_net.';
revoke all on function media_sync.recent_answers() from public, anon, authenticated;

create type media_sync.job_state as (
    name text,
    state text,
    role_name text
);
comment on type media_sync.job_state is 'A job of ours as pg_cron has it: on, off, outdated, foreign or missing, and whose it is.';

create or replace function media_sync.job_states()
returns setof media_sync.job_state
language plpgsql
stable
set search_path = ''
as $$
begin
    if media_sync.known_table('cron.job') is null then return; end if;
    -- pg_cron shows everybody his own jobs; a superuser sees all.
    return query execute format(
        $query$
            select
                wanted.name,
                case
                    when known.jobid is null then 'missing'
                    when known.username <> current_user then 'foreign'
                    when known.command <> wanted.command then 'outdated'
                    when not known.active then 'off'
                    else 'on'
                end,
                known.username::text
            from media_sync.jobs() as wanted
            left join %I.job as known on known.jobname = wanted.name and known.database = current_database()
        $query$,
        'cron'
    );
exception
    when insufficient_privilege then
        return;
end;
$$;
comment on function media_sync.job_states() is
    'Each job as pg_cron has it: on, off (somebody switched it off), outdated (another command), foreign (of another role, beside or in the place of the owner''s) or missing. Empty without pg_cron.';
revoke all on function media_sync.job_states() from public, anon, authenticated;

create or replace function media_sync.tick_is_scheduled()
returns boolean
language sql
stable
set search_path = ''
as $$
    select exists (select from media_sync.job_states() where name = 'media-sync-tick' and state in ('on', 'outdated'));
$$;
comment on function media_sync.tick_is_scheduled() is 'True when pg_cron calls the sync function every minute.';
revoke all on function media_sync.tick_is_scheduled() from public, anon, authenticated;

create or replace function media_sync.job_problem()
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
    v_names text;
    v_roles text;
begin
    if media_sync.known_table('cron.job') is null then
        return null;
    end if;
    select string_agg(distinct name, ', '), string_agg(distinct quote_literal(role_name), ', ') into v_names, v_roles
    from media_sync.job_states() where state = 'foreign';
    if v_names is not null then
        return format(
            'The jobs %s of another role would run without its rights, or beside the owner''s: take them away with select cron.unschedule(jobid) from cron.job where jobname like ''media-sync-%%'' and username in (%s), then run select public.schedule_media_sync().',
            v_names, v_roles
        );
    end if;
    select string_agg(name, ', ' order by name) into v_names from media_sync.job_states() where state in ('missing', 'outdated');
    if v_names is not null then
        return format('The jobs %s do not run: run select public.schedule_media_sync().', v_names);
    end if;
    select string_agg(name, ', ' order by name) into v_names from media_sync.job_states() where state = 'off';
    if v_names is not null then
        return format('Somebody switched off the jobs %s, and they stay so: to switch them on, run select public.schedule_media_sync().', v_names);
    end if;
    execute format(
        $query$
            select string_agg(wanted.name, ', ' order by wanted.name)
            from media_sync.jobs() as wanted
            cross join lateral (
                select count(*) filter (where latest.status = 'failed') as failed
                from (
                    select run.status
                    from (select * from %I.job_run_details order by runid desc limit 500) as run
                    where run.command = wanted.command and run.database = current_database()
                    order by run.runid desc
                    limit 3
                ) as latest
            ) as counted
            where counted.failed = 3
        $query$,
        'cron'
    ) into v_names;
    return case when v_names is not null then format(
        'The jobs %s fail: see select * from cron.job_run_details where status = ''failed'' order by start_time desc limit 5.', v_names
    ) end;
exception
    when insufficient_privilege then
        return null;
end;
$$;
comment on function media_sync.job_problem() is
    'Which jobs of Media Sync do not run, are switched off or another''s, or failed three times in a row, and what to do; null when none, and where pg_cron cannot be read.';
revoke all on function media_sync.job_problem() from public, anon, authenticated;

create or replace function media_sync.check_calls()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_scheduled constant boolean := media_sync.tick_is_scheduled();
    v_job_problem constant text := media_sync.job_problem();
    v_problem constant text := media_sync.invocation_problem();
    v_failed integer;
    v_last integer;
    v_interval interval;
    v_tick timestamptz;
begin
    return query values (
        'schedule',
        case when v_scheduled and v_job_problem is null then 'ok' else 'degraded' end,
        case
            when v_scheduled and v_job_problem is null then 'The jobs are scheduled.'
            when media_sync.closed_schema('cron') then format(
                'Nothing runs by itself: the owner of Media Sync may not use pg_cron. As a superuser, run grant usage on schema cron to %I.',
                current_user
            )
            when media_sync.known_function('cron.schedule(text, text, text)') is null
                then 'Nothing runs by itself: enable the extension pg_cron, then run select public.schedule_media_sync().'
            when not (select jobs_wanted from media_sync.health_state)
                then 'Nothing runs by itself, since somebody took the jobs away: to bring them back, run select public.schedule_media_sync().'
            when v_job_problem is not null then v_job_problem
            else 'Nothing runs by itself: run select public.schedule_media_sync().'
        end,
        null
    );

    select count(*) filter (where coalesce(status_code, 599) >= 400), (array_agg(status_code order by requested_at desc))[1]
    into v_failed, v_last
    from (select * from media_sync.recent_answers() limit 3) as latest;
    return query values (
        'calls',
        -- One failure may be chance; three in a row are not.
        case when v_problem is not null then 'degraded' when v_failed = 3 then 'failing' else 'ok' end,
        case
            when v_problem is not null then v_problem
            when v_failed < 3 then 'The database can call the functions.'
            when v_last is null
                then format(
                    'The sync function cannot be reached: see that it is up and its address right, %s.',
                    media_sync.how_to_store('media_sync_project_url', 'https://<ref>.supabase.co')
                )
            when v_last in (401, 403)
                then format(
                    'The sync function refuses the database''s key: store a valid secret key, %s.',
                    media_sync.how_to_store('media_sync_cron_key', '<secret key>')
                )
            when v_last = 404
                then format(
                    'The sync function is not there: deploy it, or mend its address, %s.',
                    media_sync.how_to_store('media_sync_project_url', 'https://<ref>.supabase.co')
                )
            when v_last = 503 then 'The sync function is not configured or does not start: its log names what is missing.'
            else 'The sync function fails at every call: see its log.'
        end,
        v_last::text
    );

    if v_scheduled then
        select greatest(incremental_interval, interval '1 minute') into v_interval from media_sync.settings;
        select greatest(
            (
                select max(latest.touched_at)
                from (
                    select run.touched_at from media_sync.runs as run
                    where run.kind in ('full', 'partial', 'incremental')
                    order by run.started_at desc
                    limit 50
                ) as latest
            ),
            -- A tick that found nothing due leaves an answer and no run.
            (select max(requested_at) from media_sync.recent_answers() where status_code < 400),
            (select installed_at from media_sync.health_state)
        ) into v_tick;
        return query values (
            'tick',
            case
                when v_tick < clock_timestamp() - 30 * v_interval then 'failing'
                when v_tick < clock_timestamp() - 3 * v_interval then 'degraded'
                else 'ok'
            end,
            case
                when v_tick < clock_timestamp() - 3 * v_interval
                    then format(
                        'No tick since %s: run select public.schedule_media_sync(); if none comes, see select * from cron.job_run_details order by start_time desc limit 5.',
                        media_sync.health_time(v_tick)
                    )
                else 'The tick runs.'
            end,
            round(extract(epoch from clock_timestamp() - v_tick))::text
        );
    end if;
end;
$$;
comment on function media_sync.check_calls() is
    'Checks schedule (pg_cron), calls (pg_net, Vault, answers; value: the last status) and, where scheduled, tick (value: seconds since the last).';
revoke all on function media_sync.check_calls() from public, anon, authenticated;
