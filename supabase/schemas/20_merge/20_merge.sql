-- merge(base, local, sent, remote): what a value becomes when either side, or both, changed it.
--
-- Pure: it reads nothing but its arguments. Values go by the names of flat_fields().

create or replace function media_sync.same_value(p_one jsonb, p_other jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A value that is not there and one that is null are the same.
    return coalesce(p_one, 'null') = coalesce(p_other, 'null');
end;
$$;
comment on function media_sync.same_value(jsonb, jsonb) is 'True when two values are equal; none and null are.';
revoke all on function media_sync.same_value(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.sent_values(p_sent jsonb, p_key text, p_is_bare boolean, p_is_shown boolean)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        when p_key like 'context.%' and p_sent ? 'context.*' then
            -- Cleared and not yet set anew it has no key at all. A missing key beside others was taken away by somebody, or
            -- somebody set those in between. What a key shows that is not missing, our clearing has not set.
            coalesce(p_sent -> p_key, '[]') || case
                when p_is_shown then '[]'::jsonb
                -- A context that is replaced at most loses no key that is set.
                when not exists (select from jsonb_array_elements(p_sent -> 'context.*') as whole where not whole ? p_key) then '[]'
                when p_is_bare then '[null]'
                else '[{}]'
            end
        else p_sent -> p_key
    end;
end;
$$;
comment on function media_sync.sent_values(jsonb, text, boolean, boolean) is
    'What has been sent for a value, as a list; null for nothing. A context that is set as a whole may be empty for a moment, and does not have the keys that are not named. p_is_bare: Cloudinary shows no context at all; p_is_shown: it shows this key.';
revoke all on function media_sync.sent_values(jsonb, text, boolean, boolean) from public, anon, authenticated;

create or replace function media_sync.merge_value(p_base jsonb, p_local jsonb, p_sent jsonb, p_remote jsonb)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        when media_sync.same_value(p_remote, p_base) then 'local'
        -- Our own write, seen: what people want meanwhile goes out after it.
        when exists (select from jsonb_array_elements(p_sent) as sent where media_sync.same_value(sent, p_remote)) then 'local'
        when media_sync.same_value(p_local, p_remote) then 'remote'
        when media_sync.same_value(p_local, p_base)
            -- A write on its way is an edit, even one that has been taken back here.
            and not exists (select from jsonb_array_elements(p_sent) as sent where not media_sync.same_value(sent, p_local))
            then 'remote'
        else 'conflict'
    end;
end;
$$;
comment on function media_sync.merge_value(jsonb, jsonb, jsonb, jsonb) is
    'Whose value stands after Cloudinary showed remote: local, remote, or conflict. sent is the list of values on their way.';
revoke all on function media_sync.merge_value(jsonb, jsonb, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.merge_tags(p_base jsonb, p_local jsonb, p_sent jsonb, p_remote jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- A set merge cannot conflict: a tag is there or not, and one change of that is the same as the other. Cloudinary's
    -- order comes first.
    return (
        select coalesce(jsonb_agg(tag order by place), '[]')
        from jsonb_array_elements_text(media_sync.keep_order(p_remote || p_local)) with ordinality as listed (tag, place)
        where case
            when (p_remote ? tag) = (p_base ? tag) then p_local ? tag
            when p_sent -> ('tags.' || tag) @> jsonb_build_array(case when p_remote ? tag then true end) then p_local ? tag
            else p_remote ? tag
        end
    );
end;
$$;
comment on function media_sync.merge_tags(jsonb, jsonb, jsonb, jsonb) is 'Merges arrays of tags as sets; sent as in open_values().';
revoke all on function media_sync.merge_tags(jsonb, jsonb, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.newer_side(p_local_at timestamptz, p_remote_at text)
returns text
language plpgsql
stable
parallel safe
set search_path = ''
as $$
begin
    -- Here the clocks of the two sides meet, for the policy newest alone; else only in may_echo(), where it does no harm.
    return case
        when p_local_at > p_remote_at::timestamptz then 'local'
        when p_local_at < p_remote_at::timestamptz then 'remote'
    end;
end;
$$;
comment on function media_sync.newer_side(timestamptz, text) is 'Which side changed last; null where a time is unknown or both are equal.';
revoke all on function media_sync.newer_side(timestamptz, text) from public, anon, authenticated;

create or replace function media_sync.winner(p_policy text, p_key text, p_edited jsonb, p_times jsonb)
returns text
language plpgsql
stable
parallel safe
set search_path = ''
as $$
begin
    return case p_policy
        when 'database' then 'local'
        when 'cloudinary' then 'remote'
        -- Like with like: the edit of this value here, the change of its kind there.
        when 'newest' then coalesce(
            media_sync.newer_side((p_edited ->> p_key)::timestamptz, case split_part(p_key, '.', 1)
                when 'context' then p_times ->> 'context_updated_at'
                when 'metadata' then p_times ->> 'metadata_updated_at'
                when 'public_id' then coalesce(p_times ->> 'public_id_updated_at', p_times ->> 'updated_at')
                else p_times ->> 'updated_at'
            end),
            'open'
        )
        -- A person decides; until then the value stands here as it was edited here.
        else 'open'
    end;
end;
$$;
comment on function media_sync.winner(text, text, jsonb, jsonb) is
    'Who keeps a value that both sides changed: local, remote, or open. p_edited: value to the time of its last edit here; p_times: Cloudinary''s last_updated.';
revoke all on function media_sync.winner(text, text, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.merge_values(
    p_base jsonb,
    p_local jsonb,
    p_sent jsonb,
    p_remote jsonb,
    p_policy text,
    p_edited jsonb,
    p_times jsonb,
    out merged jsonb,
    out conflicts jsonb
)
language plpgsql
stable
parallel safe
set search_path = ''
as $$
declare
    v_is_bare constant boolean := not exists (select from jsonb_object_keys(p_remote) as key where key like 'context.%');
begin
    with decided as (
        select
            key,
            p_base -> key as base,
            p_local -> key as local,
            p_remote -> key as remote,
            media_sync.merge_value(
                p_base -> key, p_local -> key, media_sync.sent_values(p_sent, key, v_is_bare, p_remote ? key), p_remote -> key
            ) as outcome
        from (
            select jsonb_object_keys(p_base) as key
            union
            select jsonb_object_keys(p_local)
            union
            select jsonb_object_keys(p_remote)
        ) as every_key
    ),
    settled as (
        select *, case outcome when 'conflict' then media_sync.winner(p_policy, key, p_edited, p_times) else outcome end as side
        from decided
    ),
    kept as (
        select *, split_part(key, '.', 1) as field, case side when 'remote' then remote else local end as value from settled
    )
    select
        jsonb_build_object(
            'context', coalesce(jsonb_object_agg(substr(key, 9), value) filter (where field = 'context' and value is not null), '{}'),
            'metadata', coalesce(jsonb_object_agg(substr(key, 10), value) filter (where field = 'metadata' and value is not null), '{}')
        ) || coalesce(jsonb_object_agg(key, value) filter (where key = field and value is not null), '{}'),
        coalesce(
            jsonb_object_agg(
                key,
                jsonb_strip_nulls(jsonb_build_object('base', base, 'database', local, 'cloudinary', remote))
                    || jsonb_build_object('kept', case side when 'remote' then 'cloudinary' when 'local' then 'database' else 'open' end)
            ) filter (where outcome = 'conflict'),
            '{}'
        )
    into merged, conflicts
    from kept;
end;
$$;
comment on function media_sync.merge_values(jsonb, jsonb, jsonb, jsonb, text, jsonb, jsonb) is
    'The part of merge() for all fields but tags, which come value by value.';
revoke all on function media_sync.merge_values(jsonb, jsonb, jsonb, jsonb, text, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.merge(
    p_base jsonb,
    p_local jsonb,
    p_sent jsonb,
    p_remote jsonb,
    p_policy text,
    p_edited jsonb default '{}',
    p_times jsonb default '{}',
    out merged jsonb,
    out conflicts jsonb
)
language plpgsql
stable
parallel safe
set search_path = ''
as $$
begin
    merged := p_local;
    conflicts := '{}';
    if p_remote - 'tags' is distinct from p_base - 'tags' then
        select part.merged || jsonb_build_object('tags', p_local -> 'tags'), part.conflicts into merged, conflicts
        from media_sync.merge_values(
            media_sync.flat_fields(p_base - 'tags'), media_sync.flat_fields(p_local - 'tags'), p_sent,
            media_sync.flat_fields(p_remote - 'tags'), p_policy, p_edited, p_times
        ) as part;
    end if;
    if not coalesce(media_sync.same_tags(p_remote -> 'tags', p_base -> 'tags'), false) then
        merged := merged || jsonb_build_object('tags', media_sync.merge_tags(
            coalesce(p_base -> 'tags', '[]'), coalesce(p_local -> 'tags', '[]'), p_sent, coalesce(p_remote -> 'tags', '[]')
        ));
    end if;
end;
$$;
comment on function media_sync.merge(jsonb, jsonb, jsonb, jsonb, text, jsonb, jsonb) is
    'Merge of the editable fields of one asset, of which p_sent (see open_values()) is on its way: tags as a set, context and metadata key by key, the rest by value. Every value that loses is in conflicts: field to { base, database, cloudinary, kept }.';
revoke all on function media_sync.merge(jsonb, jsonb, jsonb, jsonb, text, jsonb, jsonb) from public, anon, authenticated;
