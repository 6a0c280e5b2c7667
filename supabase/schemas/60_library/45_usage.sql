-- The common acts on usage: assets are attached to a place of the app, ordered there, moved to another, detached. Each
-- may be repeated: a call whose answer was lost finds its work done.

create or replace function media_sync.require_place(p_place jsonb)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
    if not media_sync.is_editor() then
        raise exception 'Managing usage needs the role editor or admin.' using errcode = 'insufficient_privilege';
    elsif jsonb_typeof(p_place) is distinct from 'object'
        or not p_place ?& '{reference_table,reference_id}'
        or exists (
            select from jsonb_each(p_place) as part
            where part.key not in ('usage_type', 'reference_table', 'reference_id', 'field')
                or jsonb_typeof(part.value) <> 'string'
                or length(part.value #>> '{}') > 1000
        )
    then
        raise exception 'A place is { usage_type, reference_table, reference_id, field }, each a text of at most 1000 characters.'
            using errcode = 'invalid_parameter_value';
    end if;
end;
$$;
comment on function media_sync.require_place(jsonb) is 'Raises insufficient_privilege for whoever is no editor, invalid_parameter_value for what names no place of use.';
revoke all on function media_sync.require_place(jsonb) from public, anon, authenticated;
grant execute on function media_sync.require_place(jsonb) to authenticated, service_role;

create or replace function media_sync.place_order(p_place jsonb)
returns uuid[]
language sql
stable
set search_path = ''
as $$
    select array(
        select usage.media_asset_id
        from public.media_usage as usage
        where usage.reference_table = p_place ->> 'reference_table'
            and usage.reference_id = p_place ->> 'reference_id'
            and usage.usage_type = p_place ->> 'usage_type'
            and usage.field = coalesce(p_place ->> 'field', '')
            and usage.removed_at is null
        order by usage.position, usage.created_at, usage.media_asset_id
    );
$$;
comment on function media_sync.place_order(jsonb) is 'The assets in use at one place, in their order, as far as the caller sees them.';
revoke all on function media_sync.place_order(jsonb) from public, anon, authenticated;
grant execute on function media_sync.place_order(jsonb) to authenticated, service_role;

create or replace function public.attach_media_assets(p_ids uuid[], p_place jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_last integer;
begin
    perform media_sync.require_place(p_place);
    perform media_sync.require_few(p_ids);
    if p_place ->> 'usage_type' is null then
        raise exception 'To attach assets the place names a usage_type.' using errcode = 'invalid_parameter_value';
    end if;
    perform media_sync.lock_order('usage.' || (p_place ->> 'reference_table') || '.' || (p_place ->> 'reference_id'));
    select max(usage.position) into v_last
    from public.media_usage as usage
    where usage.reference_table = p_place ->> 'reference_table'
        and usage.reference_id = p_place ->> 'reference_id'
        and usage.usage_type = p_place ->> 'usage_type'
        and usage.field = coalesce(p_place ->> 'field', '')
        and usage.removed_at is null;
    insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id, field, position)
    select
        asset.id, p_place ->> 'usage_type', p_place ->> 'reference_table', p_place ->> 'reference_id', coalesce(p_place ->> 'field', ''),
        coalesce(v_last, -1) + wanted.place::integer
    from unnest(p_ids) with ordinality as wanted (id, place)
    join public.media_assets as asset on asset.id = wanted.id
    where asset.deleted_at is null and asset.in_scope
    -- The order in which everyone records uses: assets are locked when they are counted, after the rows of use.
    order by asset.id
    on conflict (media_asset_id, usage_type, reference_table, reference_id, field) where removed_at is null do nothing;
    return (
        select coalesce(jsonb_agg(usage.media_asset_id order by usage.position, usage.created_at, usage.media_asset_id), '[]')
        from public.media_usage as usage
        where usage.media_asset_id in (select unnest(p_ids))
            and usage.reference_table = p_place ->> 'reference_table'
            and usage.reference_id = p_place ->> 'reference_id'
            and usage.usage_type = p_place ->> 'usage_type'
            and usage.field = coalesce(p_place ->> 'field', '')
            and usage.removed_at is null
    );
end;
$$;
comment on function public.attach_media_assets(uuid[], jsonb) is
    'Records that live assets, at most 1,000, are used at a place, { usage_type, reference_table, reference_id, field }, behind those that are. Editors. Returns the ids of them that are in use there now.';
revoke all on function public.attach_media_assets(uuid[], jsonb) from public, anon, authenticated;
grant execute on function public.attach_media_assets(uuid[], jsonb) to authenticated, service_role;

create or replace function public.detach_media_assets(p_ids uuid[], p_place jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_detached jsonb;
begin
    perform media_sync.require_place(p_place);
    perform media_sync.require_few(p_ids);
    with held as materialized (
        select usage.id
        from public.media_usage as usage
        where usage.reference_table = p_place ->> 'reference_table'
            and usage.reference_id = p_place ->> 'reference_id'
            and (not p_place ? 'usage_type' or usage.usage_type = p_place ->> 'usage_type')
            and (not p_place ? 'field' or usage.field = p_place ->> 'field')
            and usage.removed_at is null
            and (p_ids is null or usage.media_asset_id = any (p_ids))
        order by usage.media_asset_id, usage.id
        for update
    ),
    detached as (
        update public.media_usage as usage
        set removed_at = clock_timestamp()
        from held
        where usage.id = held.id
        returning usage.media_asset_id
    )
    select coalesce(jsonb_agg(distinct detached.media_asset_id), '[]') into v_detached from detached;
    return v_detached;
end;
$$;
comment on function public.detach_media_assets(uuid[], jsonb) is
    'Ends the use of assets, at most 1,000 (null: of all), at a place; without usage_type or field, of whatever kind or field. Editors. Returns the ids whose use ended.';
revoke all on function public.detach_media_assets(uuid[], jsonb) from public, anon, authenticated;
grant execute on function public.detach_media_assets(uuid[], jsonb) to authenticated, service_role;

create or replace function public.reorder_media_usage(p_ids uuid[], p_place jsonb, p_before uuid default null)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
    perform media_sync.require_place(p_place);
    perform media_sync.require_few(p_ids);
    perform media_sync.lock_order('usage.' || (p_place ->> 'reference_table') || '.' || (p_place ->> 'reference_id'));
    with held as materialized (
        select usage.id, wanted.position
        from media_sync.reordered(media_sync.place_order(p_place), p_ids, p_before) as wanted
        join public.media_usage as usage on usage.media_asset_id = wanted.id
        where usage.reference_table = p_place ->> 'reference_table'
            and usage.reference_id = p_place ->> 'reference_id'
            and usage.usage_type = p_place ->> 'usage_type'
            and usage.field = coalesce(p_place ->> 'field', '')
            and usage.removed_at is null
            and usage.position <> wanted.position
        order by usage.media_asset_id
        for update of usage
    )
    update public.media_usage as usage
    set position = held.position
    from held
    where usage.id = held.id;
    return to_jsonb(media_sync.place_order(p_place));
end;
$$;
comment on function public.reorder_media_usage(uuid[], jsonb, uuid) is
    'Moves assets, at most 1,000, in the order in which they are named, before another of the same place; null: to its end. Editors. Returns the ids of the place in their order.';
revoke all on function public.reorder_media_usage(uuid[], jsonb, uuid) from public, anon, authenticated;
grant execute on function public.reorder_media_usage(uuid[], jsonb, uuid) to authenticated, service_role;

create or replace function public.move_media_usage(p_ids uuid[], p_place jsonb, p_to jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_field constant text := coalesce(p_place ->> 'field', '');
    v_to_field constant text := coalesce(p_to ->> 'field', '');
    v_there uuid[];
    v_last integer;
    v_moved jsonb;
begin
    perform media_sync.require_place(p_place);
    perform media_sync.require_place(p_to);
    perform media_sync.require_few(p_ids);
    if p_place ->> 'usage_type' is null or p_to ->> 'usage_type' is null then
        raise exception 'To move assets both places name a usage_type.' using errcode = 'invalid_parameter_value';
    elsif p_place || jsonb_build_object('field', v_field) = p_to || jsonb_build_object('field', v_to_field) then
        raise exception 'Both places are the same.' using errcode = 'invalid_parameter_value';
    end if;
    -- Both in one order, whichever way somebody else moves assets meanwhile.
    perform media_sync.lock_order(named.list)
    from (
        select 'usage.' || (place ->> 'reference_table') || '.' || (place ->> 'reference_id') as list
        from unnest(array[p_place, p_to]) as place
        order by 1
    ) as named;
    -- Who records a use by a statement of their own takes no lock on the place.
    for v_try in 1 .. 3 loop
        begin
            v_there := media_sync.place_order(p_to);
            select max(usage.position) into v_last
            from public.media_usage as usage
            where usage.reference_table = p_to ->> 'reference_table'
                and usage.reference_id = p_to ->> 'reference_id'
                and usage.usage_type = p_to ->> 'usage_type'
                and usage.field = v_to_field
                and usage.removed_at is null;
            -- One statement, so that the assets are counted, and locked for that, in one pass.
            with held as materialized (
                select usage.id, wanted.place, wanted.id in (select unnest(v_there)) as is_there
                from (
                    select named.id, min(named.place)::integer as place
                    from unnest(p_ids) with ordinality as named (id, place)
                    group by named.id
                ) as wanted
                join public.media_usage as usage on usage.media_asset_id = wanted.id
                where usage.reference_table = p_place ->> 'reference_table'
                    and usage.reference_id = p_place ->> 'reference_id'
                    and usage.usage_type = p_place ->> 'usage_type'
                    and usage.field = v_field
                    and usage.removed_at is null
                order by usage.media_asset_id
                for update of usage
            ),
            moved as (
                update public.media_usage as usage
                set
                    removed_at = case when held.is_there then clock_timestamp() end,
                    usage_type = case when held.is_there then usage.usage_type else p_to ->> 'usage_type' end,
                    reference_table = case when held.is_there then usage.reference_table else p_to ->> 'reference_table' end,
                    reference_id = case when held.is_there then usage.reference_id else p_to ->> 'reference_id' end,
                    field = case when held.is_there then usage.field else v_to_field end,
                    position = coalesce(v_last, -1) + held.place
                from held
                where usage.id = held.id
                returning usage.media_asset_id, held.place
            )
            select coalesce(jsonb_agg(moved.media_asset_id order by moved.place), '[]') into v_moved from moved;
            exit;
        exception
            when unique_violation then
                if v_try = 3 then
                    raise;
                end if;
        end;
    end loop;
    return v_moved;
end;
$$;
comment on function public.move_media_usage(uuid[], jsonb, jsonb) is
    'Moves assets, at most 1,000, that are in use at one place to the end of another; of one that is in use there already the use here ends. Editors. Returns the ids that left.';
revoke all on function public.move_media_usage(uuid[], jsonb, jsonb) from public, anon, authenticated;
grant execute on function public.move_media_usage(uuid[], jsonb, jsonb) to authenticated, service_role;
