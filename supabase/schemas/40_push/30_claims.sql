-- A push begins: pending rows are claimed for a while.

create or replace function media_sync.push_is_due(p_cloud_name text, p_ids uuid[] default null)
returns boolean
language plpgsql
stable
set search_path = ''
-- It walks an index to the first that is free, however many rows wait.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
    v_now constant timestamptz := clock_timestamp();
begin
    -- Whoever asks for certain rows wants them now; the pause is for the background.
    if p_ids is not null then
        return exists (
            select from public.media_assets as asset
            where id = any (p_ids)
                and sync_status = 'pending'
                and cloud_name = p_cloud_name
                and not coalesce((select leased_until >= v_now from media_sync.push_leases where media_asset_id = asset.id), false)
        );
    end if;
    -- Two ranges of the index, so that those that pause are not read. An exists would drop the order, which names the index:
    -- from its end, because workers take from its beginning.
    return coalesce((
        select true
        from public.media_assets as asset
        where sync_status = 'pending'
            and next_attempt_at is null
            and cloud_name = p_cloud_name
            and not coalesce((select leased_until >= v_now from media_sync.push_leases where media_asset_id = asset.id), false)
        order by next_attempt_at desc nulls last
        limit 1
    ), (
        select true
        from public.media_assets as asset
        where sync_status = 'pending'
            and next_attempt_at <= v_now
            and cloud_name = p_cloud_name
            and not coalesce((select leased_until >= v_now from media_sync.push_leases where media_asset_id = asset.id), false)
        order by next_attempt_at desc nulls last
        limit 1
    ), false);
end;
$$;
comment on function media_sync.push_is_due(text, uuid[]) is 'Whether a row waits to be pushed that no worker holds. p_ids: one of these.';
revoke all on function media_sync.push_is_due(text, uuid[]) from public, anon, authenticated;

create or replace function media_sync.linked_renames(p_cloud_name text, p_ids uuid[])
returns setof uuid
language plpgsql
stable
set search_path = ''
-- A plan made while the table was small must serve the large one too.
set enable_seqscan = off
as $$
begin
    return query
    with recursive renames as materialized (
        select id, resource_type, type, public_id as wanted, base ->> 'public_id' as held
        from public.media_assets
        where sync_status = 'pending'
            and cloud_name = p_cloud_name
            and deleted_at is null
            and public_id <> base ->> 'public_id'
    ),
    linked as (
        select * from renames where id = any (p_ids)
        union
        select other.*
        from linked
        join renames as other
            on other.resource_type = linked.resource_type
            and other.type = linked.type
            and (other.held = linked.wanted or other.wanted = linked.held)
    )
    select id from linked;
end;
$$;
comment on function media_sync.linked_renames(text, uuid[]) is
    'Pending renames that wait for a name which one of these rows leaves, or hold one that it wants, and so on: a ring comes undone only as a whole.';
revoke all on function media_sync.linked_renames(text, uuid[]) from public, anon, authenticated;

create or replace function media_sync.push_difference(p_asset public.media_assets)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_difference constant jsonb := media_sync.difference(p_asset.base, media_sync.editable_fields(p_asset));
begin
    if v_difference ?| '{folder,display_name}'::text[] then
        -- There the folder is the path of the public_id: only the rename is written. In one condition with the other, a query
        -- would begin for each row.
        if (select folder_mode from media_sync.settings) = 'fixed' then
            return v_difference - '{folder,display_name}'::text[];
        end if;
    end if;
    return v_difference;
end;
$$;
comment on function media_sync.push_difference(public.media_assets) is 'What must be written to Cloudinary so that it holds what the row wants.';
revoke all on function media_sync.push_difference(public.media_assets) from public, anon, authenticated;

create or replace function media_sync.push_task(p_asset public.media_assets)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
    return jsonb_build_object(
        'id', p_asset.id,
        'asset_id', p_asset.asset_id,
        'action', case
            when p_asset.deleted_at is null then 'update'
            when p_asset.restore_requested_at is not null then 'restore'
            else 'delete'
        end,
        -- The name that Cloudinary knows it by, which a local rename has not reached yet.
        'public_id', p_asset.base ->> 'public_id',
        'resource_type', p_asset.resource_type,
        'type', p_asset.type,
        'difference', media_sync.push_difference(p_asset)
    );
end;
$$;
comment on function media_sync.push_task(public.media_assets) is 'What a row wants of Cloudinary, as far as is known before the look-up.';
revoke all on function media_sync.push_task(public.media_assets) from public, anon, authenticated;

create or replace function media_sync.claim_pending(
    p_cloud_name text,
    p_worker uuid,
    p_limit integer,
    p_lease_seconds integer,
    p_ids uuid[]
)
returns setof public.media_assets
language plpgsql
set search_path = ''
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_ids uuid[];
    v_renamed boolean;
    v_leased public.media_assets;
begin
    perform media_sync.give_up_deadly(p_cloud_name);
    -- What a worker holds in memory is bounded.
    select coalesce(array_agg(id), '{}'), bool_or(is_renamed) into v_ids, v_renamed
    from (
        select id, is_renamed, place, sum(bytes) over (order by place) as total
        from media_sync.rows_to_push(p_cloud_name, p_limit, p_ids, v_now) with ordinality as waiting (id, bytes, is_renamed, place)
    ) as counted
    where place = 1 or total <= 4000000;
    if v_ids = '{}' then
        -- What workers have died of goes alone, when nothing else waits.
        v_ids := array(
            select asset.id
            from public.media_assets as asset
            where asset.id = any (array(select media_asset_id from media_sync.push_leases where claims >= 2 and leased_until < v_now))
                -- Found by their ids: the index of all that is pending would be read from end to end.
                and asset.sync_status is not distinct from 'pending'
                and asset.cloud_name = p_cloud_name
                and (p_ids is null or asset.id = any (p_ids))
                and (p_ids is not null or asset.next_attempt_at is null or asset.next_attempt_at <= v_now)
            order by asset.next_attempt_at nulls first, asset.id
            limit 1
        );
        v_renamed := exists (select from public.media_assets where id = any (v_ids) and public_id <> base ->> 'public_id');
    end if;
    if v_renamed then
        v_ids := v_ids || array(select media_sync.linked_renames(p_cloud_name, v_ids));
    end if;
    -- Whole rows, not select *: a session's plan would keep the columns of today, and fail once the table has another.
    foreach v_leased in array array(select leased from media_sync.lease_pending(v_ids, p_worker, v_now, p_lease_seconds) as leased) loop
        return next v_leased;
    end loop;
end;
$$;
comment on function media_sync.claim_pending(text, uuid, integer, integer, uuid[]) is 'Leases pending rows to a worker, with the renames that are linked to theirs.';
revoke all on function media_sync.claim_pending(text, uuid, integer, integer, uuid[]) from public, anon, authenticated;

create or replace function public.media_sync_begin_push(
    p_cloud_name text,
    p_worker uuid,
    p_limit integer,
    p_lease_seconds integer,
    p_source text,
    p_user_id uuid default null,
    p_run_id uuid default null,
    p_ids uuid[] default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_run_id uuid := p_run_id;
    v_tasks jsonb;
    v_more boolean;
begin
    -- Edits from now on wake another push. An editor whose wake this answers holds this row until his commit, so that
    -- the claim below, a statement later, sees his edit.
    update media_sync.wakes set waiting_since = null, begun_at = clock_timestamp() where p_ids is null;

    select coalesce(jsonb_agg(media_sync.push_task(claimed)), '[]') into v_tasks
    from media_sync.claim_pending(p_cloud_name, p_worker, p_limit, p_lease_seconds, p_ids) as claimed;
    v_more := v_tasks <> '[]' and media_sync.push_is_due(p_cloud_name, p_ids);

    if v_run_id is null and p_ids is null and jsonb_array_length(v_tasks) > 0 then
        insert into media_sync.runs (kind, cloud_name, source, user_id)
        values ('push', p_cloud_name, p_source, p_user_id)
        returning id into v_run_id;
    end if;
    return jsonb_build_object(
        'run_id', v_run_id,
        'tasks', v_tasks,
        'more', v_more,
        'folder_mode', (select folder_mode from media_sync.settings),
        'budget', media_sync.call_budget(p_cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_begin_push(text, uuid, integer, integer, text, uuid, uuid, uuid[]) is
    'Begins a push: leases pending rows to a worker, and starts a run unless one goes on, p_ids names certain rows, or nothing is pending. Returns { run_id, tasks: [ { id, asset_id, action: update | delete | restore, public_id, resource_type, type, difference } ], more (another claim may find rows), folder_mode, budget, now }.';
revoke all on function public.media_sync_begin_push(text, uuid, integer, integer, text, uuid, uuid, uuid[])
    from public, anon, authenticated;
grant execute on function public.media_sync_begin_push(text, uuid, integer, integer, text, uuid, uuid, uuid[]) to service_role;

create or replace function public.media_sync_release_pending(p_worker uuid, p_ids uuid[])
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform media_sync.lock_assets(p_ids);
    perform media_sync.end_leases(p_ids, p_worker);
end;
$$;
comment on function public.media_sync_release_pending(uuid, uuid[]) is 'Gives claimed rows back untouched, so that the next call need not wait for the lease to end.';
revoke all on function public.media_sync_release_pending(uuid, uuid[]) from public, anon, authenticated;
grant execute on function public.media_sync_release_pending(uuid, uuid[]) to service_role;
