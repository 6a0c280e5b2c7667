-- Live updates: one message a statement, on the private topic media_assets, that says which assets changed. Not what
-- they hold: clients read that again, with their own rights.

create or replace function media_sync.realtime_takes_messages()
returns boolean
-- plpgsql keeps its plan; each change of a row that people see asks.
language plpgsql
stable
set search_path = ''
as $$
declare
    v_messages constant regclass := media_sync.known_table('realtime.messages');
begin
    -- Realtime parts its messages by day and makes the parts when clients connect. Without today's, sending fails with a
    -- warning of twenty lines a statement, and there is nobody who misses the message.
    return v_messages is not null and (
        (select relkind from pg_catalog.pg_class where oid = v_messages) <> 'p'
        or exists (
            select
            from pg_catalog.pg_inherits as part
            join pg_catalog.pg_class as known on known.oid = part.inhrelid
            cross join lateral (select pg_get_expr(known.relpartbound, known.oid) as bound offset 0) as told
            where part.inhparent = v_messages
                -- A bound that is no time, such as DEFAULT, does not keep anything out.
                and coalesce(now() >= substring(told.bound from $bound$FROM \('(\d{4}-[^']+)'\)$bound$)::timestamptz, true)
                and coalesce(now() < substring(told.bound from $bound$TO \('(\d{4}-[^']+)'\)$bound$)::timestamptz, true)
        )
    );
end;
$$;
comment on function media_sync.realtime_takes_messages() is 'True where Realtime has its table of messages, with a place for those of now.';
revoke all on function media_sync.realtime_takes_messages() from public, anon, authenticated;

create or replace function media_sync.send_broadcast(p_operation text, p_ids uuid[], p_count bigint)
returns void
language plpgsql
set search_path = ''
as $$
begin
    execute format('select %I.send($1, $2, $3, $4)', 'realtime') using
        jsonb_build_object(
            'operation', p_operation, 'ids', to_jsonb(p_ids), 'count', p_count, 'truncated', p_count > cardinality(p_ids)
        ),
        p_operation,
        'media_assets',
        true;
exception
    when others then
        raise warning 'A change was not broadcast (SQLSTATE %).', sqlstate;
end;
$$;
comment on function media_sync.send_broadcast(text, uuid[], bigint) is
    'Sends { operation, ids, count, truncated } as the event named by the operation (insert, update, delete) to the private topic media_assets. Never fails the statement.';
revoke all on function media_sync.send_broadcast(text, uuid[], bigint) from public, anon, authenticated;

create or replace function media_sync.broadcast_assets()
returns trigger
language plpgsql
-- Whoever edits may not send to the topic; the database may.
security definer
set search_path = ''
-- The planner takes what a statement changed for one row, and would compare each with each.
set enable_nestloop = off
as $$
declare
    v_changed record;
begin
    if media_sync.known_function('realtime.send(jsonb, text, text, boolean)') is null then
        return null;
    end if;
    if tg_op = 'INSERT' then
        select count(*) as total, (array_agg(id))[1:100] as ids into v_changed from inserted where in_scope;
    elsif tg_op = 'DELETE' then
        select count(*) as total, (array_agg(id))[1:100] as ids into v_changed from deleted where in_scope;
    else
        -- What nobody sees is the sync's own book-keeping: leases, attempts, observations.
        select count(*) as total, (array_agg(inserted.id))[1:100] as ids into v_changed
        from inserted
        join deleted on deleted.id = inserted.id
        where (inserted.in_scope or deleted.in_scope)
            and (
                inserted.public_id, inserted.resource_type, inserted.type, inserted.format, inserted.version, inserted.bytes,
                inserted.width, inserted.height, inserted.duration, inserted.pages, inserted.url, inserted.secure_url,
                inserted.original_filename, inserted.folder, inserted.display_name, inserted.tags, inserted.context,
                inserted.metadata, inserted.access_mode, inserted.moderation_status, inserted.sync_status, inserted.sync_error,
                inserted.conflicts, inserted.usage_count, inserted.deleted_at, inserted.in_scope, inserted.created_at
            ) is distinct from (
                deleted.public_id, deleted.resource_type, deleted.type, deleted.format, deleted.version, deleted.bytes,
                deleted.width, deleted.height, deleted.duration, deleted.pages, deleted.url, deleted.secure_url,
                deleted.original_filename, deleted.folder, deleted.display_name, deleted.tags, deleted.context,
                deleted.metadata, deleted.access_mode, deleted.moderation_status, deleted.sync_status, deleted.sync_error,
                deleted.conflicts, deleted.usage_count, deleted.deleted_at, deleted.in_scope, deleted.created_at
            );
    end if;
    if v_changed.total > 0 and media_sync.realtime_takes_messages() then
        perform media_sync.send_broadcast(lower(tg_op), v_changed.ids, v_changed.total);
    end if;
    return null;
end;
$$;
comment on function media_sync.broadcast_assets() is 'Broadcasts which assets one statement changed, where Realtime exists and somebody could see the change.';
revoke all on function media_sync.broadcast_assets() from public, anon, authenticated;

create or replace trigger broadcast_assets_on_insert
    after insert on public.media_assets
    referencing new table as inserted
    for each statement execute function media_sync.broadcast_assets();

create or replace trigger broadcast_assets_on_update
    after update on public.media_assets
    referencing old table as deleted new table as inserted
    for each statement execute function media_sync.broadcast_assets();

create or replace trigger broadcast_assets_on_delete
    after delete on public.media_assets
    referencing old table as deleted
    for each statement execute function media_sync.broadcast_assets();

create or replace function public.enable_media_broadcast()
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
    if media_sync.known_table('realtime.messages') is null then
        update media_sync.health_state set broadcast_pending = true where not broadcast_pending;
        raise notice 'Realtime has not made its tables yet, so nothing is broadcast. Once it has, the next sync allows it, and select public.enable_media_broadcast() does at once.';
        return false;
    end if;
    -- Both judge the row's own topic: realtime.topic() is null outside Realtime's probe, and a row may name another.
    execute $policy$
        drop policy if exists "Viewers receive changes of media assets" on realtime.messages
    $policy$;
    execute $policy$
        create policy "Viewers receive changes of media assets"
            on realtime.messages for select to authenticated
            using (extension = 'broadcast' and topic = 'media_assets' and (select media_sync.is_viewer()))
    $policy$;
    -- Without a policy nobody may send; this one holds against a policy of the project's that lets people send anywhere.
    execute $policy$
        drop policy if exists "Nobody sends changes of media assets" on realtime.messages
    $policy$;
    execute $policy$
        create policy "Nobody sends changes of media assets"
            on realtime.messages as restrictive for insert to anon, authenticated
            with check (topic is distinct from 'media_assets')
    $policy$;
    update media_sync.health_state
    set broadcast_pending = false, broadcast_error = null
    where broadcast_pending or broadcast_error is not null;
    return true;
end;
$$;
comment on function public.enable_media_broadcast() is
    'Lets viewers receive the topic media_assets. Run by the migration, and by ticks until it holds. True when it is in place. The database owner and secret keys.';
revoke all on function public.enable_media_broadcast() from public, anon, authenticated;
grant execute on function public.enable_media_broadcast() to service_role;
