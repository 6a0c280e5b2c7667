-- The version of the library: it changes with every transaction that may change what a page or an item shows. From it
-- comes the ETag, by which a client learns that nothing is new without the page being read.
--
-- One row would make every writer wait for every other. The version is spread over slots, of which a writer marks one that
-- is free with its transaction's number; the marks of all slots are the version. It is seen when the change is seen.

create table media_sync.library_versions (
    slot smallint primary key,
    transaction_id bigint not null default 0
);

comment on table media_sync.library_versions is 'The version of the library: all marks together.';
comment on column media_sync.library_versions.slot is 'Number of the slot.';
comment on column media_sync.library_versions.transaction_id is 'The latest transaction that changed the library and marked this slot.';

alter table media_sync.library_versions enable row level security;
revoke all on media_sync.library_versions from public, anon, authenticated, service_role;
grant select on media_sync.library_versions to service_role;

insert into media_sync.library_versions (slot) select generate_series(0, 63);

create or replace function media_sync.mark_library_change()
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_transaction constant bigint := pg_current_xact_id()::text::bigint;
    v_own constant smallint := pg_backend_pid() % 64;
    v_slot smallint;
    v_marked bigint;
begin
    select slot, transaction_id into v_slot, v_marked
    from media_sync.library_versions
    where slot = v_own
    for no key update skip locked;
    if v_slot is null then
        select slot, transaction_id into v_slot, v_marked
        from media_sync.library_versions
        order by transaction_id = v_transaction desc, slot
        limit 1
        for no key update skip locked;
    end if;
    -- Once a transaction is enough.
    if v_marked = v_transaction then
        return;
    end if;
    insert into media_sync.library_versions (slot, transaction_id)
    values (coalesce(v_slot, v_own), v_transaction)
    on conflict (slot) do update set transaction_id = excluded.transaction_id;
end;
$$;
comment on function media_sync.mark_library_change() is 'Makes the version of the library another one, as of this transaction.';
revoke all on function media_sync.mark_library_change() from public, anon, authenticated;

create or replace function media_sync.note_library_change()
returns trigger
language plpgsql
-- Whoever may change the library changes its version, but nobody may write that.
security definer
set search_path = ''
as $$
begin
    if exists (select from changed) then
        perform media_sync.mark_library_change();
    end if;
    return null;
end;
$$;
comment on function media_sync.note_library_change() is 'Another version, where a statement changed rows.';
revoke all on function media_sync.note_library_change() from public, anon, authenticated;

create or replace function media_sync.note_library_truncation()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform media_sync.mark_library_change();
    return null;
end;
$$;
comment on function media_sync.note_library_truncation() is 'Another version, where a table was emptied.';
revoke all on function media_sync.note_library_truncation() from public, anon, authenticated;

create or replace trigger note_library_change_on_insert
    after insert on public.media_assets
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on public.media_assets
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on public.media_assets
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on public.media_assets
    for each statement execute function media_sync.note_library_truncation();

create or replace trigger note_library_change_on_insert
    after insert on public.media_usage
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on public.media_usage
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on public.media_usage
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on public.media_usage
    for each statement execute function media_sync.note_library_truncation();

create or replace trigger note_library_change_on_insert
    after insert on public.media_collections
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on public.media_collections
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on public.media_collections
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on public.media_collections
    for each statement execute function media_sync.note_library_truncation();

create or replace trigger note_library_change_on_insert
    after insert on public.media_collection_items
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on public.media_collection_items
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on public.media_collection_items
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on public.media_collection_items
    for each statement execute function media_sync.note_library_truncation();

create or replace trigger note_library_change_on_insert
    after insert on media_sync.quarantine
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on media_sync.quarantine
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on media_sync.quarantine
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on media_sync.quarantine
    for each statement execute function media_sync.note_library_truncation();

create or replace trigger note_library_change_on_insert
    after insert on media_sync.settings
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_update
    after update on media_sync.settings
    referencing new table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_change_on_delete
    after delete on media_sync.settings
    referencing old table as changed
    for each statement execute function media_sync.note_library_change();

create or replace trigger note_library_truncation
    after truncate on media_sync.settings
    for each statement execute function media_sync.note_library_truncation();
