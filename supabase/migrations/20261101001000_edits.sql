-- Local edits: editing an editable column is enough, the trigger here does the rest.

create function media_sync.clean_tags(p_tags text[])
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

create function media_sync.clean_context(p_context jsonb)
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

create function media_sync.derive_sync_state()
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
create trigger derive_sync_state
    before update on public.media_assets
    for each row
    when (
        new.base is not distinct from old.base
        and (new.public_id, new.folder, new.display_name, new.tags, new.context, new.metadata)
            is distinct from (old.public_id, old.folder, old.display_name, old.tags, old.context, old.metadata)
    )
    execute function media_sync.derive_sync_state();

create function media_sync.retry_push()
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

create trigger retry_push
    before update of sync_status on public.media_assets
    for each row
    when (old.sync_status = 'error' and new.sync_status = 'pending')
    execute function media_sync.retry_push();

create function media_sync.close_conflicts()
returns trigger
language plpgsql
-- Editors close conflicts by editing, but may not write the log.
security definer
set search_path = ''
as $$
begin
    update public.media_sync_log
    set resolved_at = clock_timestamp()
    where asset_id = new.asset_id
        and media_asset_id = new.id
        and operation = 'conflict'
        and status = 'conflict'
        and resolved_at is null;
    return null;
end;
$$;
comment on function media_sync.close_conflicts() is 'A row without open conflicts leaves none open in the log, however they ended.';
revoke all on function media_sync.close_conflicts() from public, anon, authenticated;

create trigger close_conflicts
    after update on public.media_assets
    for each row
    when (old.conflicts is not null and new.conflicts is null)
    execute function media_sync.close_conflicts();

-- The name sorts last: whatever the other triggers made equal is not written.
create trigger skip_unchanged
    before update on public.media_assets
    for each row
    execute function suppress_redundant_updates_trigger();

create function public.soft_delete_media_assets(p_ids uuid[], p_force boolean default false)
returns table (id uuid, public_id text, outcome text)
language plpgsql
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_editor() then
        raise exception 'Deleting assets needs the role editor or admin.' using errcode = 'insufficient_privilege';
    end if;
    return query
    with wanted as (
        select asset.*
        from public.media_assets as asset
        where asset.id = any (p_ids) and asset.in_scope
        order by asset.id
        for no key update
    ),
    deleted as (
        update public.media_assets as asset
        set
            deleted_at = clock_timestamp(),
            deleted_by = auth.uid(),
            sync_status = 'pending',
            sync_error = null,
            sync_attempts = 0,
            next_attempt_at = null,
            conflicts = null,
            restore_requested_at = null,
            updated_at = clock_timestamp()
        from wanted
        where asset.id = wanted.id
            and (wanted.deleted_at is null or wanted.restore_requested_at is not null)
            and (p_force or wanted.usage_count = 0)
        returning asset.id
    )
    select
        wanted.id,
        wanted.public_id,
        case
            when wanted.deleted_at is not null and wanted.restore_requested_at is null then 'already_deleted'
            when wanted.usage_count > 0 and not p_force then 'in_use'
            else 'deleted'
        end
    from wanted;
end;
$$;
comment on function public.soft_delete_media_assets(uuid[], boolean) is
    'Deletes assets here at once and in Cloudinary by the next push. Editors. outcome: deleted, already_deleted or in_use (pass p_force to delete all the same). Unknown ids are left out.';
revoke all on function public.soft_delete_media_assets(uuid[], boolean) from public, anon, authenticated;
grant execute on function public.soft_delete_media_assets(uuid[], boolean) to authenticated, service_role;

create function public.soft_delete_media_asset(p_id uuid, p_force boolean default false)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_outcome text;
begin
    select outcome into v_outcome from public.soft_delete_media_assets(array[p_id], p_force);
    if v_outcome is null then
        raise exception 'There is no asset with id %.', p_id using errcode = 'no_data_found';
    elsif v_outcome = 'in_use' then
        raise exception 'The asset is in use; pass p_force => true to delete it all the same.' using errcode = 'restrict_violation';
    end if;
    return v_outcome;
end;
$$;
comment on function public.soft_delete_media_asset(uuid, boolean) is 'Deletes one asset on both sides. Editors. Raises restrict_violation when it is in use and p_force is not set.';
revoke all on function public.soft_delete_media_asset(uuid, boolean) from public, anon, authenticated;
grant execute on function public.soft_delete_media_asset(uuid, boolean) to authenticated, service_role;

create function public.restore_media_asset(p_id uuid)
returns text
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_asset public.media_assets;
begin
    if not media_sync.is_editor() then
        raise exception 'Restoring assets needs the role editor or admin.' using errcode = 'insufficient_privilege';
    end if;
    select * into v_asset from public.media_assets where id = p_id and in_scope for no key update;
    if v_asset.id is null then
        raise exception 'There is no asset with id %.', p_id using errcode = 'no_data_found';
    elsif v_asset.deleted_at is null then
        return 'live';
    elsif v_asset.sync_status = 'synced' then
        -- Cloudinary has let go of it already: its backup, where there is one, must give it back.
        update public.media_assets
        set restore_requested_at = clock_timestamp(), sync_status = 'pending', sync_error = null, sync_attempts = 0, next_attempt_at = null
        where id = p_id;
        return 'requested';
    end if;

    update public.media_assets
    set
        deleted_at = null,
        deleted_by = null,
        restore_requested_at = null,
        sync_status = case when media_sync.same_fields(media_sync.editable_fields(v_asset), base) then 'synced' else 'pending' end,
        sync_error = null,
        sync_attempts = 0,
        next_attempt_at = null,
        updated_at = clock_timestamp()
    where id = p_id;
    -- The deletion may have reached Cloudinary a moment ago; a look-up tells.
    perform media_sync.queue_refresh(v_asset.cloud_name, array[v_asset.asset_id], 'restored here');
    insert into public.media_sync_log (operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, user_id)
    values ('restore', 'success', 'push', 'client', v_asset.id, v_asset.asset_id, v_asset.public_id, v_asset.resource_type, auth.uid());
    return 'restored';
end;
$$;
comment on function public.restore_media_asset(uuid) is
    'Undoes a deletion. Editors. Returns live (was not deleted), restored (Cloudinary still held it) or requested (Cloudinary''s backup is asked by the next push).';
revoke all on function public.restore_media_asset(uuid) from public, anon, authenticated;
grant execute on function public.restore_media_asset(uuid) to authenticated, service_role;

create function media_sync.queue_refresh(p_cloud_name text, p_asset_ids text[], p_reason text)
returns integer
language sql
set search_path = ''
as $$
    with queued as (
        insert into media_sync.refresh_queue as entry (cloud_name, asset_id, reason)
        select p_cloud_name, asset_id, p_reason
        from (select distinct unnest(p_asset_ids) as asset_id) as wanted
        order by asset_id
        on conflict (cloud_name, asset_id) do update
        set requested_at = clock_timestamp(), reason = excluded.reason, attempts = 0, not_before = '-infinity'
        returning 1
    )
    select count(*)::integer from queued;
$$;
comment on function media_sync.queue_refresh(text, text[], text) is 'Asks for the true state of assets; asking again moves the request to now.';
revoke all on function media_sync.queue_refresh(text, text[], text) from public, anon, authenticated;
