-- Local edits: editing an editable column is enough, the trigger here does the rest.

create or replace function media_sync.clean_tags(p_tags text[], p_before text[], p_base text[])
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_known constant text[] := p_before || p_base;
    v_clean text[];
begin
    -- Not worth the cleaning: hardly all but a thousand are empty or repeated.
    if cardinality(p_tags) > greatest(10000, cardinality(v_known)) then
        raise exception 'An asset has at most 1000 tags.' using errcode = 'invalid_parameter_value';
    end if;
    v_clean := array(
        select jsonb_array_elements_text(media_sync.keep_order(to_jsonb(array(
            select tag
            from unnest(p_tags) as given
            cross join lateral (select case when given = any (v_known) then given else btrim(given) end as tag) as trimmed
            where tag <> ''
        ))))
    );
    -- Cloudinary joins tags with commas on the wire, so that a comma would split one tag into two.
    if exists (select from unnest(v_clean) as tag where (tag like '%,%' or length(tag) > 255) and tag <> all (v_known)) then
        raise exception 'A tag must not contain a comma and is at most 255 characters long.' using errcode = 'invalid_parameter_value';
    end if;
    if cardinality(v_clean) > greatest(1000, cardinality(p_before), cardinality(p_base)) then
        raise exception 'An asset has at most 1000 tags.' using errcode = 'invalid_parameter_value';
    end if;
    return v_clean;
end;
$$;
comment on function media_sync.clean_tags(text[], text[], text[]) is
    'Tags as Cloudinary keeps them: trimmed, without empty or repeated ones; those that were there before, or are in base, stay as they are. Raises invalid_parameter_value for what it cannot hold.';
revoke all on function media_sync.clean_tags(text[], text[], text[]) from public, anon, authenticated;

create or replace function media_sync.clean_context(p_context jsonb, p_known jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    if jsonb_typeof(p_context) is distinct from 'object' then
        raise exception 'context must be an object of keys and strings.' using errcode = 'invalid_parameter_value';
    end if;
    if exists (
        select from jsonb_each(p_context)
        where value is distinct from p_known -> key
            and (
                jsonb_typeof(value) in ('object', 'array')
                or (jsonb_typeof(value) <> 'null' and not p_known ? key and (key = '' or key ~ '[=|]'))
            )
    ) then
        raise exception 'A context value must be a string, and its key must not be empty or contain = or |.' using errcode = 'invalid_parameter_value';
    end if;
    if exists (
        select from jsonb_each_text(p_context)
        where value is distinct from p_known ->> key
            and (length(value) > 10000 or (length(key) > 255 and not p_known ? key))
    ) then
        raise exception 'A context value is at most 10000 characters long, its key at most 255.' using errcode = 'invalid_parameter_value';
    end if;
    -- Cloudinary keeps strings only; a null is a key taken away.
    return (
        select coalesce(jsonb_object_agg(key, value #>> '{}') filter (where jsonb_typeof(value) <> 'null'), '{}')
        from jsonb_each(p_context)
    );
end;
$$;
comment on function media_sync.clean_context(jsonb, jsonb) is
    'Context as Cloudinary keeps it: strings only, null taken away; what was there before stays as it is. Raises invalid_parameter_value for what it cannot hold.';
revoke all on function media_sync.clean_context(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.check_sizes(p_before public.media_assets, p_after public.media_assets)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
    v_before constant jsonb := media_sync.editable_fields(p_before);
    v_field record;
begin
    if p_after.public_id is distinct from p_before.public_id and length(p_after.public_id) not between 1 and 255 then
        raise exception 'public_id is 1 to 255 characters long.' using errcode = 'invalid_parameter_value';
    elsif p_after.folder is distinct from p_before.folder and length(p_after.folder) > 1000 then
        raise exception 'folder is at most 1000 characters long.' using errcode = 'invalid_parameter_value';
    elsif p_after.display_name is distinct from p_before.display_name and length(p_after.display_name) > 255 then
        raise exception 'display_name is at most 255 characters long.' using errcode = 'invalid_parameter_value';
    end if;
    for v_field in
        select key, octet_length(value::text) as bytes
        from jsonb_each(media_sync.editable_fields(p_after))
        where key in ('tags', 'context', 'metadata') and value is distinct from v_before -> key
    loop
        -- What came larger from Cloudinary may still be edited, and grow by a little.
        if v_field.bytes > 32768 and v_field.bytes > octet_length((p_after.base -> v_field.key)::text) + 4096 then
            raise exception '% holds at most 32768 bytes.', v_field.key using errcode = 'invalid_parameter_value';
        end if;
    end loop;
end;
$$;
comment on function media_sync.check_sizes(public.media_assets, public.media_assets) is
    'Raises invalid_parameter_value, with a sentence that names the limit, for an edit that makes a row too large.';
revoke all on function media_sync.check_sizes(public.media_assets, public.media_assets) from public, anon, authenticated;

create or replace function media_sync.edited_values(p_before jsonb, p_after jsonb, p_base jsonb, p_edited jsonb, p_now timestamptz)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(
            key, case when media_sync.same_value(before -> key, after -> key) then p_edited -> key else to_jsonb(p_now) end
        ), '{}')
        from (
            select
                media_sync.flat_fields(p_before - 'tags') as before,
                media_sync.flat_fields(p_after - 'tags') as after,
                media_sync.flat_fields(p_base - 'tags') as base
            -- Once an edit, not once a mention.
            offset 0
        ) as flat
        cross join lateral (
            select jsonb_object_keys(before) as key
            union
            select jsonb_object_keys(after)
            union
            select jsonb_object_keys(p_edited)
        ) as every_key
        where not media_sync.same_value(before -> key, after -> key)
            -- What is agreed again needs no time.
            or (p_edited ? key and not media_sync.same_value(after -> key, base -> key))
    );
end;
$$;
comment on function media_sync.edited_values(jsonb, jsonb, jsonb, jsonb, timestamptz) is
    'When each value was last edited here, after an edit that turned before into after. Tags need none: they cannot conflict.';
revoke all on function media_sync.edited_values(jsonb, jsonb, jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.clean_edit(p_before public.media_assets, p_after public.media_assets)
returns public.media_assets
language plpgsql
stable
set search_path = ''
as $$
declare
    v_folder_mode constant text := (select folder_mode from media_sync.settings);
begin
    -- What was not changed came from Cloudinary, and is not for us to judge; nor is what Cloudinary still has, taken back.
    if p_after.tags is distinct from p_before.tags then
        p_after.tags := media_sync.clean_tags(
            p_after.tags, p_before.tags, array(select jsonb_array_elements_text(p_before.base -> 'tags'))
        );
    end if;
    if p_after.context is distinct from p_before.context then
        p_after.context := media_sync.clean_context(
            p_after.context, coalesce(p_before.base -> 'context', '{}') || p_before.context
        );
    end if;
    if jsonb_typeof(p_after.metadata) is distinct from 'object' then
        raise exception 'metadata must be an object of external_ids and values.' using errcode = 'invalid_parameter_value';
    end if;
    if p_after.folder is distinct from p_before.folder then
        p_after.folder := btrim(regexp_replace(coalesce(p_after.folder, ''), '/+', '/', 'g'), '/');
    end if;
    if p_after.display_name is distinct from p_before.display_name then
        if v_folder_mode = 'fixed' then
            raise exception 'This Cloudinary product environment has fixed folders and no display names; change public_id instead.'
                using errcode = 'invalid_parameter_value';
        elsif p_after.display_name like '%/%' then
            raise exception 'display_name must not contain a slash.' using errcode = 'invalid_parameter_value';
        end if;
    end if;
    -- In fixed-folder mode the folder is the path of the public_id: moving one moves the other.
    if v_folder_mode = 'fixed' then
        if p_after.folder <> p_before.folder and p_after.public_id = p_before.public_id then
            p_after.public_id := case when p_after.folder = '' then '' else p_after.folder || '/' end
                || regexp_replace(p_after.public_id, '^.*/', '');
        else
            p_after.folder := coalesce(substring(p_after.public_id from '^(.*)/'), '');
        end if;
    end if;
    perform media_sync.check_sizes(p_before, p_after);
    return p_after;
end;
$$;
comment on function media_sync.clean_edit(public.media_assets, public.media_assets) is
    'An edited row as Cloudinary can hold it. Raises invalid_parameter_value for what it cannot.';
revoke all on function media_sync.clean_edit(public.media_assets, public.media_assets) from public, anon, authenticated;

create or replace function media_sync.derive_sync_state()
returns trigger
language plpgsql
-- Editors may write editable columns only; what follows from an edit is written here.
security definer
set search_path = ''
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_before constant jsonb := media_sync.editable_fields(old);
    v_fields jsonb;
begin
    new := media_sync.clean_edit(old, new);
    v_fields := media_sync.editable_fields(new);
    if media_sync.same_fields(v_fields, v_before) then
        new.tags := old.tags;
        return new;
    end if;

    new.conflicts := media_sync.open_conflicts(coalesce(new.conflicts, '{}'), v_fields, new.base);
    new.sync_status := case
        when new.deleted_at is not null then new.sync_status
        when new.conflicts is not null then 'conflict'
        -- What is on its way may arrive yet: an edit that takes it back is an edit.
        when new.sending is null and media_sync.same_fields(v_fields, new.base) then 'synced'
        else 'pending'
    end;
    new.edited := media_sync.edited_values(v_before, v_fields, new.base, old.edited, v_now);
    new.waits_for_name := new.waits_for_name and new.public_id = old.public_id;
    new.sync_error := null;
    new.sync_attempts := 0;
    -- What workers died of was written as it was before.
    update media_sync.push_leases set claims = 0 where media_asset_id = new.id and claims > 0;
    new.next_attempt_at := null;
    new.edited_at := v_now;
    new.edited_by := auth.uid();
    new.updated_at := v_now;
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
