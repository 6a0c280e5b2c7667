-- What a notification says, applied. An event tells little and comes in any order: what it says is taken only where that
-- cannot undo anything; else the asset is looked up.

create or replace function media_sync.judge_observed(p_asset public.media_assets, p_observation jsonb, p_triggered_at timestamptz)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return case
        when p_asset.id is null then 'merge'
        when (p_observation ->> 'version')::bigint < p_asset.version then 'stale'
        when p_asset.deleted_at is null
            and media_sync.content_changes(p_asset, media_sync.observed_content(p_asset, p_observation)) is null
            and (
                media_sync.observed_fields(p_asset.base, p_observation) = p_asset.base
                -- The look-up that follows the write settles it; without one, what is the same here is not yet agreed on.
                or (p_asset.sending is not null and media_sync.same_fields(
                    media_sync.observed_fields(media_sync.editable_fields(p_asset), p_observation),
                    media_sync.editable_fields(p_asset)
                ))
            ) then 'nothing'
        -- The same content with other fields: which of the two is newer, a look-up tells.
        when (p_observation ->> 'version')::bigint = p_asset.version
            or p_asset.sync_status <> 'synced' or p_asset.deleted_at is not null
            or p_triggered_at < p_asset.last_event_at then 'fetch'
        else 'merge'
    end;
end;
$$;
comment on function media_sync.judge_observed(public.media_assets, jsonb, timestamptz) is
    'What to do about an event that shows a whole asset: merge, fetch (look it up), stale or nothing.';
revoke all on function media_sync.judge_observed(public.media_assets, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.judge_delta(
    p_asset public.media_assets,
    p_fields jsonb,
    p_observation jsonb,
    p_triggered_at timestamptz
)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
    return case
        when p_asset.id is null then 'fetch'
        when p_asset.deleted_at is not null then 'fetch'
        -- The echo of our own write settles it, whatever people do to the row meanwhile.
        when p_asset.sending is not null and media_sync.is_echo(p_asset.sending, p_fields, p_triggered_at) then 'echo'
        -- What it brings stands here already.
        when media_sync.same_fields(
            media_sync.apply_difference(media_sync.editable_fields(p_asset), p_fields), media_sync.editable_fields(p_asset)
        )
            and (p_observation is null or media_sync.observed_content(p_asset, p_observation) is not distinct from p_asset)
            then case
                when p_asset.sending is not null
                    or media_sync.same_fields(media_sync.apply_difference(p_asset.base, p_fields), p_asset.base) then 'nothing'
                -- The same edit on both sides is to be agreed on, or taking it back here would pass for no edit at all. Only a
                -- look-up may: some change a context by clearing it and setting it anew.
                else 'fetch'
            end
        when p_triggered_at < p_asset.last_event_at then case when p_asset.sync_status = 'synced' then 'stale' else 'fetch' end
        -- Merged with edits of ours, an event that came late could discard one of them: only a look-up may. So too what
        -- happened before the row was last seen: what it tells may have been changed again by then, and people would edit on it.
        when p_asset.sync_status <> 'synced' or media_sync.is_overtaken(p_triggered_at, p_asset.observed_at) then 'fetch'
        -- A context that is cleared and set anew tells of both at one time: which of the two came last, a look-up tells.
        when p_triggered_at = p_asset.last_event_at and p_fields #> '{context,removed}' <> '[]' then 'fetch'
        else 'merge'
    end;
end;
$$;
comment on function media_sync.judge_delta(public.media_assets, jsonb, jsonb, timestamptz) is
    'What to do about an event that tells a change: merge, echo (merge, it settles a write of ours), fetch (look the asset up), stale or nothing.';
revoke all on function media_sync.judge_delta(public.media_assets, jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.named_effects(p_cloud_name text, p_effects jsonb)
returns table (kind text, asset_id text, public_id text, fields jsonb, observation jsonb, incomplete boolean)
language plpgsql
stable
set search_path = ''
as $$
begin
    return query
    select
        element ->> 'kind',
        -- Old notifications name the asset only by its public_id.
        coalesce(element ->> 'asset_id', named.asset_id),
        element ->> 'public_id',
        coalesce(element -> 'fields', '{}'),
        element -> 'observation',
        coalesce((element ->> 'incomplete')::boolean, false)
    from jsonb_array_elements(p_effects) as element
    left join lateral (
        select asset.asset_id
        from (
            -- By the name alone: without statistics an index of resource types seems to tell as much.
            select * from public.media_assets as named where named.public_id = element ->> 'public_id' offset 0
        ) as asset
        where not element ? 'asset_id'
            and asset.cloud_name = p_cloud_name
            and asset.resource_type = element ->> 'resource_type'
            and asset.type = coalesce(element ->> 'type', 'upload')
            and asset.deleted_at is null
        limit 1
    ) as named on true
    where element ->> 'kind' <> 'folder' and coalesce(element ->> 'asset_id', named.asset_id) is not null;
end;
$$;
comment on function media_sync.named_effects(text, jsonb) is 'The effects on assets, each with the asset_id it is about; those about nothing known are left out.';
revoke all on function media_sync.named_effects(text, jsonb) from public, anon, authenticated;

create or replace function media_sync.note_event_time(p_ids uuid[], p_triggered_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- A merge wrote it beside the rest; and an update of no row would still wake all that watches the table.
    if exists (
        select from public.media_assets
        where id = any (p_ids) and p_triggered_at is not null and (last_event_at is null or last_event_at < p_triggered_at)
    ) then
        update public.media_assets
        set last_event_at = p_triggered_at
        where id = any (p_ids) and (last_event_at is null or last_event_at < p_triggered_at);
    end if;
end;
$$;
comment on function media_sync.note_event_time(uuid[], timestamptz) is
    'Keeps on rows that an event touched when that was, where they do not know yet. The caller holds the rows'' locks.';
revoke all on function media_sync.note_event_time(uuid[], timestamptz) from public, anon, authenticated;

create or replace function media_sync.apply_effects(p_cloud_name text, p_effects jsonb, p_triggered_at timestamptz, p_source text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_now timestamptz;
    v_effect record;
    v_merge jsonb;
    v_fetch text[];
    v_verify text[];
    v_facts jsonb;
    v_stale text[];
    v_refused text[];
    v_touched uuid[];
    v_changed integer := 0;
begin
    -- First the locks, then the reading: what is judged is what will be written.
    perform media_sync.lock_observed(p_cloud_name, '[]', array(select asset_id from media_sync.named_effects(p_cloud_name, p_effects)));
    v_now := clock_timestamp();
    for v_effect in
        select element ->> 'from' as source, element ->> 'to' as target
        from jsonb_array_elements(p_effects) as element
        where element ->> 'kind' = 'folder'
    loop
        v_changed := v_changed + media_sync.rename_folder(p_cloud_name, v_effect.source, v_effect.target, p_triggered_at, p_source);
    end loop;
    perform media_sync.take_over_misplaced(p_cloud_name, p_effects, p_triggered_at);
    perform media_sync.leave_to_people(p_cloud_name, p_effects, p_triggered_at);

    with judged as materialized (
        select
            effect.*,
            known.asset,
            case
                when effect.kind = 'delete' then
                    -- Never seen, or gone here too: nothing is to be done, whoever deleted it.
                    case
                        when (known.asset).id is null then 'nothing'
                        when (known.asset).deleted_at is not null and (known.asset).sync_status = 'synced' then 'nothing'
                        else 'fetch'
                    end
                when effect.kind = 'refresh' then 'fetch'
                when effect.kind = 'observe' then media_sync.judge_observed(known.asset, effect.observation, p_triggered_at)
                else media_sync.judge_delta(known.asset, effect.fields, effect.observation, p_triggered_at)
            end as verdict
        from media_sync.named_effects(p_cloud_name, p_effects) as effect
        left join lateral (
            select asset from public.media_assets as asset
            where asset.cloud_name = p_cloud_name and asset.asset_id = effect.asset_id
            limit 1
        ) as known on true
    )
    select
        coalesce(jsonb_agg(
            case
                when kind = 'observe' then observation
                else coalesce(observation, '{}') || jsonb_build_object('asset_id', asset_id, 'delta', fields)
            end
        ) filter (where verdict in ('merge', 'echo')), '[]'),
        array_agg(asset_id) filter (where verdict = 'fetch' or (verdict = 'merge' and (
            incomplete
            -- An overwrite does not tell what it keeps.
            or (kind = 'observe' and exists (
                select from jsonb_each((asset).base - array(select jsonb_object_keys(observation)))
                where key in ('tags', 'context', 'metadata') and value not in ('[]', '{}')
            ))
        ))),
        array_agg(asset_id) filter (where verdict in ('merge', 'stale') and not incomplete),
        array_agg(asset_id) filter (where verdict = 'stale'),
        jsonb_agg(observation) filter (where verdict = 'nothing' and kind = 'observe'),
        array_agg((asset).id) filter (where (asset).id is not null and verdict <> 'stale')
    into v_merge, v_fetch, v_verify, v_stale, v_facts, v_touched
    from judged;

    if jsonb_array_length(v_merge) > 0 then
        select
            v_changed + count(*) filter (where outcome in ('inserted', 'updated', 'restored')),
            array_agg(asset_id) filter (where outcome = 'quarantined')
        into v_changed, v_refused
        -- What looks unchanged was judged already.
        from media_sync.merge_observations(
            p_cloud_name, v_merge, v_now, p_source, null, jsonb_build_object('force', true, 'event_at', p_triggered_at)
        );
    end if;
    -- An upload that is known already may still tell what no look-up does.
    if v_facts is not null then
        perform media_sync.tell_facts(p_cloud_name, v_facts);
    end if;
    perform media_sync.note_event_time(v_touched, p_triggered_at);
    perform media_sync.queue_refresh(p_cloud_name, coalesce(v_fetch, '{}'), 'an event tells too little');
    -- Events come in any order: what one of them changed is looked up once things are quiet.
    perform media_sync.queue_refresh_later(p_cloud_name, coalesce(v_verify, '{}'), 'changed by an event', interval '30 seconds');
    perform media_sync.queue_refresh(p_cloud_name, coalesce(v_refused, '{}'), 'an event could not be applied');
    return jsonb_build_object(
        'changed', v_changed,
        'refused', cardinality(coalesce(v_refused, '{}')),
        'fetch', cardinality(coalesce(v_fetch, '{}')),
        'stale', cardinality(coalesce(v_stale, '{}'))
    );
end;
$$;
comment on function media_sync.apply_effects(text, jsonb, timestamptz, text) is
    'Applies what a notification says: [ { kind: observe | delta | delete | refresh | folder, asset_id, public_id, observation, fields, incomplete, from, to } ]. Returns { changed, refused (assets that cannot be stored as told), fetch (look-ups wanted at once), stale }.';
revoke all on function media_sync.apply_effects(text, jsonb, timestamptz, text) from public, anon, authenticated;
