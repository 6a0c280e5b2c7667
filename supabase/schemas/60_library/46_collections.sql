-- The common acts on the assets of collections: added, ordered, moved to another, removed. Each may be repeated: a call
-- whose answer was lost finds its work done. Collections themselves are rows that editors write.

create or replace function media_sync.require_collection(p_collection_id uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
    if not media_sync.is_editor() then
        raise exception 'Managing collections needs the role editor or admin.' using errcode = 'insufficient_privilege';
    elsif not exists (select from public.media_collections as collection where collection.id = p_collection_id) then
        raise exception 'There is no collection with id %.', p_collection_id using errcode = 'PT404';
    end if;
end;
$$;
comment on function media_sync.require_collection(uuid) is 'Raises insufficient_privilege for whoever is no editor, PT404 for a collection that is not there.';
revoke all on function media_sync.require_collection(uuid) from public, anon, authenticated;
grant execute on function media_sync.require_collection(uuid) to authenticated, service_role;

create or replace function media_sync.collection_order(p_collection_id uuid)
returns uuid[]
language sql
stable
set search_path = ''
as $$
    select array(
        select item.media_asset_id
        from public.media_collection_items as item
        where item.collection_id = p_collection_id
        order by item.position, item.added_at, item.media_asset_id
    );
$$;
comment on function media_sync.collection_order(uuid) is 'The assets of a collection in their order, as far as the caller sees them.';
revoke all on function media_sync.collection_order(uuid) from public, anon, authenticated;
grant execute on function media_sync.collection_order(uuid) to authenticated, service_role;

create or replace function public.add_to_media_collection(p_collection_id uuid, p_ids uuid[])
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_last integer;
begin
    perform media_sync.require_collection(p_collection_id);
    perform media_sync.require_few(p_ids);
    perform media_sync.lock_order('collection.' || p_collection_id);
    select max(item.position) into v_last from public.media_collection_items as item where item.collection_id = p_collection_id;
    insert into public.media_collection_items (collection_id, media_asset_id, position)
    select p_collection_id, asset.id, coalesce(v_last, -1) + wanted.place::integer
    from unnest(p_ids) with ordinality as wanted (id, place)
    join public.media_assets as asset on asset.id = wanted.id
    where asset.deleted_at is null and asset.in_scope
    -- The order in which everyone adds assets.
    order by asset.id
    on conflict (collection_id, media_asset_id) do nothing;
    return (
        select coalesce(jsonb_agg(item.media_asset_id order by item.position, item.added_at, item.media_asset_id), '[]')
        from public.media_collection_items as item
        where item.collection_id = p_collection_id and item.media_asset_id in (select unnest(p_ids))
    );
end;
$$;
comment on function public.add_to_media_collection(uuid, uuid[]) is
    'Adds live assets, at most 1,000, to the end of a collection. Editors. Returns the ids of them that stand in it now.';
revoke all on function public.add_to_media_collection(uuid, uuid[]) from public, anon, authenticated;
grant execute on function public.add_to_media_collection(uuid, uuid[]) to authenticated, service_role;

create or replace function public.remove_from_media_collection(p_collection_id uuid, p_ids uuid[])
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_removed jsonb;
begin
    perform media_sync.require_collection(p_collection_id);
    perform media_sync.require_few(p_ids);
    with held as materialized (
        select item.media_asset_id
        from public.media_collection_items as item
        where item.collection_id = p_collection_id and item.media_asset_id in (select unnest(p_ids))
        order by item.media_asset_id
        for update
    ),
    removed as (
        delete from public.media_collection_items as item
        using held
        where item.collection_id = p_collection_id and item.media_asset_id = held.media_asset_id
        returning item.media_asset_id
    )
    select coalesce(jsonb_agg(removed.media_asset_id), '[]') into v_removed from removed;
    return v_removed;
end;
$$;
comment on function public.remove_from_media_collection(uuid, uuid[]) is 'Takes assets, at most 1,000, out of a collection. Editors. Returns the ids that stood in it.';
revoke all on function public.remove_from_media_collection(uuid, uuid[]) from public, anon, authenticated;
grant execute on function public.remove_from_media_collection(uuid, uuid[]) to authenticated, service_role;

create or replace function public.reorder_media_collection(p_collection_id uuid, p_ids uuid[], p_before uuid default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.require_collection(p_collection_id);
    perform media_sync.require_few(p_ids);
    perform media_sync.lock_order('collection.' || p_collection_id);
    with held as materialized (
        select item.media_asset_id, wanted.position
        from media_sync.reordered(media_sync.collection_order(p_collection_id), p_ids, p_before) as wanted
        join public.media_collection_items as item on item.media_asset_id = wanted.id
        where item.collection_id = p_collection_id and item.position <> wanted.position
        order by item.media_asset_id
        for update of item
    )
    update public.media_collection_items as item
    set position = held.position
    from held
    where item.collection_id = p_collection_id and item.media_asset_id = held.media_asset_id;
    return to_jsonb(media_sync.collection_order(p_collection_id));
end;
$$;
comment on function public.reorder_media_collection(uuid, uuid[], uuid) is
    'Moves assets, at most 1,000, in the order in which they are named, before another of the same collection; null: to its end. Editors. Returns the ids of the collection in their order.';
revoke all on function public.reorder_media_collection(uuid, uuid[], uuid) from public, anon, authenticated;
grant execute on function public.reorder_media_collection(uuid, uuid[], uuid) to authenticated, service_role;

create or replace function public.move_between_media_collections(p_collection_id uuid, p_ids uuid[], p_to uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_moved jsonb;
begin
    perform media_sync.require_collection(p_collection_id);
    perform media_sync.require_collection(p_to);
    perform media_sync.require_few(p_ids);
    if p_collection_id = p_to then
        raise exception 'Both collections are the same.' using errcode = 'invalid_parameter_value';
    end if;
    -- Both in one order, whichever way somebody else moves assets meanwhile.
    perform media_sync.lock_order('collection.' || least(p_collection_id, p_to));
    perform media_sync.lock_order('collection.' || greatest(p_collection_id, p_to));
    v_moved := public.add_to_media_collection(p_to, array(
        select wanted.id
        from unnest(p_ids) with ordinality as wanted (id, place)
        join public.media_collection_items as item on item.media_asset_id = wanted.id
        where item.collection_id = p_collection_id
        order by wanted.place
    ));
    perform public.remove_from_media_collection(p_collection_id, array(select jsonb_array_elements_text(v_moved)::uuid));
    return v_moved;
end;
$$;
comment on function public.move_between_media_collections(uuid, uuid[], uuid) is
    'Moves assets, at most 1,000, of one collection to the end of another. Editors. Returns the ids that moved.';
revoke all on function public.move_between_media_collections(uuid, uuid[], uuid) from public, anon, authenticated;
grant execute on function public.move_between_media_collections(uuid, uuid[], uuid) to authenticated, service_role;
