-- Health: checks that each say in a sentence what is the matter and what to do, and the alert when the whole changes.
--
-- All of it reads counters, indexes and the newest rows only, so that it costs the same at a million assets.

create index if not exists media_assets_waiting_index on public.media_assets (greatest(edited_at, deleted_at, restore_requested_at))
    where sync_status = 'pending' and in_scope;
create index if not exists runs_blocked_index on media_sync.runs (cloud_name, started_at desc) where status = 'blocked';

create table if not exists media_sync.health_state (
    id boolean primary key default true check (id),
    status text not null default 'ok' check (status in ('ok', 'degraded', 'failing')),
    since timestamptz not null default clock_timestamp(),
    installed_at timestamptz not null default clock_timestamp()
);

comment on table media_sync.health_state is 'The one row that remembers which health was last alerted.';
comment on column media_sync.health_state.id is 'Always true: there is one row.';
comment on column media_sync.health_state.status is 'Overall health as last alerted.';
comment on column media_sync.health_state.since is 'When it became so.';
comment on column media_sync.health_state.installed_at is 'When Media Sync was installed: silence before that means nothing.';

alter table media_sync.health_state enable row level security;
revoke all on media_sync.health_state from public, anon, authenticated, service_role;
grant select on media_sync.health_state to service_role;

insert into media_sync.health_state default values on conflict do nothing;

create or replace function media_sync.health_time(p_time timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
    select to_char(p_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC';
$$;
comment on function media_sync.health_time(timestamptz) is 'A time as health shows it.';
revoke all on function media_sync.health_time(timestamptz) from public, anon, authenticated;

create or replace function media_sync.recent_answers()
returns table (requested_at timestamptz, status_code integer)
language plpgsql
stable
set search_path = ''
as $$
begin
    if to_regclass('net._http_response') is null then return; end if;
    for requested_at, status_code in execute format($query$
        select invocation.requested_at, response.status_code
        from media_sync.invocations as invocation
        join %I._http_response as response on response.id = invocation.request_id
            -- Ids begin anew when pg_net is installed again.
            and response.created > invocation.requested_at - interval '1 minute'
        where invocation.requested_at > clock_timestamp() - interval '1 hour' and invocation.function_name = 'sync'
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

create or replace function media_sync.tick_is_scheduled()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
    v_scheduled boolean := false;
begin
    if to_regclass('cron.job') is not null then
        execute format(
            'select exists (select from %I.job where jobname = %L and active and database = current_database())', 'cron', 'media-sync-tick'
        ) into v_scheduled;
    end if;
    return v_scheduled;
exception
    when insufficient_privilege then
        return false;
end;
$$;
comment on function media_sync.tick_is_scheduled() is 'True when pg_cron calls the sync function every minute.';
revoke all on function media_sync.tick_is_scheduled() from public, anon, authenticated;

create or replace function media_sync.check_calls()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_scheduled constant boolean := media_sync.tick_is_scheduled();
    v_problem constant text := media_sync.invocation_problem();
    v_failed integer;
    v_last integer;
    v_interval interval;
    v_tick timestamptz;
begin
    return query values (
        'schedule',
        case when v_scheduled then 'ok' else 'degraded' end,
        case
            when v_scheduled then 'The jobs are scheduled.'
            when to_regprocedure('cron.schedule(text, text, text)') is null
                then 'Nothing runs by itself: enable the extension pg_cron, then run select public.schedule_media_sync().'
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
                then 'The sync function cannot be reached: check media_sync_project_url in Vault and whether the function is up.'
            when v_last in (401, 403)
                then 'The sync function refuses the database''s key: store a valid secret key in Vault under media_sync_cron_key.'
            when v_last = 404 then 'The sync function is not there: deploy it, or check media_sync_project_url in Vault.'
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
                    then format('No tick since %s: see select * from cron.job_run_details order by start_time desc limit 5.', media_sync.health_time(v_tick))
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

create or replace function media_sync.check_runs()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_blocked media_sync.runs;
    v_failed bigint;
    v_error text;
begin
    -- A later complete reconcile found the library as it should be.
    select run.* into v_blocked
    from media_sync.runs as run
    where run.status = 'blocked' and not exists (
        select from media_sync.runs as later
        where later.cloud_name = run.cloud_name and later.kind = 'full' and later.status = 'completed' and later.started_at > run.started_at
    )
    order by run.started_at desc
    limit 1;
    return query values (
        'delete_guard',
        case when v_blocked.id is null then 'ok' else 'failing' end,
        case
            when v_blocked.id is null then 'No run is blocked.'
            else format(
                'Run %s is blocked, because it would delete %s of %s assets: if that is right, call sync with {"allow_mass_delete": "%s"}; if not, check the Cloudinary account.',
                v_blocked.id, v_blocked.blocked_by ->> 'missing', v_blocked.blocked_by ->> 'live', v_blocked.id
            )
        end,
        v_blocked.id::text
    );

    with latest as materialized (
        select run.status, run.started_at, run.errors -> 0 ->> 'message' as error
        from media_sync.runs as run
        where run.status in ('completed', 'failed')
        order by run.started_at desc
        limit 20
    )
    select count(*), (array_agg(error order by started_at desc))[1] into v_failed, v_error
    from latest
    where started_at > coalesce((select max(good.started_at) from latest as good where good.status = 'completed'), '-infinity');
    return query values (
        'runs',
        case when v_failed >= 10 then 'failing' when v_failed >= 3 then 'degraded' else 'ok' end,
        case
            when v_failed >= 3 then format(
                'The last %s runs failed%s; see select * from media_sync_log where operation = ''run'' order by created_at desc limit 10.',
                v_failed, coalesce(': ' || rtrim(left(v_error, 200), '.'), '')
            )
            else 'Runs succeed.'
        end,
        v_failed::text
    );
end;
$$;
comment on function media_sync.check_runs() is 'Checks delete_guard (value: the blocked run) and runs (value: how many failed in a row, of the last 20).';
revoke all on function media_sync.check_runs() from public, anon, authenticated;

create or replace function media_sync.check_assets()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_operations bigint;
    v_errors bigint;
    v_counters record;
    v_oldest timestamptz;
begin
    select count(*), count(*) filter (where latest.status = 'error') into v_operations, v_errors
    from (
        select log.status from public.media_sync_log as log
        where log.created_at > clock_timestamp() - interval '1 hour'
        order by log.created_at desc
        -- A first sync writes a row an asset; the newest of them tell enough.
        limit 10000
    ) as latest;
    return query values (
        'error_rate',
        case
            when v_errors >= 20 and v_errors * 2 >= v_operations then 'failing'
            when v_errors >= 5 and v_errors * 20 >= v_operations then 'degraded'
            else 'ok'
        end,
        case
            when v_errors >= 5 and v_errors * 20 >= v_operations then format(
                '%s of %s operations of the last hour failed: see select * from media_sync_log where status = ''error'' order by created_at desc limit 10.',
                v_errors, v_operations
            )
            else 'Operations succeed.'
        end,
        v_errors::text
    );

    select
        coalesce(sum(pending_assets + pending_deletions), 0)::bigint as pending,
        coalesce(sum(error_assets), 0)::bigint as errors,
        coalesce(sum(conflict_assets), 0)::bigint as conflicts
    into v_counters
    from media_sync.statistics;

    select greatest(edited_at, deleted_at, restore_requested_at) into v_oldest
    from public.media_assets
    where sync_status = 'pending' and in_scope and greatest(edited_at, deleted_at, restore_requested_at) is not null
    order by greatest(edited_at, deleted_at, restore_requested_at)
    limit 1;
    return query values (
        'pending_edits',
        case
            when v_oldest < clock_timestamp() - interval '6 hours' then 'failing'
            when v_oldest < clock_timestamp() - interval '15 minutes' then 'degraded'
            else 'ok'
        end,
        case
            when v_oldest < clock_timestamp() - interval '15 minutes' then format(
                '%s edits wait for Cloudinary, the oldest since %s: see sync_error of the rows with sync_status = ''pending''.',
                v_counters.pending, media_sync.health_time(v_oldest)
            )
            else 'Edits reach Cloudinary.'
        end,
        v_counters.pending::text
    );
    return query values (
        'assets_in_error',
        case when v_counters.errors > 0 then 'degraded' else 'ok' end,
        case
            when v_counters.errors > 0 then format(
                '%s assets could not be pushed: see their sync_error, then retry with update media_assets set sync_status = ''pending'' where sync_status = ''error''.',
                v_counters.errors
            )
            else 'No asset is in error.'
        end,
        v_counters.errors::text
    );
    return query values (
        'open_conflicts',
        case when v_counters.conflicts > 0 then 'degraded' else 'ok' end,
        case v_counters.conflicts
            when 0 then 'No conflict is open.'
            else format('%s assets changed on both sides and wait for a decision: resolve them to cloudinary or database.', v_counters.conflicts)
        end,
        v_counters.conflicts::text
    );
end;
$$;
comment on function media_sync.check_assets() is
    'Checks error_rate (value: errors among the last hour''s operations), pending_edits, assets_in_error and open_conflicts (value: how many).';
revoke all on function media_sync.check_assets() from public, anon, authenticated;

create or replace function media_sync.check_cloudinary()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_settings media_sync.settings;
    v_limit media_sync.rate_limits;
    v_short boolean;
    v_event timestamptz;
    v_silent boolean := false;
begin
    select * into strict v_settings from media_sync.settings;
    -- The library that is worst off.
    select known.* into v_limit
    from media_sync.rate_limits as known
    where known.blocked_until > clock_timestamp() or known.reset_at > clock_timestamp()
    order by (known.blocked_until > clock_timestamp()) desc nulls last, known.remaining::numeric / nullif(known.call_limit, 0)
    limit 1;
    v_short := coalesce(
        v_limit.reset_at > clock_timestamp() and v_limit.remaining < v_limit.call_limit * v_settings.quota_reserve_percent / 100, false
    );
    return query values (
        'quota',
        case when v_limit.blocked_until > clock_timestamp() or v_short then 'degraded' else 'ok' end,
        case
            when v_limit.blocked_until > clock_timestamp() then format(
                'Cloudinary takes no calls until %s (%s): wait, or ask Cloudinary for a higher limit.',
                media_sync.health_time(v_limit.blocked_until), coalesce(rtrim(left(v_limit.blocked_reason, 200), '.'), 'rate limited')
            )
            when v_short then format(
                'Only %s of %s Admin API calls are left until %s: background work pauses; ask Cloudinary for a higher limit if this recurs.',
                v_limit.remaining, v_limit.call_limit, media_sync.health_time(v_limit.reset_at)
            )
            else 'Cloudinary takes calls.'
        end,
        v_limit.remaining::text
    );

    select received_at into v_event from media_sync.webhook_events order by received_at desc limit 1;
    -- Silence since long before the installation, or in a quiet library, means nothing.
    if coalesce(v_event, (select installed_at from media_sync.health_state)) < clock_timestamp() - v_settings.webhook_silence then
        select exists (
            select
            from (
                select log.operation, log.status, log.source from public.media_sync_log as log
                where log.created_at > clock_timestamp() - v_settings.webhook_silence
                order by log.created_at desc
                limit 10000
            ) as latest
            where latest.status = 'success'
                and latest.source <> 'webhook'
                and latest.operation in ('upload', 'update', 'rename', 'move', 'delete', 'restore')
        ) into v_silent;
    end if;
    return query values (
        'webhooks',
        case when v_silent then 'degraded' else 'ok' end,
        case
            when not v_silent then 'Webhooks are not missed.'
            when v_event is null
                then 'Assets changed, and no webhook has ever come: register the webhook function''s address with Cloudinary; until then changes take up to a minute.'
            else format(
                'Assets changed, but no webhook came since %s: check the notification URL in Cloudinary and the log of the webhook function.',
                media_sync.health_time(v_event)
            )
        end,
        v_event::text
    );
end;
$$;
comment on function media_sync.check_cloudinary() is 'Checks quota (value: calls left) and webhooks (value: when the last one came).';
revoke all on function media_sync.check_cloudinary() from public, anon, authenticated;
