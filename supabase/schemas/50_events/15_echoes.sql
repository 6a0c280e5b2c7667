-- The echoes of our own writes among the notifications.

create or replace function media_sync.is_echo(p_sending jsonb, p_fields jsonb, p_triggered_at timestamptz)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_sent constant jsonb := media_sync.open_values((
        select jsonb_agg(attempt) from jsonb_array_elements(p_sending) as attempt where media_sync.may_echo(attempt, p_triggered_at)
    ));
begin
    return p_fields <> '{}' and not exists (
        select from jsonb_each(media_sync.flat_difference(p_fields)) as told
        where not coalesce(v_sent -> told.key, '[]') @> jsonb_build_array(told.value)
    );
end;
$$;
comment on function media_sync.is_echo(jsonb, jsonb, timestamptz) is
    'True when every value that an event of that time tells is one that we had sent by then and that is not settled.';
revoke all on function media_sync.is_echo(jsonb, jsonb, timestamptz) from public, anon, authenticated;

create or replace function media_sync.explains(p_sent jsonb, p_told jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return not exists (
        select from jsonb_each(p_told) as told
        where not p_sent @> jsonb_build_object(told.key, told.value)
            -- A context that is set as a whole takes from another asset whatever that one has, before it sets anything.
            and not (p_sent ? 'context.*' and told.key like 'context.%' and told.value = 'null')
    );
end;
$$;
comment on function media_sync.explains(jsonb, jsonb) is 'Whether a write of these values can be why another asset shows the values told, both as in flat_difference().';
revoke all on function media_sync.explains(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.is_meant(
    p_cloud_name text,
    p_asset_id text,
    p_fields jsonb,
    p_triggered_at timestamptz,
    p_since timestamptz
)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
    return exists (
        select
        from public.media_assets as asset
        where asset.cloud_name = p_cloud_name
            and asset.asset_id = p_asset_id
            and (
                (asset.sending is not null and media_sync.is_echo(asset.sending, p_fields, p_triggered_at))
                -- The answer was quicker than its echo, and has settled the write.
                or (asset.base -> 'public_id' = p_fields -> 'public_id' and exists (
                    select
                    from public.media_sync_log as log
                    where log.asset_id = p_asset_id
                        and log.created_at >= p_since
                        and log.direction = 'push'
                        and log.changes -> 'public_id' -> 'to' = p_fields -> 'public_id'
                ))
            )
    );
end;
$$;
comment on function media_sync.is_meant(text, text, jsonb, timestamptz, timestamptz) is
    'Whether what an event of that time tells of an asset is what we sent for this very asset: it is on its way to it, or a rename of it that was answered since then.';
revoke all on function media_sync.is_meant(text, text, jsonb, timestamptz, timestamptz) from public, anon, authenticated;
