-- Pushing: pending rows are claimed, read fresh, merged, written to Cloudinary, and settled by what Cloudinary confirmed.

create function media_sync.push_task(p_asset public.media_assets)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    select jsonb_build_object(
        'id', p_asset.id,
        'asset_id', p_asset.asset_id,
        'action', case
            when p_asset.deleted_at is null then 'update'
            when p_asset.restore_requested_at is not null then 'restore'
            else 'delete'
        end,
        -- The name that Cloudinary knows it by, which a local rename has not reached yet.
        'public_id', p_asset.base ->> 'public_id',
        'resource_type', p_asset.resource_type,
        'type', p_asset.type,
        'base', p_asset.base,
        'local', media_sync.editable_fields(p_asset)
    );
$$;
comment on function media_sync.push_task(public.media_assets) is 'What a worker needs to know to push a row.';
revoke all on function media_sync.push_task(public.media_assets) from public, anon, authenticated;

create function public.sync_claim_pending(
    p_cloud_name text,
    p_worker uuid,
    p_limit integer,
    p_lease_seconds integer,
    p_ids uuid[] default null
)
returns jsonb
language sql
security definer
set search_path = ''
as $$
    with due as (
        select id
        from public.media_assets
        where sync_status = 'pending'
            and cloud_name = p_cloud_name
            and in_scope
            and (p_ids is null or id = any (p_ids))
            -- Whoever asks for certain rows wants them now; the pause is for the background.
            and (p_ids is not null or next_attempt_at is null or next_attempt_at <= clock_timestamp())
            and (leased_until is null or leased_until < clock_timestamp())
        order by next_attempt_at nulls first
        limit p_limit
        for no key update skip locked
    ),
    claimed as (
        update public.media_assets as asset
        set lease_token = p_worker, leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
        from due
        where asset.id = due.id
        returning asset as claimed_row
    )
    select jsonb_build_object(
        'tasks', coalesce((select jsonb_agg(media_sync.push_task(claimed_row)) from claimed), '[]'),
        'folder_mode', settings.folder_mode,
        'conflict_policy', settings.conflict_policy,
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    )
    from media_sync.settings as settings;
$$;
comment on function public.sync_claim_pending(text, uuid, integer, integer, uuid[]) is
    'Leases pending rows to a worker: { tasks: [ { id, asset_id, action: update | delete | restore, public_id, resource_type, type, base, local } ], folder_mode, conflict_policy, budget, now }. p_ids claims just those, due or not.';
revoke all on function public.sync_claim_pending(text, uuid, integer, integer, uuid[]) from public, anon, authenticated;
grant execute on function public.sync_claim_pending(text, uuid, integer, integer, uuid[]) to service_role;

create function public.sync_plan_push(
    p_cloud_name text,
    p_worker uuid,
    p_asset_ids text[],
    p_observations jsonb,
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_absent text[] := array(
        select wanted.asset_id
        from unnest(p_asset_ids) as wanted (asset_id)
        where wanted.asset_id not in (select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element)
    );
begin
    perform public.sync_apply_observations(p_cloud_name, p_observations, p_observed_at, p_source, p_run_id);
    -- Gone: an edit has nothing left to reach, a deletion has arrived.
    perform media_sync.confirm_gone(p_cloud_name, v_absent, p_observed_at, p_source, p_run_id);

    -- Set to pending by hand, or overtaken: nothing is left to write.
    update public.media_assets as asset
    set sync_status = 'synced', sync_error = null, sync_attempts = 0, next_attempt_at = null
    where asset.cloud_name = p_cloud_name
        and asset.asset_id = any (p_asset_ids)
        and asset.sync_status = 'pending'
        and asset.deleted_at is null
        and media_sync.same_fields(media_sync.editable_fields(asset), asset.base);
    update public.media_assets as asset
    set lease_token = null, leased_until = null
    where asset.cloud_name = p_cloud_name
        and asset.asset_id = any (p_asset_ids)
        and asset.lease_token = p_worker
        and asset.sync_status <> 'pending';

    return jsonb_build_object(
        'tasks', (
            select coalesce(jsonb_agg(media_sync.push_task(asset) order by asset.id), '[]')
            from public.media_assets as asset
            where asset.cloud_name = p_cloud_name
                and asset.asset_id = any (p_asset_ids)
                and asset.lease_token = p_worker
                and asset.sync_status = 'pending'
        ),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.sync_plan_push(text, uuid, text[], jsonb, timestamptz, text, uuid) is
    'Merges the fresh look-up of claimed rows and returns the tasks that are left: { tasks, now }.';
revoke all on function public.sync_plan_push(text, uuid, text[], jsonb, timestamptz, text, uuid) from public, anon, authenticated;
grant execute on function public.sync_plan_push(text, uuid, text[], jsonb, timestamptz, text, uuid) to service_role;

create function media_sync.apply_sent(p_base jsonb, p_sent jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- sent: { tags: { added, removed }, context: { set, removed }, metadata: { set, removed }, display_name, folder, public_id }
    select p_base
        || (p_sent - array['tags', 'context', 'metadata'])
        || case when p_sent ? 'tags' then jsonb_build_object('tags', (
            select coalesce(jsonb_agg(tag order by place), '[]')
            from (
                select value as tag, ordinality as place
                from jsonb_array_elements_text(p_base -> 'tags') with ordinality
                where not coalesce(p_sent -> 'tags' -> 'removed', '[]') ? value
                union all
                select value, 100000 + ordinality
                from jsonb_array_elements_text(coalesce(p_sent -> 'tags' -> 'added', '[]')) with ordinality
                where not (p_base -> 'tags') ? value
            ) as kept
        )) else '{}' end
        || case when p_sent ? 'context' then jsonb_build_object('context',
            (p_base -> 'context') - array(select jsonb_array_elements_text(coalesce(p_sent -> 'context' -> 'removed', '[]')))
                || coalesce(p_sent -> 'context' -> 'set', '{}')
        ) else '{}' end
        || case when p_sent ? 'metadata' then jsonb_build_object('metadata',
            (p_base -> 'metadata') - array(select jsonb_array_elements_text(coalesce(p_sent -> 'metadata' -> 'removed', '[]')))
                || coalesce(p_sent -> 'metadata' -> 'set', '{}')
        ) else '{}' end;
$$;
comment on function media_sync.apply_sent(jsonb, jsonb) is
    'base after Cloudinary confirmed what was sent: { tags: { added, removed }, context and metadata: { set, removed }, display_name, folder, public_id }.';
revoke all on function media_sync.apply_sent(jsonb, jsonb) from public, anon, authenticated;

create function public.sync_confirm_push(
    p_cloud_name text,
    p_worker uuid,
    p_claimed_at timestamptz,
    p_results jsonb,
    p_source text,
    p_run_id uuid default null,
    p_traffic jsonb default '{}'
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
as $$
declare
    v_settings media_sync.settings;
    v_group jsonb;
    v_pushed integer;
    v_failed integer;
    v_errors jsonb;
begin
    select * into strict v_settings from media_sync.settings;

    perform from public.media_assets as asset
    where asset.id in (select (element ->> 'id')::uuid from jsonb_array_elements(p_results) as element)
    order by asset.asset_id
    for no key update;

    with results as materialized (
        select
            asset as before,
            element -> 'error' as error,
            (element ->> 'observed_at')::timestamptz as observed_at,
            nullif(element -> 'sent', '{}') as sent,
            media_sync.apply_sent(asset.base, coalesce(element -> 'sent', '{}')) as base,
            -- A deletion or a wish to restore is as much news as an edit: it is no failed attempt, and waits for nothing.
            coalesce(greatest(asset.edited_at, asset.deleted_at, asset.restore_requested_at) > p_claimed_at, false) as edited_meanwhile
        from jsonb_array_elements(p_results) as element
        join public.media_assets as asset on asset.id = (element ->> 'id')::uuid
        -- A row that another worker took over meanwhile is that worker's to settle; what was sent will show in its look-up.
        where asset.lease_token = p_worker
    ),
    decided as materialized (
        select
            results.*,
            (before).deleted_at is null and media_sync.same_fields(media_sync.editable_fields(before), base) as equal,
            (before).sync_attempts + 1 as attempts,
            coalesce((error ->> 'counts')::boolean, true) as counts
        from results
    ),
    settled as (
        update public.media_assets as asset
        set
            base = decided.base,
            sync_status = case
                when asset.sync_status <> 'pending' then asset.sync_status
                when decided.equal then 'synced'
                when decided.edited_meanwhile or not decided.counts then 'pending'
                when decided.attempts >= v_settings.push_max_attempts or (decided.error ->> 'permanent')::boolean then 'error'
                else 'pending'
            end,
            sync_attempts = case
                when decided.equal or decided.edited_meanwhile then 0
                when decided.counts then decided.attempts
                else asset.sync_attempts
            end,
            next_attempt_at = case
                when decided.equal or decided.edited_meanwhile then null
                when decided.error ? 'retry_at' then (decided.error ->> 'retry_at')::timestamptz
                else clock_timestamp() + media_sync.backoff(decided.attempts, v_settings.push_backoff_cap, random())
            end,
            sync_error = case
                when decided.equal or decided.edited_meanwhile then null
                else coalesce(decided.error ->> 'message', 'Cloudinary accepted the change but keeps another value.')
            end,
            -- What a request that began before this write saw is older; an answer that shows the asset dates it.
            observed_at = case
                when decided.sent is null then asset.observed_at
                else coalesce(decided.observed_at, clock_timestamp())
            end,
            last_synced_at = case when decided.equal then clock_timestamp() else asset.last_synced_at end,
            lease_token = null,
            leased_until = null
        from decided
        where asset.id = (decided.before).id
        returning asset.id, asset.sync_status
    ),
    push_log as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes, run_id,
            error_code, error_message, processing_time_ms
        )
        select
            case
                when sent ? 'public_id' then 'rename'
                when sent ? 'folder' then 'move'
                -- An edit that was sent is one, even if the row was deleted meanwhile.
                when sent is not null then 'update'
                when (before).deleted_at is not null and (before).restore_requested_at is not null then 'restore'
                when (before).deleted_at is not null then 'delete'
                else 'update'
            end,
            case when error is null then 'success' else 'error' end,
            'push', p_source, (before).id, (before).asset_id, (before).public_id, (before).resource_type,
            media_sync.changed_fields((before).base, base),
            p_run_id, error ->> 'code', error ->> 'message',
            extract(epoch from clock_timestamp() - p_claimed_at) * 1000 / greatest(jsonb_array_length(p_results), 1)
        from decided
        where sent is not null or error is not null
    )
    select
        (select count(*) from decided where sent is not null),
        (select count(*) from decided where error is not null),
        (
            select coalesce(jsonb_agg(jsonb_build_object(
                'public_id', (before).public_id, 'code', error ->> 'code', 'message', error ->> 'message'
            ) order by (before).public_id), '[]')
            from decided
            where error is not null
        )
    into v_pushed, v_failed, v_errors;

    -- Answers that show the whole asset go through the same merge as every observation. What they show beside the
    -- confirmed fields is news from Cloudinary.
    for v_group in
        select jsonb_build_object('observed_at', element ->> 'observed_at', 'observations', jsonb_agg(element -> 'observation'))
        from jsonb_array_elements(p_results) as element
        where element ? 'observation'
        group by element ->> 'observed_at'
    loop
        perform public.sync_apply_observations(
            p_cloud_name, v_group -> 'observations', (v_group ->> 'observed_at')::timestamptz, p_source, p_run_id
        );
    end loop;

    if p_run_id is not null then
        update media_sync.runs
        set
            pushed_items = pushed_items + v_pushed,
            error_count = error_count + v_failed,
            errors = (
                select coalesce(jsonb_agg(element order by place), '[]')
                from jsonb_array_elements(errors || v_errors) with ordinality as listed (element, place)
                where place <= 50
            ),
            touched_at = clock_timestamp()
        where id = p_run_id;
    end if;
    perform media_sync.record_traffic(p_cloud_name, p_run_id, p_traffic);
    return jsonb_build_object(
        'pushed', v_pushed,
        'failed', v_failed,
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb) is
    'Settles claimed rows: [ { id, sent?, observation?, observed_at?, error?: { code, message, permanent?, retry_at?, counts? } } ]. Returns { pushed, failed, budget, now }.';
revoke all on function public.sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb) to service_role;

create function public.sync_intend_context_reset(p_worker uuid, p_id uuid)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- Clearing the context and setting it again are two calls. Should the worker die between them, base must say that
    -- Cloudinary holds none of the keys that stay: then they count as local additions and are sent again. The keys to be
    -- removed stay in base, so that their removal is not forgotten should the worker die before the first call.
    update public.media_assets as asset
    set base = jsonb_set(asset.base, '{context}', (
        select coalesce(jsonb_object_agg(key, value), '{}')
        from jsonb_each(asset.base -> 'context')
        where not asset.context ? key
    ))
    where asset.id = p_id and asset.lease_token = p_worker;
    return found;
end;
$$;
comment on function public.sync_intend_context_reset(uuid, uuid) is 'Remembers that a row''s context is about to be cleared and set anew in Cloudinary. False when the worker no longer holds the row.';
revoke all on function public.sync_intend_context_reset(uuid, uuid) from public, anon, authenticated;
grant execute on function public.sync_intend_context_reset(uuid, uuid) to service_role;

create function public.sync_fail_restore(p_worker uuid, p_ids uuid[], p_source text, p_run_id uuid default null)
returns integer
language sql
security definer
set search_path = ''
as $$
    with failed as (
        update public.media_assets
        set
            sync_status = 'synced',
            sync_error = 'Cloudinary no longer holds the content, and no backup of it exists.',
            restore_requested_at = null,
            lease_token = null,
            leased_until = null
        where id = any (p_ids) and lease_token = p_worker and restore_requested_at is not null
        returning id, asset_id, public_id, resource_type
    ),
    logged as (
        insert into public.media_sync_log (
            operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, error_code, error_message, run_id
        )
        select
            'restore', 'error', 'push', p_source, id, asset_id, public_id, resource_type, 'content_gone',
            'Cloudinary no longer holds the content, and no backup of it exists.', p_run_id
        from failed
        returning 1
    )
    select count(*)::integer from logged;
$$;
comment on function public.sync_fail_restore(uuid, uuid[], text, uuid) is 'Cloudinary could not give these assets back: they stay deleted, and the log says why.';
revoke all on function public.sync_fail_restore(uuid, uuid[], text, uuid) from public, anon, authenticated;
grant execute on function public.sync_fail_restore(uuid, uuid[], text, uuid) to service_role;

create function public.sync_release_pending(p_worker uuid, p_ids uuid[])
returns void
language sql
security definer
set search_path = ''
as $$
    update public.media_assets
    set lease_token = null, leased_until = null
    where id = any (p_ids) and lease_token = p_worker;
$$;
comment on function public.sync_release_pending(uuid, uuid[]) is 'Gives claimed rows back untouched, so that the next call need not wait for the lease to end.';
revoke all on function public.sync_release_pending(uuid, uuid[]) from public, anon, authenticated;
grant execute on function public.sync_release_pending(uuid, uuid[]) to service_role;
