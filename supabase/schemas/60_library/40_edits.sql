-- Edits of many assets in one call, for the `media-list` function and for whoever prefers one statement to many.

create or replace function media_sync.require_few(p_ids anyarray)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    if cardinality(p_ids) > 1000 then
        raise exception 'One call names at most 1000 assets.' using errcode = 'invalid_parameter_value';
    elsif exists (select from unnest(p_ids) as id where length(id::text) > 1000) then
        raise exception 'A name is at most 1000 characters long.' using errcode = 'invalid_parameter_value';
    end if;
end;
$$;
comment on function media_sync.require_few(anyarray) is 'Raises invalid_parameter_value for more assets than one call may name, by their ids or names, or names that are too long.';
revoke all on function media_sync.require_few(anyarray) from public, anon, authenticated;
grant execute on function media_sync.require_few(anyarray) to authenticated, service_role;

create or replace function media_sync.require_small(p_patch jsonb)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
    -- Each row of the call would be made as large before its own limits are looked at.
    if octet_length(p_patch::text) > 2097152 then
        raise exception 'A patch holds at most 2097152 bytes.' using errcode = 'invalid_parameter_value';
    end if;
end;
$$;
comment on function media_sync.require_small(jsonb) is 'Raises invalid_parameter_value for a patch that is larger than a request over HTTP may be.';
revoke all on function media_sync.require_small(jsonb) from public, anon, authenticated;
grant execute on function media_sync.require_small(jsonb) to authenticated, service_role;

create or replace function public.find_media_assets(p_public_ids text[], p_resource_type text default null, p_type text default null)
returns jsonb
language sql
stable
set search_path = ''
as $$
    select media_sync.require_few(p_public_ids);
    select coalesce(jsonb_agg(jsonb_build_object('id', id, 'public_id', public_id, 'resource_type', resource_type, 'type', type)), '[]')
    from public.media_assets
    where public_id = any (p_public_ids)
        and deleted_at is null
        and (p_resource_type is null or resource_type = p_resource_type)
        and (p_type is null or type = p_type);
$$;
comment on function public.find_media_assets(text[], text, text) is 'Live assets of these names, at most 1,000, that the caller may see: [ { id, public_id, resource_type, type } ].';
revoke all on function public.find_media_assets(text[], text, text) from public, anon, authenticated;
grant execute on function public.find_media_assets(text[], text, text) to authenticated, service_role;

create or replace function public.edit_media_assets(p_ids uuid[], p_patch jsonb)
returns jsonb
language plpgsql
set search_path = ''
-- A plan made while the table was small must serve the large one too.
set enable_seqscan = off
as $$
declare
    v_edited jsonb;
begin
    perform media_sync.require_few(p_ids);
    perform media_sync.require_small(p_patch);
    perform media_sync.lock_assets(p_ids);
    with edited as (
        update public.media_assets as asset
        set
            tags = case
                when p_patch ? 'tags' then array(select jsonb_array_elements_text(p_patch -> 'tags'))
                when p_patch ?| array['add_tags', 'remove_tags'] then array(
                    select tag
                    from unnest(asset.tags || array(select jsonb_array_elements_text(p_patch -> 'add_tags'))) with ordinality as wanted (tag, place)
                    where not coalesce(p_patch -> 'remove_tags', '[]') ? tag
                    order by place
                )
                else asset.tags
            end,
            context = case when p_patch ? 'context' then media_sync.patch_object(asset.context, p_patch -> 'context') else asset.context end,
            metadata = case when p_patch ? 'metadata' then media_sync.patch_object(asset.metadata, p_patch -> 'metadata') else asset.metadata end,
            display_name = case when p_patch ? 'display_name' then p_patch ->> 'display_name' else asset.display_name end,
            folder = case when p_patch ? 'folder' then p_patch ->> 'folder' else asset.folder end,
            public_id = case when p_patch ? 'public_id' then p_patch ->> 'public_id' else asset.public_id end
        where asset.id = any (p_ids) and asset.deleted_at is null
        returning asset.id
    )
    select coalesce(jsonb_agg(id), '[]') into v_edited from edited;
    return v_edited;
end;
$$;
comment on function public.edit_media_assets(uuid[], jsonb) is
    'Edits live assets with the caller''s rights: { tags, add_tags, remove_tags, context (null removes a key), metadata (likewise), display_name, folder, public_id }. Returns the ids that it reached.';
revoke all on function public.edit_media_assets(uuid[], jsonb) from public, anon, authenticated;
grant execute on function public.edit_media_assets(uuid[], jsonb) to authenticated, service_role;

create or replace function media_sync.resolve_media_conflicts(p_ids uuid[], p_keep text)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_resolved jsonb;
begin
    if not media_sync.is_editor() then
        raise exception 'Resolving conflicts needs the role editor or admin.' using errcode = 'insufficient_privilege';
    elsif p_keep is null or p_keep not in ('cloudinary', 'database') then
        raise exception 'A conflict is resolved by keeping cloudinary or database.' using errcode = 'invalid_parameter_value';
    end if;

    perform media_sync.require_few(p_ids);
    perform media_sync.lock_assets(p_ids);
    with open as materialized (
        select asset as before, (
            -- base holds what Cloudinary last said.
            select jsonb_object_agg(key, value || jsonb_build_object('kept', p_keep)) from jsonb_each(asset.conflicts)
        ) as decisions
        from public.media_assets as asset
        where asset.id = any (p_ids) and asset.conflicts is not null and asset.deleted_at is null and asset.in_scope
        order by asset.asset_id
    ),
    wanted as (
        select
            before,
            decisions,
            media_sync.editable_fields(before) as local,
            (before).base as base
        from open
    ),
    settled as (
        update public.media_assets as asset
        set
            conflicts = null,
            public_id = case when p_keep = 'cloudinary' and decisions ? 'public_id' then wanted.base ->> 'public_id' else asset.public_id end,
            folder = case when p_keep = 'cloudinary' and decisions ? 'folder' then wanted.base ->> 'folder' else asset.folder end,
            display_name = case when p_keep = 'cloudinary' and decisions ? 'display_name' then wanted.base ->> 'display_name' else asset.display_name end,
            context = case when p_keep = 'cloudinary' then media_sync.take_keys(asset.context, wanted.base -> 'context', decisions, 'context.') else asset.context end,
            metadata = case when p_keep = 'cloudinary' then media_sync.take_keys(asset.metadata, wanted.base -> 'metadata', decisions, 'metadata.') else asset.metadata end,
            sending = media_sync.with_lost(asset.sending, decisions),
            sync_status = 'pending',
            sync_attempts = 0,
            sync_error = null,
            next_attempt_at = null,
            updated_at = clock_timestamp()
        from wanted
        where asset.id = (wanted.before).id
        returning asset.id
    ),
    resolve_log as (
        insert into public.media_sync_log (operation, status, source, media_asset_id, asset_id, public_id, resource_type, changes, user_id)
        select
            'resolve', 'success', 'client', (before).id, (before).asset_id, (before).public_id, (before).resource_type, decisions, auth.uid()
        from open
    )
    select coalesce(jsonb_agg(id), '[]') into v_resolved from settled;

    -- What equals Cloudinary's value now has nothing left to push.
    update public.media_assets as asset
    set sync_status = 'synced'
    where asset.id in (select (element #>> '{}')::uuid from jsonb_array_elements(v_resolved) as element)
        and asset.sending is null
        and media_sync.same_fields(media_sync.editable_fields(asset), asset.base);
    return v_resolved;
end;
$$;
comment on function media_sync.resolve_media_conflicts(uuid[], text) is 'What public.resolve_media_conflicts() does; with the owner''s rights, once it has checked the caller.';
revoke all on function media_sync.resolve_media_conflicts(uuid[], text) from public, anon, authenticated;
grant execute on function media_sync.resolve_media_conflicts(uuid[], text) to authenticated, service_role;

create or replace function public.resolve_media_conflicts(p_ids uuid[], p_keep text)
returns jsonb
language sql
set search_path = ''
as $$
    select media_sync.resolve_media_conflicts(p_ids, p_keep);
$$;
comment on function public.resolve_media_conflicts(uuid[], text) is 'Decides open conflicts by keeping one side''s values: cloudinary or database. Editors. Returns the ids that had any.';
revoke all on function public.resolve_media_conflicts(uuid[], text) from public, anon, authenticated;
grant execute on function public.resolve_media_conflicts(uuid[], text) to authenticated, service_role;
