-- What the ordered lists have in common, the assets of a collection and those of a place that uses them.

create or replace function media_sync.lock_order(p_list text)
returns void
language sql
set search_path = ''
as $$
    select pg_advisory_xact_lock(hashtextextended('media_sync.order.' || p_list, 0));
$$;
comment on function media_sync.lock_order(text) is 'Until the end of the transaction nobody else appends to this list or orders it; two at once would give one position twice.';
revoke all on function media_sync.lock_order(text) from public, anon, authenticated;
grant execute on function media_sync.lock_order(text) to authenticated, service_role;

create or replace function media_sync.reordered(p_ids uuid[], p_moved uuid[], p_before uuid)
returns table (id uuid, "position" integer)
language plpgsql
immutable
set search_path = ''
as $$
begin
    if p_before is not null and (p_before = any (p_moved) or not p_before = any (p_ids)) then
        raise exception 'The asset before which the others should stand is not in that list, or is one of them.' using errcode = 'invalid_parameter_value';
    end if;
    return query
    with given as (
        select present.id, present.place from unnest(p_ids) with ordinality as present (id, place)
    ),
    moved as (
        select named.id, min(named.place) as place
        from unnest(p_moved) with ordinality as named (id, place)
        join given on given.id = named.id
        group by named.id
    ),
    ordered as (
        -- Two assets never share a place, but those that move share that of the one before which they go.
        select given.id, given.place as goal, 1 as turn, 0::bigint as place
        from given
        where not exists (select from moved where moved.id = given.id)
        union all
        select moved.id, coalesce((select given.place from given where given.id = p_before), cardinality(p_ids) + 1), 0, moved.place
        from moved
    )
    select ordered.id, (row_number() over (order by ordered.goal, ordered.turn, ordered.place) - 1)::integer
    from ordered;
end;
$$;
comment on function media_sync.reordered(uuid[], uuid[], uuid) is
    'The positions, from 0, of a list in which some assets, in their order, move before another, or to the end (null). Raises invalid_parameter_value where that one is not in the list.';
revoke all on function media_sync.reordered(uuid[], uuid[], uuid) from public, anon, authenticated;
grant execute on function media_sync.reordered(uuid[], uuid[], uuid) to authenticated, service_role;
