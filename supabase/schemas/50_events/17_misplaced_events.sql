-- Notifications of writes that reached another asset than they meant, because names were swapped meanwhile.

create or replace function media_sync.is_given_back(
    p_cloud_name text,
    p_asset_id text,
    p_from text,
    p_to text,
    p_sent_at timestamptz,
    p_triggered_at timestamptz
)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    if p_to is null then
        return false;
    end if;
    -- Who gives an asset at once the name back that a rename of ours had taken from it renames it just as the other half of a
    -- swap would. It is no second mistake: the first is in the log, and came before it,
    if exists (
        select from public.media_sync_log as log
        join public.media_assets as asset on asset.asset_id = log.asset_id
        where log.asset_id = p_asset_id
            and log.created_at >= p_sent_at
            and log.error_code = 'landed_elsewhere'
            and log.public_id = p_to
            and log.changes ->> 'public_id' = p_from
            and asset.cloud_name = p_cloud_name
            and (asset.last_event_at is null or asset.last_event_at <= p_triggered_at)
    ) then
        return true;
    end if;
    -- or a look-up was quicker than what tells of it.
    return exists (
        select from public.media_assets as meant
        cross join lateral jsonb_array_elements(meant.sending) as attempt
        where meant.cloud_name = p_cloud_name
            and meant.sending is not null
            and meant.asset_id <> p_asset_id
            and attempt ->> 'name' = p_to
            and attempt -> 'sent' ->> 'public_id' = p_from
            and media_sync.values_before(
                p_asset_id, jsonb_build_object('public_id', p_from), (attempt ->> 'at')::timestamptz
            ) ->> 'public_id' = p_to
    );
end;
$$;
comment on function media_sync.is_given_back(text, text, text, text, timestamptz, timestamptz) is
    'Whether a rename that an event of p_triggered_at tells gives an asset the name back which a rename of ours, sent at p_sent_at or later, took from it by mistake.';
revoke all on function media_sync.is_given_back(text, text, text, text, timestamptz, timestamptz) from public, anon, authenticated;

create or replace function media_sync.take_over_misplaced(p_cloud_name text, p_effects jsonb, p_triggered_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- What a person did in Cloudinary's console is no write of ours, whatever it looks like.
    if p_effects @> '[{"by_person": true}]' then
        return;
    end if;
    -- The answers to grouped writes do not tell which assets had the names by then; notifications do. Hardly ever has a name
    -- been sent to for another asset; what is on its way is read once for all effects.
    perform media_sync.mark_misplaced(p_cloud_name, misplaced.asset_id, misplaced.public_id, misplaced.told, misplaced.sent_at, 'webhook')
    from (
        with sent as materialized (
            select meant.asset_id, attempt ->> 'name' as name, attempt
            from (
                select asset_id, sending
                from public.media_assets
                where cloud_name = p_cloud_name and sending is not null
                offset 0
            ) as meant
            cross join lateral jsonb_array_elements(meant.sending) as attempt
        )
        select distinct on (effect.asset_id, effect.fields)
            effect.asset_id, effect.public_id, effect.fields, flat.told, (sent.attempt ->> 'at')::timestamptz as sent_at
        from media_sync.named_effects(p_cloud_name, p_effects) as effect
        join sent on sent.name = effect.public_id and sent.asset_id <> effect.asset_id
        cross join lateral (select media_sync.flat_difference(effect.fields) as told offset 0) as flat
        where effect.kind = 'delta'
            and flat.told <> '{}'
            and media_sync.explains(sent.attempt -> 'sent', flat.told)
            and media_sync.may_echo(sent.attempt, p_triggered_at)
            and not media_sync.is_given_back(
                p_cloud_name, effect.asset_id, effect.public_id, flat.told ->> 'public_id',
                (sent.attempt ->> 'at')::timestamptz, p_triggered_at
            )
    ) as misplaced
    -- Names go round: what another asset's write would explain may be this one's own, and what people here want.
    where not media_sync.is_meant(p_cloud_name, misplaced.asset_id, misplaced.fields, p_triggered_at, misplaced.sent_at);
end;
$$;
comment on function media_sync.take_over_misplaced(text, jsonb, timestamptz) is
    'Marks what an event''s effects tell of assets as ours, where we sent it to their names for other assets. The caller holds the rows'' locks.';
revoke all on function media_sync.take_over_misplaced(text, jsonb, timestamptz) from public, anon, authenticated;
