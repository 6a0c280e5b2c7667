-- merge(base, local, remote): what a value becomes when either side, or both, changed it.

create or replace function media_sync.merge_tags(p_base jsonb, p_local jsonb, p_remote jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- A set merge cannot conflict: each tag is kept unless one side removed it. Cloudinary's order comes first.
    select coalesce(jsonb_agg(tag order by place), '[]'::jsonb)
    from (
        select tag, min(place) as place
        from (
            select value as tag, ordinality as place
            from jsonb_array_elements_text(coalesce(p_remote, '[]')) with ordinality
            where coalesce(p_local, '[]') ? value or not coalesce(p_base, '[]') ? value
            union all
            select value, 100000 + ordinality
            from jsonb_array_elements_text(coalesce(p_local, '[]')) with ordinality
            where coalesce(p_remote, '[]') ? value or not coalesce(p_base, '[]') ? value
        ) as kept
        group by tag
    ) as merged;
$$;
comment on function media_sync.merge_tags(jsonb, jsonb, jsonb) is 'Merges three arrays of tags as sets.';
revoke all on function media_sync.merge_tags(jsonb, jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.merge_keys(
    p_base jsonb,
    p_local jsonb,
    p_remote jsonb,
    p_policy text,
    p_newer text,
    p_prefix text,
    out merged jsonb,
    out conflicts jsonb
)
language sql
immutable
parallel safe
set search_path = ''
as $$
    with decided as (
        select
            key,
            p_base -> key as base,
            p_local -> key as local,
            p_remote -> key as remote,
            case
                when p_remote -> key is not distinct from p_base -> key then 'local'
                when p_local -> key is not distinct from p_base -> key then 'remote'
                -- Both made the same change: nothing to decide.
                when p_local -> key is not distinct from p_remote -> key then 'remote'
                else 'conflict'
            end as outcome
        from (
            select jsonb_object_keys(p_base) as key
            union
            select jsonb_object_keys(p_local)
            union
            select jsonb_object_keys(p_remote)
        ) as every_key
    ),
    settled as (
        select
            *,
            case
                when outcome <> 'conflict' then outcome
                when p_policy = 'database' then 'local'
                when p_policy = 'cloudinary' then 'remote'
                when p_policy = 'newest' and p_newer in ('local', 'remote') then p_newer
                -- A person decides; until then the value stands here as it was edited here.
                else 'open'
            end as winner
        from decided
    )
    select
        coalesce(
            jsonb_object_agg(key, case when winner = 'remote' then remote else local end)
                filter (where case when winner = 'remote' then remote else local end is not null),
            '{}'
        ),
        coalesce(
            jsonb_object_agg(
                p_prefix || key,
                jsonb_strip_nulls(jsonb_build_object('base', base, 'database', local, 'cloudinary', remote))
                    || jsonb_build_object('kept', case winner when 'remote' then 'cloudinary' when 'local' then 'database' else 'open' end)
            ) filter (where outcome = 'conflict'),
            '{}'
        )
    from settled;
$$;
comment on function media_sync.merge_keys(jsonb, jsonb, jsonb, text, text, text) is
    'Merges three objects key by key. p_newer (local, remote or null) serves the policy newest; p_prefix names the conflicts.';
revoke all on function media_sync.merge_keys(jsonb, jsonb, jsonb, text, text, text) from public, anon, authenticated;

create or replace function media_sync.newer_side(p_local_at timestamptz, p_remote_at text)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- The only place where the clocks of the two sides meet, and only for the policy newest.
    select case
        when p_local_at > p_remote_at::timestamptz then 'local'
        when p_local_at < p_remote_at::timestamptz then 'remote'
    end;
$$;
comment on function media_sync.newer_side(timestamptz, text) is 'Which side changed last; null where a time is unknown or both are equal.';
revoke all on function media_sync.newer_side(timestamptz, text) from public, anon, authenticated;

create or replace function media_sync.merge(
    p_base jsonb,
    p_local jsonb,
    p_remote jsonb,
    p_policy text,
    p_local_at timestamptz default null,
    p_remote_times jsonb default '{}',
    out merged jsonb,
    out conflicts jsonb
)
language plpgsql
stable
parallel safe
set search_path = ''
as $$
declare
    v_part record;
    v_scalars constant text[] := array['tags', 'context', 'metadata'];
begin
    if media_sync.same_tags(p_base -> 'tags', p_remote -> 'tags') then
        merged := jsonb_build_object('tags', p_local -> 'tags');
    elsif media_sync.same_tags(p_base -> 'tags', p_local -> 'tags') then
        merged := jsonb_build_object('tags', p_remote -> 'tags');
    else
        merged := jsonb_build_object('tags', media_sync.merge_tags(p_base -> 'tags', p_local -> 'tags', p_remote -> 'tags'));
    end if;

    select * into v_part from media_sync.merge_keys(
        p_base - v_scalars, p_local - v_scalars, p_remote - v_scalars, p_policy,
        media_sync.newer_side(p_local_at, p_remote_times ->> 'updated_at'), ''
    );
    merged := merged || v_part.merged;
    conflicts := v_part.conflicts;

    select * into v_part from media_sync.merge_keys(
        coalesce(p_base -> 'context', '{}'), coalesce(p_local -> 'context', '{}'), coalesce(p_remote -> 'context', '{}'), p_policy,
        media_sync.newer_side(p_local_at, p_remote_times ->> 'context_updated_at'), 'context.'
    );
    merged := merged || jsonb_build_object('context', v_part.merged);
    conflicts := conflicts || v_part.conflicts;

    select * into v_part from media_sync.merge_keys(
        coalesce(p_base -> 'metadata', '{}'), coalesce(p_local -> 'metadata', '{}'), coalesce(p_remote -> 'metadata', '{}'), p_policy,
        media_sync.newer_side(p_local_at, p_remote_times ->> 'metadata_updated_at'), 'metadata.'
    );
    merged := merged || jsonb_build_object('metadata', v_part.merged);
    conflicts := conflicts || v_part.conflicts;
end;
$$;
comment on function media_sync.merge(jsonb, jsonb, jsonb, text, timestamptz, jsonb) is
    'Three-way merge of the editable fields of one asset: tags as a set, context and metadata key by key, the rest by value. Every value that loses is in conflicts: field to { base, database, cloudinary, kept }.';
revoke all on function media_sync.merge(jsonb, jsonb, jsonb, text, timestamptz, jsonb) from public, anon, authenticated;
