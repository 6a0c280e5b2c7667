-- Shards: planning a listing and leasing its parts.

create or replace function media_sync.add_shards(p_run_id uuid, p_shards jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    insert into media_sync.run_cursors (run_id, shard, resource_type, type, created_from, created_until)
    select p_run_id, shard, resource_type, type, created_from, created_until
    from jsonb_to_recordset(p_shards) as wanted (
        shard text, resource_type text, type text, created_from timestamptz, created_until timestamptz
    );
end;
$$;
comment on function media_sync.add_shards(uuid, jsonb) is 'Adds shards to a run: [ { shard, resource_type, type, created_from, created_until } ].';
revoke all on function media_sync.add_shards(uuid, jsonb) from public, anon, authenticated;

create or replace function media_sync.claim_shard(p_run_id uuid, p_worker uuid, p_lease_seconds integer)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_shard jsonb;
begin
    with free as (
        select run_id, shard
        from media_sync.run_cursors
        where run_id = p_run_id
            and status = 'pending'
            -- A worker that lost an answer on the way takes its own shard again.
            and (leased_until is null or leased_until < (select clock_timestamp()) or lease_token = p_worker)
            and exists (select from media_sync.runs where id = p_run_id and status = 'running')
        order by shard
        limit 1
        for update skip locked
    ),
    claimed as (
        update media_sync.run_cursors as shard
        set lease_token = p_worker, leased_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
        from free
        where shard.run_id = free.run_id and shard.shard = free.shard
        returning shard.*
    )
    select to_jsonb(claimed) - '{lease_token,leased_until,run_id}'::text[] into v_shard from claimed;
    return v_shard;
end;
$$;
comment on function media_sync.claim_shard(uuid, uuid, integer) is 'Leases one free shard of the run to a worker for so many seconds. Null: none is free.';
revoke all on function media_sync.claim_shard(uuid, uuid, integer) from public, anon, authenticated;

create or replace function media_sync.leave_run(p_run_id uuid, p_worker uuid, p_traffic jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
    update media_sync.run_cursors
    set lease_token = null, leased_until = null
    where run_id = p_run_id and lease_token = p_worker;
    update media_sync.runs set touched_at = clock_timestamp() where id = p_run_id;
    -- Last, because all workers share these rows.
    perform media_sync.record_traffic(cloud_name, p_run_id, p_traffic) from media_sync.runs where id = p_run_id;
end;
$$;
comment on function media_sync.leave_run(uuid, uuid, jsonb) is 'Gives the worker''s shards back and remembers its calls.';
revoke all on function media_sync.leave_run(uuid, uuid, jsonb) from public, anon, authenticated;

create or replace function public.media_sync_claim_shard(p_run_id uuid, p_worker uuid, p_lease_seconds integer)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
            'shard', media_sync.claim_shard(p_run_id, p_worker, p_lease_seconds),
            'budget', (select media_sync.call_budget(cloud_name) from media_sync.runs where id = p_run_id),
            'now', clock_timestamp()
        )
    );
end;
$$;
comment on function public.media_sync_claim_shard(uuid, uuid, integer) is
    'Leases one free shard of the run to a worker for so many seconds. Returns { shard (null: none is free), budget, now }.';
revoke all on function public.media_sync_claim_shard(uuid, uuid, integer) from public, anon, authenticated;
grant execute on function public.media_sync_claim_shard(uuid, uuid, integer) to service_role;

create or replace function public.media_sync_plan_shards(
    p_run_id uuid,
    p_worker uuid,
    p_lease_seconds integer,
    p_folder_mode text,
    p_expected bigint,
    p_shards jsonb,
    p_traffic jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_cloud_name text;
    v_shard jsonb;
begin
    update media_sync.run_cursors
    set status = 'completed', lease_token = null, leased_until = null
    where run_id = p_run_id and shard = 'plan' and status = 'pending' and lease_token = p_worker;
    if not found then
        return jsonb_build_object('stored', false, 'now', clock_timestamp());
    end if;
    -- It decides what `folder` means, hence it is known before anything is stored.
    update media_sync.settings
    set folder_mode = p_folder_mode, updated_at = clock_timestamp()
    where folder_mode is distinct from p_folder_mode;
    perform media_sync.add_shards(p_run_id, p_shards);
    v_shard := media_sync.claim_shard(p_run_id, p_worker, p_lease_seconds);
    update media_sync.runs set expected = p_expected where id = p_run_id returning cloud_name into v_cloud_name;
    perform media_sync.record_traffic(v_cloud_name, p_run_id, p_traffic);
    return jsonb_build_object(
        'stored', true,
        'shard', v_shard,
        'budget', media_sync.call_budget(v_cloud_name),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_plan_shards(uuid, uuid, integer, text, bigint, jsonb, jsonb) is
    'Turns the shard named plan into the shards of the listing: [ { shard, resource_type, type, created_from, created_until } ], leases one of them to the worker, and remembers Cloudinary''s folder mode, dynamic or fixed. Returns { stored, shard, budget, now }; stored is false when the worker no longer holds the plan: nothing was written.';
revoke all on function public.media_sync_plan_shards(uuid, uuid, integer, text, bigint, jsonb, jsonb) from public, anon, authenticated;
grant execute on function public.media_sync_plan_shards(uuid, uuid, integer, text, bigint, jsonb, jsonb) to service_role;
