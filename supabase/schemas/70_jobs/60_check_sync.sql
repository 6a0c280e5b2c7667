-- Health of runs, assets and Cloudinary.

create or replace function media_sync.unsettled_runs()
returns setof media_sync.runs
language sql
stable
set search_path = ''
as $$
    select run.*
    from media_sync.runs as run
    where run.status in ('blocked', 'failed')
        and (run.status = 'blocked' or coalesce(run.finished_at, run.started_at) > (select clock_timestamp()) - interval '1 day')
        -- A later one found the library as it should be.
        and not exists (
            select from media_sync.runs as later
            where later.cloud_name = run.cloud_name
                and later.status = 'completed'
                and later.started_at > run.started_at
                and run.kind <> 'scope'
                and (later.kind = 'full' or (run.status = 'failed' and later.kind = run.kind))
        );
$$;
comment on function media_sync.unsettled_runs() is 'Runs that are blocked, or failed within a day, and that no later run has made up for.';
revoke all on function media_sync.unsettled_runs() from public, anon, authenticated;

create or replace function media_sync.check_runs()
returns table (check_name text, status text, message text, value text)
language plpgsql
stable
set search_path = ''
as $$
declare
    v_blocked media_sync.runs;
    v_live text;
    v_last media_sync.runs;
    v_erring media_sync.runs;
    v_failed bigint;
begin
    select * into v_blocked from media_sync.unsettled_runs() as run where run.status = 'blocked' order by started_at desc limit 1;
    v_live := media_sync.health_count((v_blocked.blocked_by ->> 'live')::bigint, 'asset', 'assets');
    return query values (
        'delete_guard',
        case when v_blocked.id is null then 'ok' else 'failing' end,
        case
            when v_blocked.id is null then 'No run is blocked.'
            when v_blocked.kind = 'scope' then format(
                'include_folders = %L would hide %s of %s and waits: if that is right, call sync with {"allow_mass_delete": "%s"}; if not, update media_sync.settings set wanted_folders = null.',
                (select wanted_folders from media_sync.settings), v_blocked.blocked_by ->> 'absent', v_live, v_blocked.id
            )
            else format(
                'Run %s is blocked, because it would delete %s of %s: if that is right, call sync with {"allow_mass_delete": "%s"}; if not, check the Cloudinary account.',
                v_blocked.id, v_blocked.blocked_by ->> 'absent', v_live, v_blocked.id
            )
        end,
        v_blocked.id::text
    );

    with latest as materialized (
        select run.status, run.started_at
        from media_sync.runs as run
        where run.status in ('completed', 'failed')
        order by run.started_at desc
        limit 20
    )
    select count(*) into v_failed
    from latest
    where started_at > coalesce((select max(good.started_at) from latest as good where good.status = 'completed'), '-infinity');
    select * into v_last from media_sync.unsettled_runs() as run where run.status = 'failed' order by started_at desc limit 1;
    -- An open run keeps its place through errors that may pass, and is tried at every tick: these have not passed.
    select * into v_erring
    from media_sync.runs as run
    where run.status = 'running'
        and run.kind in ('full', 'partial', 'incremental', 'facts')
        and run.erring_since < (select clock_timestamp()) - interval '10 minutes'
    order by run.erring_since
    limit 1;
    return query values (
        'runs',
        case
            when v_failed >= 10 or v_erring.erring_since < clock_timestamp() - interval '1 hour' then 'failing'
            when v_last.id is not null or v_erring.id is not null then 'degraded'
            else 'ok'
        end,
        case
            when v_erring.id is not null then format(
                'The open run of kind %s meets errors since %s%s; it is tried at every tick, and goes on by itself once they end: see select errors from media_sync.runs where status = ''running''.',
                v_erring.kind, media_sync.health_time(v_erring.erring_since),
                coalesce(': ' || rtrim(left(v_erring.errors -> -1 ->> 'message', 200), '.'), '')
            )
            when v_last.id is not null then format(
                'The last run of kind %s failed%s; it is tried again by itself, and select * from media_sync_log where operation = ''run'' order by created_at desc limit 10 tells more.',
                v_last.kind, coalesce(': ' || rtrim(left(v_last.errors -> 0 ->> 'message', 200), '.'), '')
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
        where log.created_at > (select clock_timestamp()) - interval '1 hour'
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
                '%s of %s operations of the last hour failed: see select * from media_sync_log where status = ''error'' order by created_at desc limit 10; once the reason is gone, so is this within the hour.',
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
    where sync_status = 'pending' and greatest(edited_at, deleted_at, restore_requested_at) is not null
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
                '%s since %s: see select public_id, sync_error from media_assets where sync_status = ''pending'' order by edited_at limit 10; once the reason is gone, update media_assets set next_attempt_at = null where sync_status = ''pending'' tries them at once.',
                media_sync.health_count(v_counters.pending, 'edit waits for Cloudinary,', 'edits wait for Cloudinary, the oldest'),
                media_sync.health_time(v_oldest)
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
                '%s sync_error, then retry with update media_assets set sync_status = ''pending'' where sync_status = ''error''.',
                media_sync.health_count(v_counters.errors, 'asset could not be pushed: see its', 'assets could not be pushed: see their')
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
            else format(
                '%s for a decision: see select id, public_id, conflicts from media_assets where sync_status = ''conflict'', then keep one side with select resolve_media_conflicts(array(select id from media_assets where sync_status = ''conflict'' limit 1000), ''cloudinary''), or ''database''.',
                media_sync.health_count(
                    v_counters.conflicts, 'asset changed on both sides and waits', 'assets changed on both sides and wait'
                )
            )
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
    select * into v_settings from media_sync.settings;
    -- The library that is worst off.
    select known.* into v_limit
    from media_sync.rate_limits as known
    where known.blocked_until > (select clock_timestamp()) or known.reset_at > (select clock_timestamp())
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
                'Only %s of %s Admin API calls %s left until %s: background work pauses; ask Cloudinary for a higher limit if this recurs.',
                v_limit.remaining, v_limit.call_limit, case v_limit.remaining when 1 then 'is' else 'are' end,
                media_sync.health_time(v_limit.reset_at)
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
                where log.created_at > (select clock_timestamp()) - v_settings.webhook_silence
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
                then format(
                    'Assets changed, and no webhook has ever come: register the notification URL %s with Cloudinary; until then changes take up to a minute.',
                    media_sync.webhook_address()
                )
            else format(
                'Assets changed, but no webhook came since %s: see that Cloudinary has the notification URL %s, and the log of the webhook function.',
                media_sync.health_time(v_event), media_sync.webhook_address()
            )
        end,
        v_event::text
    );
end;
$$;
comment on function media_sync.check_cloudinary() is 'Checks quota (value: calls left) and webhooks (value: when the last one came).';
revoke all on function media_sync.check_cloudinary() from public, anon, authenticated;
