-- What a write of ours brought to an asset by mistake is put right there, but for what somebody has changed since.

create or replace function media_sync.changed_since_mistake(
    p_asset public.media_assets,
    p_told jsonb,
    p_triggered_at timestamptz
)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_base constant jsonb := media_sync.flat_fields(p_asset.base);
    v_local constant jsonb := media_sync.flat_fields(media_sync.editable_fields(p_asset));
begin
    return (
        select jsonb_object_agg(told.key, brought.value)
        from jsonb_each(p_told) as told
        cross join lateral (
            select coalesce(log.changes -> told.key, 'null') as value, log.created_at
            from public.media_sync_log as log
            where log.asset_id = p_asset.asset_id and log.error_code = 'landed_elsewhere' and log.changes ? told.key
            order by log.created_at desc
            limit 1
        ) as brought
        -- Names have an order of their own: see 66_waiting_names.sql.
        where told.key like '%.%'
            and brought.created_at < p_triggered_at
            and not p_asset.edited ? told.key
            and not media_sync.same_value(told.value, brought.value)
            and not media_sync.same_value(v_local -> told.key, brought.value)
            -- Seen there, or only told by the answer to the write.
            and (
                media_sync.same_value(v_base -> told.key, brought.value)
                or exists (
                    select from jsonb_array_elements(p_asset.sending) as attempt where attempt -> 'sent' -> told.key = brought.value
                )
            )
    );
end;
$$;
comment on function media_sync.changed_since_mistake(public.media_assets, jsonb, timestamptz) is
    'Of the values that an event tells (as in flat_difference()) those in whose place a write of ours had come by mistake before, which nobody has edited here and which are not put right yet, each with what we had brought; null for none.';
revoke all on function media_sync.changed_since_mistake(public.media_assets, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.leave_to_people(p_cloud_name text, p_effects jsonb, p_triggered_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_changed record;
begin
    -- The event may be late, and what it tells changed again, perhaps to the very value that we had brought: from now on that is
    -- somebody's. As if ours had never been seen, whatever is there is taken. Row by row, since hardly ever is there one, and an
    -- update of none would still wake all that watches the table.
    for v_changed in
        select (asset).id, since
        from (
            select told.asset, media_sync.changed_since_mistake(told.asset, told.differences, p_triggered_at) as since
            from (
                select waiting.asset, jsonb_object_agg(flat.key, flat.value) as differences
                from (
                    select known.asset, effect.kind, effect.fields, effect.observation
                    from media_sync.named_effects(p_cloud_name, p_effects) as effect
                    cross join lateral (
                        select asset from public.media_assets as asset
                        where asset.cloud_name = p_cloud_name and asset.asset_id = effect.asset_id
                        limit 1
                    ) as known
                    -- First of all: most events find their row in order.
                    where effect.kind in ('delta', 'observe') and (known.asset).sync_status <> 'synced' and (known.asset).deleted_at is null
                    offset 0
                ) as waiting
                cross join lateral jsonb_each(media_sync.flat_difference(
                    -- An overwrite shows the whole asset.
                    case waiting.kind
                        when 'observe' then media_sync.difference(
                            (waiting.asset).base, media_sync.observed_fields((waiting.asset).base, waiting.observation)
                        )
                        else waiting.fields
                    end
                )) as flat
                group by waiting.asset
            ) as told
            -- Once a row, not once a mention.
            offset 0
        ) as judged
        where since is not null
    loop
        update public.media_assets as target
        set
            base = media_sync.apply_values(target.base, (
                select jsonb_object_agg(key, coalesce(media_sync.flat_fields(media_sync.editable_fields(target)) -> key, 'null'))
                from jsonb_each(v_changed.since)
                where media_sync.same_value(media_sync.flat_fields(target.base) -> key, value)
            )),
            sending = media_sync.settle_sending(
                target.sending, v_changed.since, array(select jsonb_object_keys(v_changed.since)), '-infinity'
            )
        where target.id = v_changed.id;
    end loop;
end;
$$;
comment on function media_sync.leave_to_people(text, jsonb, timestamptz) is
    'Ends the putting right of what an event''s effects tell that somebody has changed since. The caller holds the rows'' locks.';
revoke all on function media_sync.leave_to_people(text, jsonb, timestamptz) from public, anon, authenticated;
