-- Claimed rows are read fresh and merged; what is left is noted on the row as on its way, before the first byte leaves.

create or replace function media_sync.sent_by(p_asset public.media_assets, p_difference jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return media_sync.flat_difference(p_difference) || case
        -- Cloudinary has no command that takes one key away, so that the whole context is written.
        when p_difference -> 'context' ? 'removed' then
            (
                select coalesce(jsonb_object_agg('context.' || key, value), '{}') from jsonb_each(p_asset.context)
            ) || '{"context.*": null}'
        else '{}'
    end;
end;
$$;
comment on function media_sync.sent_by(public.media_assets, jsonb) is 'Value by value what the calls for a difference will write.';
revoke all on function media_sync.sent_by(public.media_assets, jsonb) from public, anon, authenticated;

create or replace function media_sync.plan_attempt(p_asset public.media_assets, p_is_there boolean)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
    v_difference jsonb;
    v_attempt jsonb := jsonb_build_object('id', gen_random_uuid(), 'name', p_asset.base ->> 'public_id');
begin
    if p_asset.deleted_at is null then
        v_difference := media_sync.push_difference(p_asset);
        if not p_is_there or v_difference = '{}' then
            return null;
        elsif v_difference ? 'public_id' then
            v_attempt := v_attempt || jsonb_build_object(
                'rename', v_difference -> 'public_id', 'detour', left(p_asset.base ->> 'public_id', 200) || '-' || left(p_asset.id::text, 8)
            );
        end if;
        return v_attempt || jsonb_build_object('sent', media_sync.sent_by(p_asset, v_difference));
    elsif p_asset.restore_requested_at is null then
        return case when p_is_there then v_attempt || '{"sent": {}, "existence": "deleted"}' end;
    end if;
    return case when not p_is_there then v_attempt || '{"sent": {}, "existence": "live"}' end;
end;
$$;
comment on function media_sync.plan_attempt(public.media_assets, boolean) is
    'What is to be sent for a row, given whether Cloudinary showed its asset just now; null for nothing.';
revoke all on function media_sync.plan_attempt(public.media_assets, boolean) from public, anon, authenticated;

create or replace function media_sync.rest_planned(p_ids uuid[])
returns void
language plpgsql
set search_path = ''
-- A plan made while the table was small must serve the large one too.
set enable_seqscan = off
as $$
begin
    -- Nothing is to be written: agreed, or to be looked at again when what is on its way can no longer arrive.
    update public.media_assets as asset
    set
        sync_status = case
            when asset.sync_status = 'pending' and asset.deleted_at is null and asset.sending is null then 'synced'
            else asset.sync_status
        end,
        sync_error = case when asset.sending is null and asset.deleted_at is null then null else asset.sync_error end,
        sync_attempts = 0,
        edited = case when asset.sending is null then '{}' else asset.edited end,
        next_attempt_at = (
            select least(max((attempt ->> 'until')::timestamptz), clock_timestamp() + interval '5 seconds')
            from jsonb_array_elements(asset.sending) as attempt
        )
    where asset.id = any (p_ids);
    perform media_sync.end_leases(p_ids);
end;
$$;
comment on function media_sync.rest_planned(uuid[]) is 'Gives back claimed rows for which nothing is to be sent now. The caller holds their locks.';
revoke all on function media_sync.rest_planned(uuid[]) from public, anon, authenticated;

create or replace function media_sync.send_planned(
    p_worker uuid,
    p_asset_ids text[],
    p_seen text[],
    p_cloud_name text,
    p_observed_at timestamptz
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_until constant timestamptz := v_now + media_sync.write_horizon();
    v_given_up uuid[];
    v_resting uuid[];
    v_tasks jsonb;
begin
    with planned as materialized (
        select asset.id, media_sync.plan_attempt(asset, asset.asset_id = any (p_seen)) as attempt
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = any (p_asset_ids)
            and exists (select from media_sync.push_leases where media_asset_id = asset.id and lease_token = p_worker)
            and asset.sync_status = 'pending'
    ),
    given_up as (
        update public.media_assets as asset
        set
            sync_status = 'error',
            sync_error = coalesce(asset.sync_error, 'Cloudinary accepts the change but keeps another value.')
        from planned
        cross join media_sync.settings as settings
        where asset.id = planned.id and planned.attempt is not null and asset.sync_attempts >= settings.push_max_attempts
        returning asset.id
    ),
    sent as (
        update public.media_assets as asset
        set
            sending = coalesce(asset.sending, '[]') || (planned.attempt || jsonb_build_object('at', v_now, 'until', v_until)),
            sync_attempts = asset.sync_attempts + 1,
            observed_at = greatest(asset.observed_at, p_observed_at)
        from planned
        where asset.id = planned.id and planned.attempt is not null and planned.id not in (select id from given_up)
        returning asset as sending_row, planned.attempt
    ),
    renewed as (
        -- The claim is older by as many parts of it as were pushed before.
        update media_sync.push_leases as lease
        set leased_until = v_now + interval '1 minute'
        from sent
        where lease.media_asset_id = (sent.sending_row).id
    )
    select
        (select array_agg(id) from given_up),
        (select array_agg(id) from planned where attempt is null),
        (
            select coalesce(jsonb_agg(
                media_sync.push_task(sending_row) || jsonb_build_object(
                    'attempt', attempt -> 'id',
                    'detour', attempt -> 'detour',
                    -- Wanted as a whole only where something is taken away; a row may be large.
                    'context', case when attempt -> 'sent' ? 'context.*' then (sending_row).context end,
                    'tags', case when jsonb_path_exists(attempt -> 'sent', '$.keyvalue() ? (@.key like_regex "^tags[.].*,")') then (sending_row).tags end
                ) order by (sending_row).id
            ), '[]')
            from sent
        )
    into v_given_up, v_resting, v_tasks;
    perform media_sync.end_leases(v_given_up);
    perform media_sync.rest_planned(v_resting);
    return v_tasks;
end;
$$;
comment on function media_sync.send_planned(uuid, text[], text[], text, timestamptz) is
    'Notes on each claimed row what is about to be sent, and returns it as tasks. p_seen: the assets that Cloudinary showed just now. The caller holds the rows'' locks.';
revoke all on function media_sync.send_planned(uuid, text[], text[], text, timestamptz) from public, anon, authenticated;

create or replace function media_sync.outdated_look_ups(p_cloud_name text, p_observations jsonb, p_stale text[])
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
    if p_stale = '{}' then
        return '{}'::text[];
    end if;
    -- What came later may have told of one value only. Of all else nobody can say which is newer, what the row has or what was
    -- seen: a name, perhaps, that is another asset's by now.
    return array(
        select known.asset_id
        from media_sync.observed_assets(p_cloud_name, p_observations) as known
        where known.asset_id = any (p_stale)
            and media_sync.observed_fields((known.asset).base, known.observation) is distinct from (known.asset).base
    );
end;
$$;
comment on function media_sync.outdated_look_ups(text, jsonb, text[]) is
    'Of the assets whose rows reflect something later than a look-up (p_stale) those that it showed otherwise than the row has them: nothing may be written on the strength of either.';
revoke all on function media_sync.outdated_look_ups(text, jsonb, text[]) from public, anon, authenticated;

create or replace function public.media_sync_plan_push(
    p_cloud_name text,
    p_worker uuid,
    p_observations jsonb,
    p_absent text[],
    p_observed_at timestamptz,
    p_source text,
    p_run_id uuid default null
)
returns jsonb
language plpgsql
security definer
set search_path = ''
set statement_timeout = '60s'
-- It is about a few rows, for which the planner would read a table of which it knows nothing.
set enable_seqscan = off
as $$
declare
    v_seen constant text[] := array(select element ->> 'asset_id' from jsonb_array_elements(p_observations) as element);
    v_outcomes jsonb;
    v_undecided text[];
    v_outdated text[];
    v_quarantined text[];
    v_rested uuid[];
begin
    perform media_sync.lock_observed(p_cloud_name, p_observations, p_absent);
    select coalesce(jsonb_agg(to_jsonb(merged)), '[]') into v_outcomes
    from media_sync.merge_observations(p_cloud_name, p_observations, p_observed_at, p_source, p_run_id) as merged;
    v_outdated := media_sync.outdated_look_ups(p_cloud_name, p_observations, media_sync.stale_ids(v_outcomes));
    perform media_sync.forget_refresh(p_cloud_name, array(select unnest(v_seen) except select unnest(v_outdated)), p_observed_at);
    -- Absent: an edit has nothing left to reach, a deletion has arrived.
    perform media_sync.confirm_absence(p_cloud_name, p_absent, p_observed_at, p_source, p_run_id);
    -- Too many were denied at once: what was edited of them waits until somebody has looked.
    with denied as (
        update public.media_assets as asset
        set
            next_attempt_at = clock_timestamp() + interval '10 minutes',
            sync_error = 'Cloudinary denies the asset, and many others with it; see the blocked run in GET sync.'
        from media_sync.push_leases as lease
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = any (p_absent)
            and lease.media_asset_id = asset.id
            and lease.lease_token = p_worker
            and asset.deleted_at is null
            and asset.observed_at <= p_observed_at
        returning asset.id
    )
    select array_agg(id) into v_rested from denied;
    perform media_sync.end_leases(v_rested);
    v_undecided := array(
        select element ->> 'asset_id'
        from jsonb_array_elements(v_outcomes) as element
        where element ->> 'outcome' = 'undecided'
    );
    -- Nobody knows what its asset holds: edits wait until it can be stored.
    v_quarantined := array(
        select element ->> 'asset_id'
        from jsonb_array_elements(v_outcomes) as element
        where element ->> 'outcome' = 'quarantined'
    );
    with set_aside as (
        update public.media_assets as asset
        set
            next_attempt_at = clock_timestamp() + interval '10 minutes',
            sync_error = 'What Cloudinary holds of the asset cannot be stored; health names it, and the edit goes out once it can.'
        from media_sync.push_leases as lease
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = any (v_quarantined)
            and lease.media_asset_id = asset.id
            and lease.lease_token = p_worker
        returning asset.id
    )
    select array_agg(id) into v_rested from set_aside;
    perform media_sync.end_leases(v_rested);
    -- Settled, in conflict, or to be looked up again: nothing is to be sent, and nobody need wait for the lease to end.
    perform media_sync.end_leases(array(
        select asset.id
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = any (v_seen || p_absent)
            and (asset.sync_status <> 'pending' or asset.asset_id = any (v_outdated))
    ), p_worker);
    return jsonb_build_object(
        'tasks', media_sync.send_planned(
            p_worker, array(select unnest(v_seen || p_absent) except select unnest(v_undecided)), v_seen, p_cloud_name,
            p_observed_at
        ),
        'undecided', to_jsonb(v_undecided),
        'outdated', to_jsonb(v_outdated),
        'now', clock_timestamp()
    );
end;
$$;
comment on function public.media_sync_plan_push(text, uuid, jsonb, text[], timestamptz, text, uuid) is
    'Merges the fresh look-up of claimed rows (what it showed, and what Cloudinary denied), notes on each row what is about to be sent, and returns it: { tasks: [ { id, asset_id, action, public_id, resource_type, type, difference, attempt, detour, context, tags } ], undecided (asset_ids whose detail must tell times first), outdated (those to be looked up again, because something that came meanwhile tells otherwise), now }.';
revoke all on function public.media_sync_plan_push(text, uuid, jsonb, text[], timestamptz, text, uuid) from public, anon, authenticated;
grant execute on function public.media_sync_plan_push(text, uuid, jsonb, text[], timestamptz, text, uuid) to service_role;
