-- The inbox: a verified notification is stored, then applied.

create or replace function media_sync.settle_event(p_cloud_name text, p_id bigint, p_effects jsonb, p_triggered_at timestamptz)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_applied jsonb;
    v_result text;
    v_error text;
begin
    begin
        v_applied := media_sync.apply_effects(p_cloud_name, p_effects, p_triggered_at, 'webhook');
        v_result := case
            when jsonb_array_length(p_effects) = 0 then 'ignored'
            when (v_applied ->> 'refused')::integer > 0 then 'failed'
            when (v_applied ->> 'changed')::integer > 0 then 'applied'
            when (v_applied ->> 'fetch')::integer > 0 then 'stored'
            when (v_applied ->> 'stale')::integer > 0 then 'stale'
            else 'ignored'
        end;
        if v_result = 'failed' then
            v_error := 'What it tells of its assets cannot be stored; they are set aside and looked up.';
        end if;
    exception
        -- The event is safe in the inbox; its assets are looked up, and an operator may replay it.
        when others then
            -- What passes by itself is for the caller to repeat.
            if left(sqlstate, 2) in ('08', '40', '53', '55', '57') then
                raise;
            end if;
            v_error := format('It could not be applied (SQLSTATE %s); its assets are looked up.', sqlstate);
            v_result := 'failed';
            perform media_sync.queue_refresh(
                p_cloud_name,
                array(select element ->> 'asset_id' from jsonb_array_elements(p_effects) as element where element ? 'asset_id'),
                'an event could not be applied'
            );
    end;

    update media_sync.webhook_events
    set result = v_result, error_message = v_error, applied_at = clock_timestamp()
    where id = p_id;
    if v_result in ('stale', 'failed') then
        insert into public.media_sync_log (operation, status, direction, source, asset_id, changes, error_code, error_message)
        select
            'event', case v_result when 'stale' then 'stale' else 'error' end, 'pull', 'webhook',
            p_effects -> 0 ->> 'asset_id',
            jsonb_build_object('event', p_id, 'notification_type', notification_type),
            case v_result when 'failed' then 'event_failed' end, v_error
        from media_sync.webhook_events
        where id = p_id;
    end if;
    return jsonb_build_object(
        'result', case v_result when 'applied' then 'applied' when 'stored' then 'stored' when 'failed' then 'stored' else 'ignored' end,
        'refresh', v_result = 'failed' or coalesce((v_applied ->> 'fetch')::integer, 0) > 0,
        'event_id', p_id
    );
end;
$$;
comment on function media_sync.settle_event(text, bigint, jsonb, timestamptz) is 'Applies a stored event and notes what became of it: { result, refresh, event_id }.';
revoke all on function media_sync.settle_event(text, bigint, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.keep_refused_event(p_cloud_name text, p_id bigint, p_event jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_error constant text := 'It could not be applied; its assets are looked up.';
begin
    update media_sync.webhook_events set result = 'failed', error_message = v_error where id = p_id;
    insert into public.media_sync_log (operation, status, direction, source, changes, error_code, error_message)
    values (
        'event', 'error', 'pull', 'webhook',
        jsonb_build_object('event', p_id, 'notification_type', p_event ->> 'notification_type'), 'event_failed', v_error
    );
    perform media_sync.queue_refresh(
        p_cloud_name, array(select jsonb_array_elements_text(p_event -> 'refused')), 'an event could not be applied'
    );
    return jsonb_build_object('result', 'stored', 'refresh', true, 'event_id', p_id);
end;
$$;
comment on function media_sync.keep_refused_event(text, bigint, jsonb) is
    'Notes that an event was stored and not applied, in the log too, and asks for the true state of its assets.';
revoke all on function media_sync.keep_refused_event(text, bigint, jsonb) from public, anon, authenticated;

create or replace function public.media_sync_receive_event(p_cloud_name text, p_event jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '15s'
-- The planner takes an event for a page of assets and would read the whole table; it is about one asset or a few. What it
-- then believes of the cost has it plan the same statements at every call.
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
    v_id bigint;
    v_deliveries integer;
begin
    -- Copies that arrive together wait here for the first one.
    insert into media_sync.webhook_events as event (dedup_key, notification_type, body, triggered_at, signature_key)
    values (
        p_event ->> 'dedup_key', p_event ->> 'notification_type', p_event ->> 'body',
        (p_event ->> 'triggered_at')::timestamptz, p_event ->> 'signature_key'
    )
    on conflict (dedup_key) do update set deliveries = event.deliveries + 1
    returning id, deliveries into v_id, v_deliveries;
    if v_deliveries > 1 then
        return jsonb_build_object('result', 'duplicate', 'refresh', false, 'event_id', v_id);
    end if;
    if p_event ? 'refused' then
        return media_sync.keep_refused_event(p_cloud_name, v_id, p_event);
    end if;
    return media_sync.settle_event(p_cloud_name, v_id, p_event -> 'effects', (p_event ->> 'triggered_at')::timestamptz);
end;
$$;
comment on function public.media_sync_receive_event(text, jsonb) is
    'Stores a verified notification and applies it, in one transaction: { dedup_key, notification_type, body, triggered_at, signature_key, effects }; with refused (asset_ids), because the first try failed, it is only stored, and they are looked up. Returns { result: applied | stored | duplicate | ignored, refresh, event_id }.';
revoke all on function public.media_sync_receive_event(text, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_receive_event(text, jsonb) to service_role;

create or replace function public.media_sync_get_event(p_id bigint)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select to_jsonb(event) from media_sync.webhook_events as event where id = p_id;
$$;
comment on function public.media_sync_get_event(bigint) is 'A stored notification, or null.';
revoke all on function public.media_sync_get_event(bigint) from public, anon, authenticated;
grant execute on function public.media_sync_get_event(bigint) to service_role;

create or replace function public.media_sync_replay_event(p_cloud_name text, p_id bigint, p_effects jsonb)
returns jsonb
language sql
security definer
set search_path = ''
as $$
    -- Without its time, a replayed event is not held stale; the look-up that follows tells the truth.
    select media_sync.settle_event(p_cloud_name, p_id, p_effects, null);
$$;
comment on function public.media_sync_replay_event(text, bigint, jsonb) is 'Applies a stored notification again: { result, refresh, event_id }.';
revoke all on function public.media_sync_replay_event(text, bigint, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_replay_event(text, bigint, jsonb) to service_role;

create or replace function public.media_sync_webhook_status()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object(
        'events', settings.webhook_events,
        'last_received_at', (select received_at from media_sync.webhook_events order by received_at desc limit 1),
        'last_error', (
            -- Not its sentence, which may name an asset.
            select jsonb_build_object('received_at', received_at, 'notification_type', notification_type)
            from media_sync.webhook_events
            where result = 'failed' and received_at > (select clock_timestamp()) - interval '7 days'
            order by received_at desc
            limit 1
        )
    )
    from media_sync.settings as settings;
$$;
comment on function public.media_sync_webhook_status() is 'Which notifications are registered, when the last one came and when the last one failed; names no asset.';
revoke all on function public.media_sync_webhook_status() from public, anon, authenticated;
grant execute on function public.media_sync_webhook_status() to service_role;

create or replace function public.media_sync_set_webhook_events(p_events text[])
returns void
language sql
security definer
set search_path = ''
as $$
    update media_sync.settings set webhook_events = p_events, updated_at = clock_timestamp() where webhook_events <> p_events;
$$;
comment on function public.media_sync_set_webhook_events(text[]) is 'Remembers which notifications are registered with Cloudinary.';
revoke all on function public.media_sync_set_webhook_events(text[]) from public, anon, authenticated;
grant execute on function public.media_sync_set_webhook_events(text[]) to service_role;
