-- Conflicts that wait for a person, and their end.

create or replace function media_sync.open_conflicts(p_conflicts jsonb, p_merged jsonb, p_remote jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A conflict closes by itself once both sides hold the same value.
    return (
        select jsonb_object_agg(
            key,
            value || jsonb_build_object(
                'database', media_sync.field_value(p_merged, key), 'cloudinary', media_sync.field_value(p_remote, key)
            )
        )
        from jsonb_each(p_conflicts)
        where value ->> 'kept' = 'open'
            and media_sync.field_value(p_merged, key) is distinct from media_sync.field_value(p_remote, key)
    );
end;
$$;
comment on function media_sync.open_conflicts(jsonb, jsonb, jsonb) is 'The conflicts that still wait for a person, with both values as they are now; null when none does.';
revoke all on function media_sync.open_conflicts(jsonb, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.take_keys(p_local jsonb, p_base jsonb, p_decisions jsonb, p_prefix text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        p_local - array(
            select substr(key, length(p_prefix) + 1) from jsonb_object_keys(p_decisions) as key where starts_with(key, p_prefix)
        )
    )
        || coalesce(
            (
                select jsonb_object_agg(key, value)
                from jsonb_each(p_base)
                where p_decisions ? (p_prefix || key)
            ),
            '{}'
        );
end;
$$;
comment on function media_sync.take_keys(jsonb, jsonb, jsonb, text) is 'The object with the decided keys as they are in base.';
revoke all on function media_sync.take_keys(jsonb, jsonb, jsonb, text) from public, anon, authenticated;

create or replace function media_sync.close_conflicts()
returns trigger
language plpgsql
-- Editors close conflicts by editing, but may not write the log.
security definer
set search_path = ''
as $$
begin
    update public.media_sync_log
    set resolved_at = clock_timestamp()
    where asset_id = new.asset_id
        and media_asset_id = new.id
        and operation = 'conflict'
        and status = 'conflict'
        and resolved_at is null;
    return null;
end;
$$;
comment on function media_sync.close_conflicts() is 'A row without open conflicts leaves none open in the log, however they ended.';
revoke all on function media_sync.close_conflicts() from public, anon, authenticated;

create or replace trigger close_conflicts
    after update on public.media_assets
    for each row
    when (old.conflicts is not null and new.conflicts is null)
    execute function media_sync.close_conflicts();

create or replace function media_sync.without_cleared(
    p_agreed jsonb,
    p_sending jsonb,
    p_remote jsonb,
    p_told text[],
    p_observed_at timestamptz
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    v_whole constant jsonb := jsonb_path_query_array(p_sending, '$[*] ? (exists(@.sent."context.*"))');
    v_cleared text[];
begin
    if v_whole = '[]' then
        return p_agreed;
    end if;
    -- A whole context is cleared and set anew by name. Where the asset has another name by now, the one may have met it and
    -- the other not: what was to be set is no longer agreed on, or our own clearing would pass for somebody's.
    select array_agg(substr(key, 9))
    into v_cleared
    from jsonb_each(media_sync.unclear_values(
        v_whole, p_remote ->> 'public_id', p_told, p_observed_at, media_sync.flat_fields(p_remote)
    ))
    where key like 'context.%' and not p_remote -> 'context' ? substr(key, 9);
    if v_cleared is null or not p_agreed ? 'context' then
        return p_agreed;
    end if;
    return p_agreed || jsonb_build_object('context', (p_agreed -> 'context') - v_cleared);
end;
$$;
comment on function media_sync.without_cleared(jsonb, jsonb, jsonb, text[], timestamptz) is
    'What is agreed on, without the context keys that our own write may have taken away from an asset which was renamed in the middle of it.';
revoke all on function media_sync.without_cleared(jsonb, jsonb, jsonb, text[], timestamptz) from public, anon, authenticated;
