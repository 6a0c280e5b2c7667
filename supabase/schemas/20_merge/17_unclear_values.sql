-- What Cloudinary does not show and may all the same be our own doing: where nobody can tell, it is sent again, and a conflict row
-- says so.

create or replace function media_sync.unclear_values(
    p_sending jsonb,
    p_public_id text,
    p_told text[],
    p_observed_at timestamptz,
    p_seen jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- The asset has another name by now. Was it renamed before the write, which then met another asset, or after, so that
    -- somebody took back what had arrived? Nobody can tell.
    return (
        select coalesce(jsonb_object_agg(sent.key, sent.value order by attempt.place), '{}')
        from jsonb_array_elements(p_sending) with ordinality as attempt (value, place)
        cross join lateral jsonb_each(attempt.value -> 'sent') as sent
        where (attempt.value -> 'arrived' ->> sent.key)::timestamptz <= p_observed_at
            and sent.key not in ('public_id', 'context.*')
            and media_sync.is_told(p_told, sent.key)
            and not media_sync.same_value(p_seen -> sent.key, sent.value)
            and p_public_id not in (attempt.value ->> 'name', coalesce(attempt.value ->> 'rename', ''), coalesce(attempt.value ->> 'detour', ''))
    );
end;
$$;
comment on function media_sync.unclear_values(jsonb, text, text[], timestamptz, jsonb) is
    'What Cloudinary took before an observation that does not show it, and shows the asset under another name: value to what was sent.';
revoke all on function media_sync.unclear_values(jsonb, text, text[], timestamptz, jsonb) from public, anon, authenticated;

create or replace function media_sync.emptied_values(
    p_sending jsonb,
    p_told text[],
    p_observed_at timestamptz,
    p_base jsonb,
    p_seen jsonb
)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- The worker died before it told what became of a whole context, and the context is empty. Was it cleared and not set anew, or
    -- did somebody empty it before the write began? Nobody can tell. To take it for our own loses nothing that people wanted.
    return (
        select coalesce(jsonb_object_agg(sent.key, sent.value order by attempt.place), '{}')
        from jsonb_array_elements(p_sending) with ordinality as attempt (value, place)
        cross join lateral jsonb_each(attempt.value -> 'sent') as sent
        where attempt.value -> 'sent' ? 'context.*'
            and not attempt.value ? 'landed'
            and p_observed_at >= (attempt.value ->> 'until')::timestamptz
            and sent.key like 'context.%'
            and sent.value <> 'null'
            and p_base ? sent.key
            and media_sync.is_told(p_told, sent.key)
            and not exists (select from jsonb_object_keys(p_seen) as shown where shown like 'context.%')
    );
end;
$$;
comment on function media_sync.emptied_values(jsonb, text[], timestamptz, jsonb, jsonb) is
    'Context values of p_base that an observation does not show (p_seen; both value by value), since a worker may have died between clearing the context and setting it anew: value to what was sent.';
revoke all on function media_sync.emptied_values(jsonb, text[], timestamptz, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.with_lost(p_sending jsonb, p_conflicts jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    if p_sending is null or not p_conflicts @? '$.* ? (@.kept == "cloudinary")' then
        return p_sending;
    end if;
    return (
        select jsonb_agg(case when lost is null then attempt else attempt || jsonb_build_object('lost', lost) end order by place)
        from jsonb_array_elements(p_sending) with ordinality as listed (attempt, place)
        cross join lateral (
            select jsonb_object_agg(key, true) || coalesce(attempt -> 'lost', '{}') as lost
            from jsonb_each(p_conflicts)
            where value ->> 'kept' = 'cloudinary' and attempt -> 'sent' ? key
            offset 0
        ) as beaten
    );
end;
$$;
comment on function media_sync.with_lost(jsonb, jsonb) is
    'The attempts, each with those of its values that lost to Cloudinary''s (p_conflicts) before it was known whether they would arrive.';
revoke all on function media_sync.with_lost(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.lost_values(p_sending jsonb, p_told text[], p_base jsonb, p_seen jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Cloudinary's value had won, and what had been sent against it is there now. Did it arrive late, or did somebody make the very
    -- same change there? Nobody can tell.
    return (
        select coalesce(jsonb_object_agg(sent.key, sent.value), '{}')
        from jsonb_array_elements(p_sending) as attempt
        cross join lateral jsonb_each(attempt -> 'sent') as sent
        where attempt -> 'lost' ? sent.key
            and media_sync.is_told(p_told, sent.key)
            and media_sync.same_value(p_seen -> sent.key, sent.value)
            and not media_sync.same_value(p_base -> sent.key, sent.value)
    );
end;
$$;
comment on function media_sync.lost_values(jsonb, text[], jsonb, jsonb) is
    'What an observation shows (p_seen) in the place of what is agreed on (p_base; both value by value), and may be a write of ours that lost and arrived late: value to what was sent.';
revoke all on function media_sync.lost_values(jsonb, text[], jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.with_taken_back(p_base jsonb, p_sending jsonb, p_fields jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
    v_base constant jsonb := media_sync.flat_fields(p_base);
    v_wanted constant jsonb := media_sync.flat_fields(p_fields);
    v_sent jsonb;
    v_after jsonb;
begin
    -- Nobody will know whether it had arrived. If it had, it comes back as nobody's edit, and is taken back there too; if not,
    -- what comes back is what people here want.
    select jsonb_object_agg(sent.key, sent.value order by attempt.place)
    into v_sent
    from jsonb_array_elements(p_sending) with ordinality as attempt (value, place)
    cross join lateral jsonb_each(attempt.value -> 'sent') as sent
    where sent.key <> 'context.*'
        and p_base ? split_part(sent.key, '.', 1)
        and media_sync.same_value(v_base -> sent.key, v_wanted -> sent.key)
        and not media_sync.same_value(sent.value, v_wanted -> sent.key);
    if v_sent is null then
        return p_base;
    end if;
    v_after := media_sync.apply_values(p_base, v_sent)
        || coalesce((select jsonb_object_agg(key, value) from jsonb_each(v_sent) where key = split_part(key, '.', 1)), '{}');
    return media_sync.in_folder_mode(v_after, v_after, (select folder_mode from media_sync.settings));
end;
$$;
comment on function media_sync.with_taken_back(jsonb, jsonb, jsonb) is
    'What is agreed on about an asset that is gone: base, with what was sent and perhaps arrived where the row (p_fields) has what it had before, since people here took it back.';
revoke all on function media_sync.with_taken_back(jsonb, jsonb, jsonb) from public, anon, authenticated;
