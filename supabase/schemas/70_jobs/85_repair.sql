-- What the platform lacked when Media Sync was installed, and has by now, is taken up by itself: by the alert's job each
-- minute, and by calls of sync, which come also where there are no jobs. What a person switched off stays off.

create or replace function media_sync.repair_jobs()
returns void
language plpgsql
set search_path = ''
as $$
begin
    if to_regprocedure('cron.schedule(text, text, text)') is null then
        update media_sync.health_state set jobs_pending = true where jobs_wanted and not jobs_pending;
    elsif exists (select from media_sync.health_state where jobs_wanted and jobs_pending) then
        perform media_sync.place_jobs(false);
    end if;
exception
    when others then
        raise warning 'The jobs were not scheduled (SQLSTATE %); the next sync tries again.', sqlstate;
end;
$$;
comment on function media_sync.repair_jobs() is 'Schedules the jobs where that was not possible before. Never fails.';
revoke all on function media_sync.repair_jobs() from public, anon, authenticated;

create or replace function media_sync.repair_broadcast()
returns void
language plpgsql
set search_path = ''
as $$
begin
    if to_regclass('realtime.messages') is null then
        update media_sync.health_state set broadcast_pending = true where not broadcast_pending;
    elsif exists (select from media_sync.health_state where broadcast_pending) then
        perform public.enable_media_broadcast();
    end if;
exception
    when others then
        update media_sync.health_state set broadcast_error = sqlerrm where broadcast_error is distinct from sqlerrm;
end;
$$;
comment on function media_sync.repair_broadcast() is 'Allows live updates where that was not possible before; health tells why it still is not. Never fails.';
revoke all on function media_sync.repair_broadcast() from public, anon, authenticated;

create or replace function media_sync.repair()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.repair_jobs();
    perform media_sync.repair_broadcast();
end;
$$;
comment on function media_sync.repair() is 'Takes up what was missing and is there by now: the jobs, live updates.';
revoke all on function media_sync.repair() from public, anon, authenticated;

create or replace function media_sync.repair_is_due()
returns boolean
language sql
stable
set search_path = ''
as $$
    select not exists (
        -- In order: what is wanted is there, or what it needs is not, and that is known.
        select
        from media_sync.health_state
        where (not jobs_wanted or jobs_pending = (to_regprocedure('cron.schedule(text, text, text)') is null))
            and broadcast_pending = (to_regclass('realtime.messages') is null)
    );
$$;
comment on function media_sync.repair_is_due() is 'Whether media_sync.repair() has something to do; asked with everything that is due, so that it costs no call.';
revoke all on function media_sync.repair_is_due() from public, anon, authenticated;

create or replace function public.media_sync_repair()
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- Two at once would only wait for each other.
    if not pg_try_advisory_xact_lock(hashtextextended('media_sync.repair', 0)) then
        return false;
    end if;
    perform media_sync.repair();
    return true;
end;
$$;
comment on function public.media_sync_repair() is 'What a call of sync does when media_sync_due() says so: takes up what was missing and is there by now. False when another does it at this moment.';
revoke all on function public.media_sync_repair() from public, anon, authenticated;
grant execute on function public.media_sync_repair() to service_role;
