-- Webhooks: what the `webhook` function asks and tells the database.

create function public.sync_webhook_status()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select jsonb_build_object(
        'events', settings.webhook_events,
        'last_received_at', (select received_at from media_sync.webhook_events order by received_at desc limit 1)
    )
    from media_sync.settings as settings;
$$;
comment on function public.sync_webhook_status() is 'Which notifications are registered and when the last one came; names no asset.';
revoke all on function public.sync_webhook_status() from public, anon, authenticated;
grant execute on function public.sync_webhook_status() to service_role;

create function media_sync.queue_refresh_later(p_cloud_name text, p_asset_ids text[], p_reason text, p_delay interval)
returns integer
language sql
set search_path = ''
as $$
    with queued as (
        insert into media_sync.refresh_queue as entry (cloud_name, asset_id, reason, not_before)
        select p_cloud_name, asset_id, p_reason, clock_timestamp() + p_delay
        from (select distinct unnest(p_asset_ids) as asset_id) as wanted
        order by asset_id
        -- An earlier appointment stands.
        on conflict (cloud_name, asset_id) do update set requested_at = clock_timestamp()
        returning 1
    )
    select count(*)::integer from queued;
$$;
comment on function media_sync.queue_refresh_later(text, text[], text, interval) is
    'Asks for the true state of assets after a while, so that many such wishes share one look-up.';
revoke all on function media_sync.queue_refresh_later(text, text[], text, interval) from public, anon, authenticated;

create function media_sync.rename_folder(p_cloud_name text, p_from text, p_to text, p_source text)
returns integer
language plpgsql
set search_path = ''
as $$
declare
    v_count integer;
    v_below constant text := regexp_replace(p_from, '([\\%_])', '\\\1', 'g') || '/%';
begin
    if p_from = '' or p_from = p_to then
        return 0;
    end if;
    with inside as materialized (
        select asset.id, asset.folder, asset.base ->> 'folder' as base_folder
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.deleted_at is null
            and (
                asset.folder = p_from or asset.folder like v_below
                -- Moved elsewhere here, but not there yet.
                or (asset.sync_status <> 'synced' and (asset.base ->> 'folder' = p_from or asset.base ->> 'folder' like v_below))
            )
        order by asset.asset_id
        for no key update
    ),
    moved as (
        update public.media_assets as asset
        set
            folder = case when inside.folder = inside.base_folder then p_to || substr(inside.folder, length(p_from) + 1) else asset.folder end,
            base = case
                when inside.base_folder = p_from or inside.base_folder like v_below
                    then jsonb_set(asset.base, '{folder}', to_jsonb(p_to || substr(inside.base_folder, length(p_from) + 1)))
                else asset.base
            end,
            in_scope = media_sync.in_scope(
                case when inside.folder = inside.base_folder then p_to || substr(inside.folder, length(p_from) + 1) else asset.folder end,
                settings.include_folders
            ),
            observed_at = clock_timestamp(),
            updated_at = clock_timestamp()
        from inside
        cross join media_sync.settings as settings
        where asset.id = inside.id
        returning asset.id, asset.asset_id, asset.public_id, asset.resource_type, asset.folder, inside.folder as folder_before
    ),
    move_log as (
        insert into public.media_sync_log (operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, changes)
        select
            'move', 'success', 'pull', p_source, id, asset_id, public_id, resource_type,
            jsonb_build_object('folder', jsonb_build_object('from', folder_before, 'to', folder))
        from moved
        where folder <> folder_before
    )
    select count(*) into v_count from moved;
    return v_count;
end;
$$;
comment on function media_sync.rename_folder(text, text, text, text) is
    'A folder was renamed or moved in Cloudinary, which tells so in one event: its assets, and those below, follow. Returns how many.';
revoke all on function media_sync.rename_folder(text, text, text, text) from public, anon, authenticated;

create function media_sync.apply_effects(p_cloud_name text, p_effects jsonb, p_triggered_at timestamptz, p_source text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_merge jsonb;
    v_fetch text[];
    v_verify text[];
    v_stale text[];
    v_touched uuid[];
    v_changed integer := 0;
    v_effect jsonb;
begin
    for v_effect in select element from jsonb_array_elements(p_effects) as element where element ->> 'kind' = 'folder' loop
        v_changed := v_changed + media_sync.rename_folder(p_cloud_name, v_effect ->> 'from', v_effect ->> 'to', p_source);
    end loop;

    with effects as materialized (
        select
            element ->> 'kind' as kind,
            coalesce(
                element ->> 'asset_id',
                -- Old notifications name the asset only by its public_id.
                (
                    select asset.asset_id
                    from public.media_assets as asset
                    where asset.cloud_name = p_cloud_name
                        and asset.public_id = element ->> 'public_id'
                        and asset.resource_type = element ->> 'resource_type'
                        and asset.type = coalesce(element ->> 'type', 'upload')
                        and asset.deleted_at is null
                    limit 1
                )
            ) as asset_id,
            coalesce(element -> 'fields', '{}') as fields,
            element -> 'observation' as observation,
            coalesce((element ->> 'incomplete')::boolean, false) as incomplete
        from jsonb_array_elements(p_effects) as element
        where element ->> 'kind' <> 'folder'
    ),
    rows_of_effects as (
        select
            effects.*,
            asset,
            (asset).id is not null as known,
            (asset).deleted_at is not null as deleted,
            (asset).sync_status <> 'synced' as dirty,
            coalesce(p_triggered_at < (asset).last_event_at, false) as late,
            media_sync.apply_sent((asset).base, fields) as base_after,
            media_sync.apply_sent(media_sync.editable_fields(asset), fields) as local_after
        from effects
        left join public.media_assets as asset
            on asset.cloud_name = p_cloud_name and asset.asset_id = effects.asset_id
        where effects.asset_id is not null
    ),
    judged as (
        select
            *,
            case
                when kind = 'delete' then
                    case
                        -- Never seen, or gone here too: nothing is to be done, whoever deleted it.
                        when not known or (deleted and not dirty) then 'nothing'
                        else 'fetch'
                    end
                when kind = 'refresh' or (not known and kind <> 'observe') then 'fetch'
                when kind = 'observe' then
                    case
                        when not known then 'merge'
                        when (observation ->> 'version')::bigint < (asset).version then 'stale'
                        when not deleted
                            and media_sync.content_changes(asset, media_sync.observed_content(asset, observation)) is null
                            and (
                                media_sync.observed_fields((asset).base, observation) = (asset).base
                                or (dirty and media_sync.same_fields(
                                    media_sync.observed_fields(media_sync.editable_fields(asset), observation),
                                    media_sync.editable_fields(asset)
                                ))
                            ) then 'nothing'
                        -- The same content with other fields: which of the two is newer, a look-up tells.
                        when (observation ->> 'version')::bigint = (asset).version or dirty or deleted or late then 'fetch'
                        else 'merge'
                    end
                -- An echo of our own write, or the same edit on both sides: what it brings stands here already.
                when not deleted and media_sync.same_fields(local_after, media_sync.editable_fields(asset))
                    and (dirty or media_sync.same_fields(base_after, (asset).base))
                    and (observation is null or media_sync.observed_content(asset, observation) is not distinct from asset)
                    then 'nothing'
                when late then 'stale'
                -- Merged with edits of ours, an event that came late could discard one of them: only a look-up may.
                when dirty or deleted then 'fetch'
                else 'merge'
            end as verdict
        from rows_of_effects
    )
    select
        coalesce(jsonb_agg(
            case
                when kind = 'observe' then observation
                else coalesce(observation, '{}')
                    || jsonb_build_object('asset_id', asset_id, 'resource_type', (asset).resource_type, 'type', (asset).type)
                    || base_after
            end
        ) filter (where verdict = 'merge'), '[]'),
        array_agg(asset_id) filter (where verdict = 'fetch' or (verdict = 'merge' and incomplete)),
        array_agg(asset_id) filter (where verdict in ('merge', 'stale') and not incomplete),
        array_agg(asset_id) filter (where verdict = 'stale'),
        array_agg((asset).id) filter (where known and verdict <> 'stale')
    into v_merge, v_fetch, v_verify, v_stale, v_touched
    from judged;

    if jsonb_array_length(v_merge) > 0 then
        select v_changed + count(*) filter (where outcome in ('inserted', 'updated', 'restored')) into v_changed
        from media_sync.merge_observations(p_cloud_name, v_merge, v_now, p_source);
    end if;
    if p_triggered_at is not null then
        update public.media_assets
        set last_event_at = p_triggered_at
        where id = any (v_touched) and (last_event_at is null or last_event_at < p_triggered_at);
    end if;
    perform media_sync.queue_refresh(p_cloud_name, coalesce(v_fetch, '{}'), 'an event tells too little');
    -- Events come in any order: what one of them changed is looked up once things are quiet.
    perform media_sync.queue_refresh_later(p_cloud_name, coalesce(v_verify, '{}'), 'changed by an event', interval '30 seconds');
    return jsonb_build_object(
        'changed', v_changed,
        'fetch', cardinality(coalesce(v_fetch, '{}')),
        'stale', cardinality(coalesce(v_stale, '{}'))
    );
end;
$$;
comment on function media_sync.apply_effects(text, jsonb, timestamptz, text) is
    'Applies what a notification says: [ { kind: observe | delta | delete | refresh | folder, asset_id, observation, fields, incomplete, from, to } ]. Returns { changed, fetch (look-ups wanted at once), stale }.';
revoke all on function media_sync.apply_effects(text, jsonb, timestamptz, text) from public, anon, authenticated;

create function media_sync.settle_event(p_cloud_name text, p_id bigint, p_effects jsonb, p_triggered_at timestamptz)
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
            when (v_applied ->> 'changed')::integer > 0 then 'applied'
            when (v_applied ->> 'fetch')::integer > 0 then 'stored'
            when (v_applied ->> 'stale')::integer > 0 then 'stale'
            else 'ignored'
        end;
    exception
        -- The event is safe in the inbox; its assets are looked up, and an operator may replay it.
        when others then
            v_error := sqlerrm;
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

create function public.sync_receive_event(p_cloud_name text, p_event jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '15s'
-- The planner takes an event for a page of assets and would read the whole table; it is about one asset or a few.
set enable_seqscan = off
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
    return media_sync.settle_event(p_cloud_name, v_id, p_event -> 'effects', (p_event ->> 'triggered_at')::timestamptz);
end;
$$;
comment on function public.sync_receive_event(text, jsonb) is
    'Stores a verified notification and applies it, in one transaction: { dedup_key, notification_type, body, triggered_at, signature_key, effects }. Returns { result: applied | stored | duplicate | ignored, refresh, event_id }.';
revoke all on function public.sync_receive_event(text, jsonb) from public, anon, authenticated;
grant execute on function public.sync_receive_event(text, jsonb) to service_role;

create function public.sync_get_event(p_id bigint)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
    select to_jsonb(event) from media_sync.webhook_events as event where id = p_id;
$$;
comment on function public.sync_get_event(bigint) is 'A stored notification, or null.';
revoke all on function public.sync_get_event(bigint) from public, anon, authenticated;
grant execute on function public.sync_get_event(bigint) to service_role;

create function public.sync_replay_event(p_cloud_name text, p_id bigint, p_effects jsonb)
returns jsonb
language sql
security definer
set search_path = ''
as $$
    -- Without its time, a replayed event is not held stale; the look-up that follows tells the truth.
    select media_sync.settle_event(p_cloud_name, p_id, p_effects, null);
$$;
comment on function public.sync_replay_event(text, bigint, jsonb) is 'Applies a stored notification again: { result, refresh, event_id }.';
revoke all on function public.sync_replay_event(text, bigint, jsonb) from public, anon, authenticated;
grant execute on function public.sync_replay_event(text, bigint, jsonb) to service_role;

create function public.sync_set_webhook_events(p_events text[])
returns void
language sql
security definer
set search_path = ''
as $$
    update media_sync.settings set webhook_events = p_events, updated_at = clock_timestamp() where webhook_events <> p_events;
$$;
comment on function public.sync_set_webhook_events(text[]) is 'Remembers which notifications are registered with Cloudinary.';
revoke all on function public.sync_set_webhook_events(text[]) from public, anon, authenticated;
grant execute on function public.sync_set_webhook_events(text[]) to service_role;
