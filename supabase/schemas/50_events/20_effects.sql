-- What a notification says, applied.

create or replace function media_sync.apply_effects(p_cloud_name text, p_effects jsonb, p_triggered_at timestamptz, p_source text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
    v_now constant timestamptz := clock_timestamp();
    v_merge jsonb;
    v_fetch text[];
    v_verify text[];
    v_stale text[];
    v_touched uuid[];
    v_changed integer := 0;
    v_effect jsonb;
begin
    for v_effect in select element from jsonb_array_elements(p_effects) as element where element ->> 'kind' = 'folder' loop
        v_changed := v_changed + media_sync.rename_folder(p_cloud_name, v_effect ->> 'from', v_effect ->> 'to', p_source);
    end loop;

    with effects as materialized (
        select
            element ->> 'kind' as kind,
            coalesce(
                element ->> 'asset_id',
                -- Old notifications name the asset only by its public_id.
                (
                    select asset.asset_id
                    from public.media_assets as asset
                    where asset.cloud_name = p_cloud_name
                        and asset.public_id = element ->> 'public_id'
                        and asset.resource_type = element ->> 'resource_type'
                        and asset.type = coalesce(element ->> 'type', 'upload')
                        and asset.deleted_at is null
                    limit 1
                )
            ) as asset_id,
            coalesce(element -> 'fields', '{}') as fields,
            element -> 'observation' as observation,
            coalesce((element ->> 'incomplete')::boolean, false) as incomplete
        from jsonb_array_elements(p_effects) as element
        where element ->> 'kind' <> 'folder'
    ),
    rows_of_effects as (
        select
            effects.*,
            asset,
            (asset).id is not null as known,
            (asset).deleted_at is not null as deleted,
            (asset).sync_status <> 'synced' as dirty,
            coalesce(p_triggered_at < (asset).last_event_at, false) as late,
            media_sync.apply_sent((asset).base, fields) as base_after,
            media_sync.apply_sent(media_sync.editable_fields(asset), fields) as local_after
        from effects
        left join public.media_assets as asset
            on asset.cloud_name = p_cloud_name and asset.asset_id = effects.asset_id
        where effects.asset_id is not null
    ),
    judged as (
        select
            *,
            case
                when kind = 'delete' then
                    case
                        -- Never seen, or gone here too: nothing is to be done, whoever deleted it.
                        when not known or (deleted and not dirty) then 'nothing'
                        else 'fetch'
                    end
                when kind = 'refresh' or (not known and kind <> 'observe') then 'fetch'
                when kind = 'observe' then
                    case
                        when not known then 'merge'
                        when (observation ->> 'version')::bigint < (asset).version then 'stale'
                        when not deleted
                            and media_sync.content_changes(asset, media_sync.observed_content(asset, observation)) is null
                            and (
                                media_sync.observed_fields((asset).base, observation) = (asset).base
                                or (dirty and media_sync.same_fields(
                                    media_sync.observed_fields(media_sync.editable_fields(asset), observation),
                                    media_sync.editable_fields(asset)
                                ))
                            ) then 'nothing'
                        -- The same content with other fields: which of the two is newer, a look-up tells.
                        when (observation ->> 'version')::bigint = (asset).version or dirty or deleted or late then 'fetch'
                        else 'merge'
                    end
                -- An echo of our own write, or the same edit on both sides: what it brings stands here already.
                when not deleted and media_sync.same_fields(local_after, media_sync.editable_fields(asset))
                    and (dirty or media_sync.same_fields(base_after, (asset).base))
                    and (observation is null or media_sync.observed_content(asset, observation) is not distinct from asset)
                    then 'nothing'
                when late then 'stale'
                -- Merged with edits of ours, an event that came late could discard one of them: only a look-up may.
                when dirty or deleted then 'fetch'
                else 'merge'
            end as verdict
        from rows_of_effects
    )
    select
        coalesce(jsonb_agg(
            case
                when kind = 'observe' then observation
                else coalesce(observation, '{}')
                    || jsonb_build_object('asset_id', asset_id, 'resource_type', (asset).resource_type, 'type', (asset).type)
                    || base_after
            end
        ) filter (where verdict = 'merge'), '[]'),
        array_agg(asset_id) filter (where verdict = 'fetch' or (verdict = 'merge' and incomplete)),
        array_agg(asset_id) filter (where verdict in ('merge', 'stale') and not incomplete),
        array_agg(asset_id) filter (where verdict = 'stale'),
        array_agg((asset).id) filter (where known and verdict <> 'stale')
    into v_merge, v_fetch, v_verify, v_stale, v_touched
    from judged;

    if jsonb_array_length(v_merge) > 0 then
        select v_changed + count(*) filter (where outcome in ('inserted', 'updated', 'restored')) into v_changed
        from media_sync.merge_observations(p_cloud_name, v_merge, v_now, p_source);
    end if;
    if p_triggered_at is not null then
        update public.media_assets
        set last_event_at = p_triggered_at
        where id = any (v_touched) and (last_event_at is null or last_event_at < p_triggered_at);
    end if;
    perform media_sync.queue_refresh(p_cloud_name, coalesce(v_fetch, '{}'), 'an event tells too little');
    -- Events come in any order: what one of them changed is looked up once things are quiet.
    perform media_sync.queue_refresh_later(p_cloud_name, coalesce(v_verify, '{}'), 'changed by an event', interval '30 seconds');
    return jsonb_build_object(
        'changed', v_changed,
        'fetch', cardinality(coalesce(v_fetch, '{}')),
        'stale', cardinality(coalesce(v_stale, '{}'))
    );
end;
$$;
comment on function media_sync.apply_effects(text, jsonb, timestamptz, text) is
    'Applies what a notification says: [ { kind: observe | delta | delete | refresh | folder, asset_id, observation, fields, incomplete, from, to } ]. Returns { changed, fetch (look-ups wanted at once), stale }.';
revoke all on function media_sync.apply_effects(text, jsonb, timestamptz, text) from public, anon, authenticated;
