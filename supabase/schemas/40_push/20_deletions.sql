-- Deletions and their undoing: the intent is durable here before Cloudinary is called.

create or replace function media_sync.soft_delete_media_assets(p_ids uuid[], p_force boolean default false)
returns table (id uuid, public_id text, outcome text)
language plpgsql
security definer
set search_path = ''
as $$
begin
    if not media_sync.is_editor() then
        raise exception 'Deleting assets needs the role editor or admin.' using errcode = 'insufficient_privilege';
    end if;
    perform media_sync.require_few(p_ids);
    -- In a statement of its own: one that locks and writes the same rows holds on to versions that others have replaced, and
    -- two such can wait for each other.
    perform media_sync.lock_assets(p_ids);
    return query
    with wanted as materialized (
        select asset.*
        from public.media_assets as asset
        where asset.id = any (p_ids) and asset.in_scope
        order by asset.asset_id
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
            -- A restore that was asked for, sent or not, is wanted no more.
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
comment on function media_sync.soft_delete_media_assets(uuid[], boolean) is 'What public.soft_delete_media_assets() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.soft_delete_media_assets(uuid[], boolean) from public, anon, authenticated;
grant execute on function media_sync.soft_delete_media_assets(uuid[], boolean) to authenticated, service_role;

create or replace function public.soft_delete_media_assets(p_ids uuid[], p_force boolean default false)
returns table (id uuid, public_id text, outcome text)
language sql
set search_path = ''
as $$
    select * from media_sync.soft_delete_media_assets(p_ids, p_force);
$$;
comment on function public.soft_delete_media_assets(uuid[], boolean) is
    'Deletes assets here at once and in Cloudinary by the next push. Editors. outcome: deleted, already_deleted or in_use (pass p_force to delete all the same). Unknown ids are left out.';
revoke all on function public.soft_delete_media_assets(uuid[], boolean) from public, anon, authenticated;
grant execute on function public.soft_delete_media_assets(uuid[], boolean) to authenticated, service_role;

create or replace function public.soft_delete_media_asset(p_id uuid, p_force boolean default false)
returns text
language plpgsql
set search_path = ''
as $$
declare
    v_outcome text;
begin
    select outcome into v_outcome from public.soft_delete_media_assets(array[p_id], p_force);
    if v_outcome is null then
        raise exception 'There is no asset with id %.', p_id using errcode = 'PT404';
    elsif v_outcome = 'in_use' then
        raise exception 'The asset is in use; pass p_force => true to delete it all the same.' using errcode = 'restrict_violation';
    end if;
    return v_outcome;
end;
$$;
comment on function public.soft_delete_media_asset(uuid, boolean) is 'Deletes one asset on both sides. Editors. Raises restrict_violation when it is in use and p_force is not set.';
revoke all on function public.soft_delete_media_asset(uuid, boolean) from public, anon, authenticated;
grant execute on function public.soft_delete_media_asset(uuid, boolean) to authenticated, service_role;

create or replace function media_sync.restore_media_asset(p_id uuid)
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
        raise exception 'There is no asset with id %.', p_id using errcode = 'PT404';
    elsif v_asset.deleted_at is null then
        return 'live';
    elsif v_asset.restore_requested_at is not null then
        return 'requested';
    elsif v_asset.sync_status = 'synced' or media_sync.has_attempt(v_asset.sending, 'deleted') or exists (
        select from media_sync.refresh_queue as queued
        where queued.cloud_name = v_asset.cloud_name and queued.asset_id = v_asset.asset_id and queued.requested_at > v_asset.deleted_at
    ) then
        -- Cloudinary has let go of it, or is about to, or told something since that waits for a look-up and may be just that:
        -- what it still holds, or its backup, must give it back.
        update public.media_assets
        set
            restore_requested_at = clock_timestamp(),
            sync_status = 'pending',
            sync_error = null,
            sync_attempts = 0,
            next_attempt_at = null,
            updated_at = clock_timestamp()
        where id = p_id;
        return 'requested';
    end if;

    update public.media_assets
    set
        deleted_at = null,
        deleted_by = null,
        sync_status = case
            when conflicts is not null then 'conflict'
            when sending is null and media_sync.same_fields(media_sync.editable_fields(v_asset), base) then 'synced'
            else 'pending'
        end,
        sync_error = null,
        sync_attempts = 0,
        next_attempt_at = null,
        updated_at = clock_timestamp()
    where id = p_id;
    insert into public.media_sync_log (operation, status, direction, source, media_asset_id, asset_id, public_id, resource_type, user_id)
    values ('restore', 'success', 'push', 'client', v_asset.id, v_asset.asset_id, v_asset.public_id, v_asset.resource_type, auth.uid());
    return 'restored';
end;
$$;
comment on function media_sync.restore_media_asset(uuid) is 'What public.restore_media_asset() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.restore_media_asset(uuid) from public, anon, authenticated;
grant execute on function media_sync.restore_media_asset(uuid) to authenticated, service_role;

create or replace function public.restore_media_asset(p_id uuid)
returns text
language sql
set search_path = ''
as $$
    select media_sync.restore_media_asset(p_id);
$$;
comment on function public.restore_media_asset(uuid) is
    'Undoes a deletion. Editors. Returns live (was not deleted), restored (the deletion was never sent, nor one heard of) or requested (the next push sees to it, from Cloudinary''s backup where need be).';
revoke all on function public.restore_media_asset(uuid) from public, anon, authenticated;
grant execute on function public.restore_media_asset(uuid) to authenticated, service_role;
