-- What Cloudinary answered to the writes of a push.

create or replace function media_sync.log_pushes(
    p_cloud_name text,
    p_results jsonb,
    p_source text,
    p_run_id uuid,
    p_milliseconds double precision
)
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into public.media_sync_log (
        operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id,
        error_code, error_message, processing_time_ms, user_id
    )
    select
        case
            when landed ? 'public_id' then 'rename'
            when landed ? 'folder' then 'move'
            -- An edit that was sent is one, even if the row was deleted meanwhile.
            when landed <> '{}' then 'update'
            when asset.deleted_at is not null and result ->> 'action' in ('delete', 'restore') then result ->> 'action'
            else 'update'
        end,
        case when result ? 'error' then 'error' else 'success' end,
        'push', p_source, asset.id, asset.asset_id, asset.public_id, asset.resource_type,
        media_sync.landed_changes(asset.base, landed),
        p_run_id, result -> 'error' ->> 'code', result -> 'error' ->> 'message', p_milliseconds,
        case when result ->> 'action' = 'delete' then asset.deleted_by else asset.edited_by end
    from jsonb_array_elements(p_results) as result
    cross join lateral media_sync.landed_difference(result) as landed
    cross join lateral (
        select *
        from public.media_assets
        where id = (result ->> 'id')::uuid and cloud_name = p_cloud_name
        limit 1
    ) as asset
    where landed <> '{}'
        -- A name that stays taken is told once.
        or (result ? 'error' and not (asset.waits_for_name and result -> 'error' ->> 'code' = 'name_taken'));
end;
$$;
comment on function media_sync.log_pushes(text, jsonb, text, uuid, double precision) is 'The audit rows of a push: what reached Cloudinary, and what did not, and why.';
revoke all on function media_sync.log_pushes(text, jsonb, text, uuid, double precision) from public, anon, authenticated;

create or replace function media_sync.end_wishes(p_results jsonb)
returns void
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    -- Only Cloudinary's own word ends the wish to restore: no backup, or the name is another asset's.
    update public.media_assets as asset
    set
        sync_status = 'synced',
        sync_error = result -> 'error' ->> 'message',
        sync_attempts = 0,
        next_attempt_at = null,
        restore_requested_at = null,
        sending = null
    from jsonb_array_elements(p_results) as result
    where asset.id = (result ->> 'id')::uuid
        and (result -> 'error' ->> 'ends_wish')::boolean
        and asset.restore_requested_at is not null
        -- Asked anew since: that is another wish.
        and media_sync.has_attempt(asset.sending, 'live');
end;
$$;
comment on function media_sync.end_wishes(jsonb) is 'Assets that Cloudinary cannot give back stay deleted. The caller holds the rows'' locks.';
revoke all on function media_sync.end_wishes(jsonb) from public, anon, authenticated;

create or replace function media_sync.rest_pushed(p_worker uuid, p_results jsonb, p_claimed_at timestamptz, p_settings media_sync.settings)
returns void
language plpgsql
set search_path = ''
-- Rows are looked up one by one, however few the table had when this was planned.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
    update public.media_assets as asset
    set
        sync_status = case
            when asset.sync_status = 'pending' and told.error is not null
                and (told.permanent or told.counted >= p_settings.push_max_attempts) then 'error'
            else asset.sync_status
        end,
        sync_attempts = told.counted,
        -- A wish to restore has ended with it; asked for again, it is told again.
        waits_for_name = coalesce(told.error ->> 'code' = 'name_taken' and not told.error ? 'ends_wish', false),
        sync_error = case when asset.sync_status = 'synced' and asset.deleted_at is null then null else told.message end,
        next_attempt_at = case
            when asset.sync_status = 'synced' or told.news or told.again then null
            when told.error ? 'retry_at' then (told.error ->> 'retry_at')::timestamptz
            -- Whoever leaves the name invites the row; this is for a holder whom nobody here knows.
            when told.error ->> 'code' = 'name_taken' and asset.waits_for_name then clock_timestamp() + interval '10 minutes'
            when told.error is null then case when asset.sending is not null then clock_timestamp() + interval '5 seconds' end
            else clock_timestamp() + media_sync.backoff(told.counted, p_settings.push_backoff_cap, random())
        end
    from (
        select
            row_before.id,
            result -> 'error' as error,
            row_before.news,
            -- The plan counted the attempt, so that a worker that dies of a row has counted it.
            case
                when row_before.news then 0
                when coalesce((result ->> 'again')::boolean, false) or not coalesce((result -> 'error' ->> 'counts')::boolean, true)
                    then greatest(row_before.sync_attempts - 1, 0)
                else row_before.sync_attempts
            end as counted,
            coalesce((result -> 'error' ->> 'permanent')::boolean, false) and not row_before.news as permanent,
            case when not row_before.news then result -> 'error' ->> 'message' end as message,
            coalesce((result ->> 'again')::boolean, false) as again
        from jsonb_array_elements(p_results) as result
        cross join lateral (
            -- A deletion or a wish to restore is as much news as an edit: it is no failed attempt, and waits for nothing.
            select *, coalesce(greatest(edited_at, deleted_at, restore_requested_at) > p_claimed_at, false) as news
            from public.media_assets
            where id = (result ->> 'id')::uuid
            limit 1
        ) as row_before
    ) as told
    -- A row that another worker took over meanwhile is that worker's to rest.
    where asset.id = told.id and exists (select from media_sync.push_leases where media_asset_id = asset.id and lease_token = p_worker);
    perform media_sync.end_leases(array(select (result ->> 'id')::uuid from jsonb_array_elements(p_results) as result), p_worker);
end;
$$;
comment on function media_sync.rest_pushed(uuid, jsonb, timestamptz, media_sync.settings) is
    'Gives back pushed rows: when they are tried again, and why. The caller holds their locks.';
revoke all on function media_sync.rest_pushed(uuid, jsonb, timestamptz, media_sync.settings) from public, anon, authenticated;

create or replace function media_sync.record_push(p_run_id uuid, p_results jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    update media_sync.runs
    set
        pushed_items = pushed_items + (
            select count(*) from jsonb_array_elements(p_results) as result where media_sync.landed_difference(result) <> '{}'
        ),
        error_count = error_count + (select count(*) from jsonb_array_elements(p_results) as result where result ? 'error'),
        errors = (
            select coalesce(jsonb_agg(element order by place), '[]')
            from jsonb_array_elements(errors || (
                select coalesce(jsonb_agg(jsonb_build_object(
                    'public_id', asset.public_id, 'code', result -> 'error' ->> 'code', 'message', result -> 'error' ->> 'message'
                ) order by asset.public_id), '[]')
                from jsonb_array_elements(p_results) as result
                join public.media_assets as asset on asset.id = (result ->> 'id')::uuid
                where result ? 'error'
            )) with ordinality as listed (element, place)
            where place <= 50
        ),
        touched_at = clock_timestamp()
    where id = p_run_id;
end;
$$;
comment on function media_sync.record_push(uuid, jsonb) is 'A push''s results in the figures of its run.';
revoke all on function media_sync.record_push(uuid, jsonb) from public, anon, authenticated;

create or replace function public.media_sync_confirm_push(
    p_cloud_name text,
    p_worker uuid,
    p_claimed_at timestamptz,
    p_results jsonb,
    p_source text,
    p_run_id uuid default null,
    p_traffic jsonb default '{}',
    p_finish boolean default false
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
-- It is about a few rows, for which the planner would read a table of which it knows nothing.
set enable_seqscan = off
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_settings media_sync.settings;
    v_ids constant uuid[] := array(select (element ->> 'id')::uuid from jsonb_array_elements(p_results) as element);
    v_answer jsonb;
    v_answers jsonb := '[]'::jsonb;
    v_late text[] := '{}'::text[];
    v_open text[];
    v_run jsonb;
begin
    select * into strict v_settings from media_sync.settings;
    perform media_sync.lock_assets(v_ids || media_sync.misplaced_ids(p_cloud_name, p_results));

    perform media_sync.log_pushes(
        p_cloud_name, p_results, p_source, p_run_id,
        extract(epoch from v_now - p_claimed_at) * 1000 / greatest(jsonb_array_length(p_results), 1)
    );
    perform media_sync.end_wishes(p_results);
    perform media_sync.note_misplaced(p_cloud_name, p_results, p_source);
    -- Done is done, whoever holds the row by now.
    update public.media_assets as asset
    set sending = media_sync.record_landing(asset.sending, result, v_now)
    from jsonb_array_elements(p_results) as result
    where asset.id = (result ->> 'id')::uuid and asset.sending is not null;

    -- Answers that show the whole asset go through the same merge as every observation, in the order in which they came. What
    -- was asked for before the last had come may show what was before the write.
    for v_answer in
        select jsonb_agg(
            answer.value
                || case when answer.place = jsonb_array_length(result -> 'answers') then jsonb_build_object('answered_at', v_now) else '{}' end
        )
        from jsonb_array_elements(p_results) as result
        cross join lateral jsonb_array_elements(result -> 'answers') with ordinality as answer (value, place)
        group by answer.place
        order by answer.place
    loop
        v_late := v_late || media_sync.stale_ids(
            public.media_sync_apply_observations(p_cloud_name, v_answer, v_now, p_source, p_run_id) -> 'outcomes'
        );
        v_answers := v_answers || v_answer;
    end loop;
    perform media_sync.settle_by_late_answers(p_cloud_name, p_results, v_late, p_source, p_run_id);
    perform media_sync.forget_cleared(p_results);
    perform media_sync.take_addresses(p_cloud_name, v_answers);
    perform media_sync.confirm_absence(
        p_cloud_name,
        array(
            select asset.asset_id
            from jsonb_array_elements(p_results) as result
            join public.media_assets as asset on asset.id = (result ->> 'id')::uuid
            where (result ->> 'destroyed')::boolean
        ),
        v_now, p_source, p_run_id
    );

    perform media_sync.rest_pushed(p_worker, p_results, p_claimed_at, v_settings);
    -- A grouped write tells no state: its echo settles it, or a look-up does.
    v_open := array(
        select asset.asset_id
        from public.media_assets as asset
        where asset.id = any (v_ids)
            and asset.sending is not null
            and exists (select from jsonb_array_elements(asset.sending) as attempt where attempt -> 'landed' <> '{}')
    );
    perform media_sync.queue_refresh_later(p_cloud_name, v_open, 'a write is to be confirmed', interval '30 seconds');

    if p_run_id is not null then
        perform media_sync.record_push(p_run_id, p_results);
    end if;
    perform media_sync.record_traffic(p_cloud_name, p_run_id, p_traffic);
    if p_finish and p_run_id is not null then
        v_run := public.media_sync_finish_run(p_run_id, 'completed');
    end if;
    return jsonb_build_object(
        -- Edited meanwhile.
        'more', exists (
            select from public.media_assets
            where id = any (v_ids) and sync_status = 'pending' and (next_attempt_at is null or next_attempt_at <= v_now)
        ),
        'open', to_jsonb(v_open),
        -- Where notifications come, the echo of a write is one of them.
        'echoes', exists (select from media_sync.webhook_events where received_at > v_now - interval '10 minutes'),
        'run', v_run,
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb, boolean) is
    'Settles claimed rows: [ { id, action, attempt, landed?: [ { difference, at? } ], answered?: [ difference ], dropped?: difference, misplaced?: [ { asset_id, difference, at } ], answers?: [ observation with observed_at ], cleared?, destroyed?, existence_at?, existence_dropped?, again?, error?: { code, message, permanent?, retry_at?, counts?, ends_wish? } } ]. Returns { more (rows edited meanwhile wait), open (asset_ids whose write is to be confirmed by echo or look-up), echoes, run, budget, now }.';
revoke all on function public.media_sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb, boolean)
    from public, anon, authenticated;
grant execute on function public.media_sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb, boolean) to service_role;
