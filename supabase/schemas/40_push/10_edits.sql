-- Local edits: editing an editable column is enough, the trigger here does the rest.

create or replace function media_sync.clean_tags(p_tags text[])
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_clean text[];
begin
    select coalesce(array_agg(tag order by place), '{}') into v_clean
    from (
        select btrim(tag) as tag, min(place) as place
        from unnest(p_tags) with ordinality as given (tag, place)
        where btrim(tag) <> ''
        group by btrim(tag)
    ) as distinct_tags;
    -- Cloudinary joins tags with commas on the wire, so that a comma would split one tag into two.
    if exists (select from unnest(v_clean) as tag where tag like '%,%' or length(tag) > 255) then
        raise exception 'A tag must not contain a comma and is at most 255 characters long.' using errcode = 'check_violation';
    end if;
    if cardinality(v_clean) > 1000 then
        raise exception 'An asset has at most 1000 tags.' using errcode = 'check_violation';
    end if;
    return v_clean;
end;
$$;
comment on function media_sync.clean_tags(text[]) is 'Tags as Cloudinary keeps them: trimmed, without empty or repeated ones. Raises check_violation for what it cannot hold.';
revoke all on function media_sync.clean_tags(text[]) from public, anon, authenticated;

create or replace function media_sync.clean_context(p_context jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    if jsonb_typeof(p_context) is distinct from 'object' then
        raise exception 'context must be an object of keys and strings.' using errcode = 'check_violation';
    end if;
    if exists (
        select from jsonb_each(p_context)
        where jsonb_typeof(value) in ('object', 'array') or key = '' or key ~ '[=|]'
    ) then
        raise exception 'A context value must be a string, and its key must not be empty or contain = or |.' using errcode = 'check_violation';
    end if;
    -- Cloudinary keeps strings only; a null is a key taken away.
    return (
        select coalesce(jsonb_object_agg(key, value #>> '{}') filter (where jsonb_typeof(value) <> 'null'), '{}')
        from jsonb_each(p_context)
    );
end;
$$;
comment on function media_sync.clean_context(jsonb) is 'Context as Cloudinary keeps it: strings only, null taken away. Raises check_violation for what it cannot hold.';
revoke all on function media_sync.clean_context(jsonb) from public, anon, authenticated;

create or replace function media_sync.derive_sync_state()
returns trigger
language plpgsql
-- Editors may write editable columns only; what follows from an edit is written here.
security definer
set search_path = ''
as $$
declare
    v_fields jsonb;
begin
    new.tags := media_sync.clean_tags(new.tags);
    new.context := media_sync.clean_context(new.context);
    new.folder := btrim(regexp_replace(coalesce(new.folder, ''), '/+', '/', 'g'), '/');
    if new.display_name like '%/%' and new.display_name is distinct from old.display_name then
        raise exception 'display_name must not contain a slash.' using errcode = 'check_violation';
    end if;

    -- In fixed-folder mode the folder is the path of the public_id: moving one moves the other.
    if (select folder_mode from media_sync.settings) = 'fixed' then
        if new.folder <> old.folder and new.public_id = old.public_id then
            new.public_id := case when new.folder = '' then '' else new.folder || '/' end
                || regexp_replace(new.public_id, '^.*/', '');
        else
            new.folder := coalesce(substring(new.public_id from '^(.*)/'), '');
        end if;
    end if;

    v_fields := media_sync.editable_fields(new);
    if media_sync.same_fields(v_fields, media_sync.editable_fields(old)) then
        new.tags := old.tags;
        -- A generated column is empty until after this trigger; skip_unchanged would take that for a change.
        new.search_text := old.search_text;
        return new;
    end if;

    new.conflicts := media_sync.open_conflicts(coalesce(new.conflicts, '{}'), v_fields, new.base);
    new.sync_status := case
        when new.deleted_at is not null then new.sync_status
        when new.conflicts is not null then 'conflict'
        when media_sync.same_fields(v_fields, new.base) then 'synced'
        else 'pending'
    end;
    new.sync_error := null;
    new.sync_attempts := 0;
    new.next_attempt_at := null;
    new.edited_at := clock_timestamp();
    new.updated_at := clock_timestamp();
    return new;
end;
$$;
comment on function media_sync.derive_sync_state() is 'Turns an edit of an editable column into a pending push, and an edit that changes nothing into nothing.';
revoke all on function media_sync.derive_sync_state() from public, anon, authenticated;

-- A merge moves `base` together with the fields and decides the status itself.
create or replace trigger derive_sync_state
    before update on public.media_assets
    for each row
    when (
        new.base is not distinct from old.base
        and (new.public_id, new.folder, new.display_name, new.tags, new.context, new.metadata)
            is distinct from (old.public_id, old.folder, old.display_name, old.tags, old.context, old.metadata)
    )
    execute function media_sync.derive_sync_state();

create or replace function media_sync.retry_push()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
    new.sync_attempts := 0;
    new.next_attempt_at := null;
    new.sync_error := null;
    return new;
end;
$$;
comment on function media_sync.retry_push() is 'Setting sync_status from error back to pending starts the attempts afresh.';
revoke all on function media_sync.retry_push() from public, anon, authenticated;

create or replace trigger retry_push
    before update of sync_status on public.media_assets
    for each row
    when (old.sync_status = 'error' and new.sync_status = 'pending')
    execute function media_sync.retry_push();

-- The name sorts last: whatever the other triggers made equal is not written.
create or replace trigger skip_unchanged
    before update on public.media_assets
    for each row
    execute function suppress_redundant_updates_trigger();
