-- A local edit does not wait for the minute: it wakes a push, once however many statements and callers there are.
--
-- Whether a wake is already waiting is decided at commit. Decided earlier, either editors would hold the one row that
-- says so until they commit, and wait for each other; or a push could begin between the decision and the commit, miss
-- the edit, and nobody would wake the next one.

create or replace function media_sync.wake_push()
returns bigint
language plpgsql
set search_path = ''
as $$
declare
    v_wake media_sync.wakes;
    v_request_id bigint;
begin
    if media_sync.invocation_problem() is not null then
        -- The tick finds the edit, if there is one; health says what is missing.
        return null;
    end if;
    -- Held to the end of the commit only. media_sync_begin_push() waits for it, so that the push it begins sees this edit.
    select * into v_wake from media_sync.wakes for update;
    -- A wake that nobody answered was lost on the way: pg_net promises nothing.
    if v_wake.waiting_since > clock_timestamp() - interval '10 seconds' then
        return null;
    end if;
    v_request_id := media_sync.invoke_function('sync', '{"direction": "push", "background": true}');
    if v_request_id is not null then
        update media_sync.wakes set waiting_since = clock_timestamp(), sent_at = clock_timestamp();
    end if;
    return v_request_id;
end;
$$;
comment on function media_sync.wake_push() is
    'Asks the sync function for a push, unless a wake of the last 10 s still waits. Returns pg_net''s id of the request, or null when none was needed or possible.';
revoke all on function media_sync.wake_push() from public, anon, authenticated;

create or replace function media_sync.send_wake()
returns trigger
language plpgsql
-- Whoever edits may not call the functions with the key of cron; the database may.
security definer
set search_path = ''
as $$
begin
    delete from media_sync.wake_requests where transaction_id = new.transaction_id;
    begin
        perform media_sync.wake_push();
    exception
        when others then
            raise warning 'The push was not woken (SQLSTATE %); the next tick finds the edit.', sqlstate;
    end;
    return null;
end;
$$;
comment on function media_sync.send_wake() is 'Wakes a push at commit. Never fails the transaction.';
revoke all on function media_sync.send_wake() from public, anon, authenticated;

create constraint trigger send_wake
    after insert on media_sync.wake_requests
    deferrable initially deferred
    for each row execute function media_sync.send_wake();

create or replace function media_sync.request_wake()
returns trigger
language plpgsql
security definer
set search_path = ''
-- The planner takes what a statement changed for one row, and would compare each with each.
set enable_nestloop = off
as $$
declare
    v_now constant timestamptz := clock_timestamp();
begin
    -- Most statements are a pull's and leave nothing to push: the join has no rows on its side then. A claim, a lease or
    -- a failed attempt leaves a row as pending as it was, or pending for later.
    if exists (
        select
        from inserted
        join deleted on deleted.id = inserted.id
        where inserted.sync_status = 'pending'
            and (inserted.next_attempt_at is null or inserted.next_attempt_at <= v_now)
            and (
                deleted.sync_status <> 'pending'
                or deleted.next_attempt_at > v_now
                or (inserted.edited_at, inserted.deleted_at, inserted.restore_requested_at)
                    is distinct from (deleted.edited_at, deleted.deleted_at, deleted.restore_requested_at)
            )
    ) then
        insert into media_sync.wake_requests (transaction_id) values (pg_current_xact_id()) on conflict do nothing;
    end if;
    return null;
exception
    when others then
        raise warning 'The push was not woken (SQLSTATE %); the next tick finds the edit.', sqlstate;
        return null;
end;
$$;
comment on function media_sync.request_wake() is 'Notes that the transaction left rows newly waiting for Cloudinary. Never fails the statement.';
revoke all on function media_sync.request_wake() from public, anon, authenticated;

create or replace trigger request_wake
    after update on public.media_assets
    referencing old table as deleted new table as inserted
    for each statement execute function media_sync.request_wake();
