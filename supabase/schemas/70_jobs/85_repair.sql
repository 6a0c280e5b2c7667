-- What the platform lacked when Media Sync was installed, and has by now, is taken up by itself, and so is state that was
-- lost: by the alert's job each minute, and by calls of sync, which come also where there are no jobs. What a person switched
-- off stays off.

create or replace function media_sync.repair_jobs()
returns void
language plpgsql
set search_path = ''
as $$
begin
    if media_sync.known_function('cron.schedule(text, text, text)') is null then
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
    if media_sync.known_table('realtime.messages') is null then
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

create or replace function media_sync.single_rows_are_there()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (select from media_sync.settings)
        and exists (select from media_sync.health_state)
        and exists (select from media_sync.wakes)
        and exists (select from media_sync.statistics)
        and exists (select from media_sync.library_versions);
end;
$$;
comment on function media_sync.single_rows_are_there() is 'Whether the rows are there that an installation begins with.';
revoke all on function media_sync.single_rows_are_there() from public, anon, authenticated;

create or replace function media_sync.restore_single_rows()
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into media_sync.health_state default values on conflict do nothing;
    -- Not the default: whoever had closed the library must not find it open.
    insert into media_sync.settings (viewers) values ('assigned') on conflict do nothing;
    if found then
        update media_sync.health_state set settings_lost_at = clock_timestamp();
    end if;
    insert into media_sync.wakes default values on conflict do nothing;
    insert into media_sync.library_versions (slot) select generate_series(0, 63) on conflict do nothing;
    if not exists (select from media_sync.statistics) then
        perform media_sync.recount();
    end if;
end;
$$;
comment on function media_sync.restore_single_rows() is 'Makes the rows anew that an installation begins with, where they are gone.';
revoke all on function media_sync.restore_single_rows() from public, anon, authenticated;

create or replace function media_sync.recount()
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- Whoever writes meanwhile counts afterwards.
    lock table public.media_assets in share mode;
    delete from media_sync.statistics;
    insert into media_sync.statistics (slot) select generate_series(0, 63);
    perform media_sync.add_counts(array(
        select row(resource_type, sync_status, in_scope, deleted_at is not null, count(*), sum(bytes))::media_sync.asset_count
        from public.media_assets
        group by resource_type, sync_status, in_scope, deleted_at is not null
    ));
end;
$$;
comment on function media_sync.recount() is 'Counts the library anew. Writers of assets wait meanwhile.';
revoke all on function media_sync.recount() from public, anon, authenticated;

create or replace function media_sync.repair_losses()
returns void
language plpgsql
set search_path = ''
as $$
begin
    if not media_sync.single_rows_are_there() then
        perform media_sync.restore_single_rows();
    end if;
    -- A table that is empty, though the last reconcile left rows in it and nothing noted their removal.
    if not exists (select from public.media_assets) then
        perform media_sync.note_lost_rows(known_rows)
        from media_sync.health_state
        where rows_lost_at is null and known_rows > 0;
        if media_sync.count_rows() > 0 then
            perform media_sync.recount();
        end if;
    end if;
    update media_sync.settings as settings
    set full_requested_at = clock_timestamp()
    from media_sync.health_state as state
    where state.rows_lost_at is not null
        and (settings.full_requested_at is null or settings.full_requested_at < state.rows_lost_at)
        and media_sync.loss_is_large(state.lost_rows);
end;
$$;
comment on function media_sync.repair_losses() is 'Makes single rows anew that are gone, and asks for a full reconcile where rows of assets are.';
revoke all on function media_sync.repair_losses() from public, anon, authenticated;

create or replace function media_sync.repair()
returns void
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.repair_losses();
    perform media_sync.repair_jobs();
    perform media_sync.repair_broadcast();
end;
$$;
comment on function media_sync.repair() is 'Takes up what was missing and is there by now (the jobs, live updates), and mends what was lost.';
revoke all on function media_sync.repair() from public, anon, authenticated;

create or replace function media_sync.repair_is_due()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    -- Not SQL's language, in which each call plans it anew.
    return not media_sync.single_rows_are_there()
        or not exists (
            -- In order: what is wanted is there, or what it needs is not, and that is known.
            select
            from media_sync.health_state
            where (not jobs_wanted or jobs_pending = (media_sync.known_function('cron.schedule(text, text, text)') is null))
                and broadcast_pending = (media_sync.known_table('realtime.messages') is null)
        )
        or exists (
            select
            from media_sync.health_state as state
            cross join media_sync.settings as settings
            where case
                when state.rows_lost_at is null then state.known_rows > 0 and not exists (select from public.media_assets)
                else (settings.full_requested_at is null or settings.full_requested_at < state.rows_lost_at)
                    and media_sync.loss_is_large(state.lost_rows)
            end
        );
end;
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

create or replace function public.rebuild_media_sync()
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_state media_sync.health_state;
begin
    perform media_sync.restore_single_rows();
    perform media_sync.recount();
    perform media_sync.count_links(null);
    -- Notes about Cloudinary that may be of another time: all of them are made anew. What is on its way stays on its row.
    update media_sync.runs set status = 'failed', finished_at = clock_timestamp() where status = 'running';
    delete from media_sync.search_hits;
    delete from media_sync.detail_facts;
    delete from media_sync.refresh_queue;
    delete from media_sync.push_leases;
    update media_sync.health_state set rows_lost_at = clock_timestamp() returning * into v_state;
    update media_sync.settings set full_requested_at = v_state.rows_lost_at;
    return jsonb_build_object('rows', media_sync.count_rows(), 'lost_rows', v_state.lost_rows);
end;
$$;
comment on function public.rebuild_media_sync() is
    'After a loss: makes anew what belongs to the sync itself and asks for a full reconcile, which brings back the rows of all assets, with their keys, usage and collections. Deletes nothing in Cloudinary. Returns { rows, lost_rows }. The database owner and secret keys.';
revoke all on function public.rebuild_media_sync() from public, anon, authenticated;
grant execute on function public.rebuild_media_sync() to service_role;
