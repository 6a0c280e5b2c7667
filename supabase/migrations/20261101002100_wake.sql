-- A local edit does not wait for the minute: it wakes a push, once however many statements and callers there are.
--
-- Whether a wake is already waiting is decided at commit. Decided earlier, either editors would hold the one row that
-- says so until they commit, and wait for each other; or a push could begin between the decision and the commit, miss
-- the edit, and nobody would wake the next one.

create table if not exists media_sync.wakes (
    id boolean primary key default true check (id),
    waiting_since timestamptz,
    sent_at timestamptz,
    begun_at timestamptz
);

comment on table media_sync.wakes is 'The one row about waking a push.';
comment on column media_sync.wakes.id is 'Always true: there is one row.';
comment on column media_sync.wakes.waiting_since is 'When the wake was sent that no push has answered yet; null: none waits.';
comment on column media_sync.wakes.sent_at is 'When a wake was last sent.';
comment on column media_sync.wakes.begun_at is 'When a push last began.';

alter table media_sync.wakes enable row level security;
revoke all on media_sync.wakes from public, anon, authenticated, service_role;
grant select on media_sync.wakes to service_role;

insert into media_sync.wakes default values on conflict do nothing;

create table if not exists media_sync.wake_requests (
    transaction_id xid8 primary key
);

comment on table media_sync.wake_requests is 'Transactions that will wake a push when they commit; empty between transactions.';
comment on column media_sync.wake_requests.transaction_id is 'The transaction, once however many statements it has.';

alter table media_sync.wake_requests enable row level security;
revoke all on media_sync.wake_requests from public, anon, authenticated, service_role;
grant select on media_sync.wake_requests to service_role;

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
    -- Held to the end of the commit only. sync_begin_push() waits for it, so that the push it begins sees this edit.
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

drop trigger if exists send_wake on media_sync.wake_requests;
create constraint trigger send_wake
    after insert on media_sync.wake_requests
    deferrable initially deferred
    for each row execute function media_sync.send_wake();

create or replace function media_sync.request_wake()
returns trigger
language plpgsql
security definer
set search_path = ''
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
            and inserted.in_scope
            and (inserted.next_attempt_at is null or inserted.next_attempt_at <= v_now)
            and (
                deleted.sync_status <> 'pending'
                or not deleted.in_scope
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

create or replace function public.sync_begin_push()
returns void
language sql
security definer
set search_path = ''
as $$
    update media_sync.wakes set waiting_since = null, begun_at = clock_timestamp();
$$;
comment on function public.sync_begin_push() is
    'A push begins: edits from now on may wake another. To be called in a transaction of its own before the first claim, which then sees every edit whose wake this answers.';
revoke all on function public.sync_begin_push() from public, anon, authenticated;
grant execute on function public.sync_begin_push() to service_role;
