-- The jobs that pg_cron runs: the tick is the backstop of everything, the others keep house.

create or replace function media_sync.jobs()
returns table (name text, schedule text, command text)
language sql
immutable
set search_path = ''
as $$
    -- Whole minutes: older pg_cron knows no others. Beside the full hour, when everybody's jobs start.
    values
        ('media-sync-tick', '* * * * *', $job$select media_sync.invoke_function('sync', '{"background": true}')$job$),
        ('media-sync-cleanup', '17 3 * * *', 'select public.cleanup_old_sync_logs()'),
        ('media-sync-snapshot', '2 * * * *', 'select public.media_sync_take_snapshot()'),
        ('media-sync-alert', '* * * * *', 'select media_sync.alert_health()');
$$;
comment on function media_sync.jobs() is 'The jobs of Media Sync: name, schedule (GMT) and command.';
revoke all on function media_sync.jobs() from public, anon, authenticated;

create or replace function media_sync.place_jobs(p_activate boolean)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_job record;
    v_count integer := 0;
begin
    if p_activate then
        -- pg_cron's schedule() leaves a job switched off that is: it is made anew.
        execute format(
            $query$
                select count(%1$I.unschedule(jobid))
                from %1$I.job
                where jobname in (select name from media_sync.jobs())
                    and not active and database = current_database() and username = current_user
            $query$,
            'cron'
        );
    end if;
    for v_job in select name, schedule, command from media_sync.jobs() loop
        execute format('select %I.schedule($1, $2, $3)', 'cron') using v_job.name, v_job.schedule, v_job.command;
        v_count := v_count + 1;
    end loop;
    update media_sync.health_state set jobs_wanted = true, jobs_pending = false where not jobs_wanted or jobs_pending;
    return v_count;
end;
$$;
comment on function media_sync.place_jobs(boolean) is
    'Schedules the jobs, or brings their schedules up to date; those that were switched off are switched on where that is asked for, and else stay off. Returns how many.';
revoke all on function media_sync.place_jobs(boolean) from public, anon, authenticated;

create or replace function public.schedule_media_sync()
returns integer
language plpgsql
-- Jobs belong to whoever schedules them, and run with those rights: the owner's.
security definer
set search_path = ''
as $$
begin
    if media_sync.known_function('cron.schedule(text, text, text)') is null then
        update media_sync.health_state set jobs_wanted = true, jobs_pending = true where not jobs_wanted or not jobs_pending;
        raise notice 'Nothing is scheduled: enable the extension pg_cron. The next sync schedules the jobs then, and select public.schedule_media_sync() does at once.';
        return 0;
    end if;
    return media_sync.place_jobs(true);
end;
$$;
comment on function public.schedule_media_sync() is
    'Schedules the jobs of Media Sync with pg_cron, or brings their schedules up to date, and switches on those that are off. Returns how many; 0 with a notice where pg_cron is missing. Run it once more when the secrets are in Vault: pg_cron overlooks jobs that a large transaction schedules. The database owner and secret keys.';
revoke all on function public.schedule_media_sync() from public, anon, authenticated;
grant execute on function public.schedule_media_sync() to service_role;

create or replace function public.unschedule_media_sync()
returns integer
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_count integer := 0;
begin
    if media_sync.known_table('cron.job') is not null then
        execute format($query$
            select count(%1$I.unschedule(jobid))
            from %1$I.job
            where jobname in (select name from media_sync.jobs()) and database = current_database() and username = current_user
        $query$, 'cron') into v_count;
    end if;
    update media_sync.health_state set jobs_wanted = false, jobs_pending = false where jobs_wanted or jobs_pending;
    return v_count;
end;
$$;
comment on function public.unschedule_media_sync() is
    'Takes all jobs of Media Sync off pg_cron; nothing but schedule_media_sync() brings them back. Returns how many there were. The database owner and secret keys.';
revoke all on function public.unschedule_media_sync() from public, anon, authenticated;
grant execute on function public.unschedule_media_sync() to service_role;
