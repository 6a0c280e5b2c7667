-- Claimed rows are settled by what Cloudinary confirmed.

create or replace function public.media_sync_confirm_push(
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
        perform public.media_sync_apply_observations(
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
comment on function public.media_sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb) is
    'Settles claimed rows: [ { id, sent?, observation?, observed_at?, error?: { code, message, permanent?, retry_at?, counts? } } ]. Returns { pushed, failed, budget, now }.';
revoke all on function public.media_sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_confirm_push(text, uuid, timestamptz, jsonb, text, uuid, jsonb) to service_role;

create or replace function public.media_sync_intend_context_reset(p_worker uuid, p_id uuid)
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
comment on function public.media_sync_intend_context_reset(uuid, uuid) is 'Remembers that a row''s context is about to be cleared and set anew in Cloudinary. False when the worker no longer holds the row.';
revoke all on function public.media_sync_intend_context_reset(uuid, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_intend_context_reset(uuid, uuid) to service_role;

create or replace function public.media_sync_fail_restore(p_worker uuid, p_ids uuid[], p_source text, p_run_id uuid default null)
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
comment on function public.media_sync_fail_restore(uuid, uuid[], text, uuid) is 'Cloudinary could not give these assets back: they stay deleted, and the log says why.';
revoke all on function public.media_sync_fail_restore(uuid, uuid[], text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_fail_restore(uuid, uuid[], text, uuid) to service_role;
