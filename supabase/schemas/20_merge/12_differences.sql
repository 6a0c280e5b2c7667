-- What must be sent so that one state becomes another.

create or replace function media_sync.keys_difference(p_base jsonb, p_local jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- What is large is seldom what was changed.
    if p_base = p_local then
        return null;
    end if;
    return nullif(jsonb_strip_nulls(jsonb_build_object(
        'set', (
            select jsonb_object_agg(key, value) from jsonb_each(p_local) where value is distinct from coalesce(p_base, '{}') -> key
        ),
        'removed', (
            select jsonb_agg(key order by key) from jsonb_object_keys(p_base) as key where not coalesce(p_local, '{}') ? key
        )
    )), '{}');
end;
$$;
comment on function media_sync.keys_difference(jsonb, jsonb) is 'What turns one object into the other: { set, removed }; null when they are equal.';
revoke all on function media_sync.keys_difference(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.tags_difference(p_base jsonb, p_local jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Most edits leave them alone, and a query a row would be most of what claiming a thousand rows costs.
    if p_base = p_local then
        return null;
    end if;
    return nullif(jsonb_strip_nulls(jsonb_build_object(
        'added', (select jsonb_agg(tag order by tag) from jsonb_array_elements_text(p_local) as tag where not p_base ? tag),
        'removed', (select jsonb_agg(tag order by tag) from jsonb_array_elements_text(p_base) as tag where not p_local ? tag)
    )), '{}');
end;
$$;
comment on function media_sync.tags_difference(jsonb, jsonb) is 'The tags to add and to remove so that base becomes local: { added, removed }, each where there are any; null: none.';
revoke all on function media_sync.tags_difference(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.difference(p_base jsonb, p_local jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
declare
    -- A value of some megabytes is unpacked once, and not at each mention.
    v_base constant jsonb := p_base || '{}';
begin
    return jsonb_strip_nulls(jsonb_build_object(
        'public_id', case when p_local -> 'public_id' is distinct from v_base -> 'public_id' then p_local -> 'public_id' end,
        'folder', case when p_local -> 'folder' is distinct from v_base -> 'folder' then p_local -> 'folder' end,
        -- Cloudinary has no empty name; an empty one here is refused before it is sent.
        'display_name', case
            when p_local -> 'display_name' is distinct from v_base -> 'display_name' then to_jsonb(coalesce(p_local ->> 'display_name', ''))
        end,
        'tags', case
            when p_local -> 'tags' is distinct from v_base -> 'tags' then media_sync.tags_difference(v_base -> 'tags', p_local -> 'tags')
        end,
        'context', case
            when p_local -> 'context' is distinct from v_base -> 'context'
                then media_sync.keys_difference(v_base -> 'context', p_local -> 'context')
        end,
        'metadata', case
            when p_local -> 'metadata' is distinct from v_base -> 'metadata'
                then media_sync.keys_difference(v_base -> 'metadata', p_local -> 'metadata')
        end
    ));
end;
$$;
comment on function media_sync.difference(jsonb, jsonb) is
    'What must be sent so that base becomes local: { tags: { added, removed }, context and metadata: { set, removed }, display_name, folder, public_id }.';
revoke all on function media_sync.difference(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.flat_difference(p_difference jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (p_difference - '{tags,context,metadata}'::text[])
        || coalesce((select jsonb_object_agg('tags.' || tag, true) from jsonb_array_elements_text(p_difference -> 'tags' -> 'added') as tag), '{}')
        || coalesce((select jsonb_object_agg('tags.' || tag, null) from jsonb_array_elements_text(p_difference -> 'tags' -> 'removed') as tag), '{}')
        || coalesce((select jsonb_object_agg('context.' || key, value) from jsonb_each(p_difference -> 'context' -> 'set')), '{}')
        || coalesce((select jsonb_object_agg('context.' || key, null) from jsonb_array_elements_text(p_difference -> 'context' -> 'removed') as key), '{}')
        || coalesce((select jsonb_object_agg('metadata.' || key, value) from jsonb_each(p_difference -> 'metadata' -> 'set')), '{}')
        || coalesce((select jsonb_object_agg('metadata.' || key, null) from jsonb_array_elements_text(p_difference -> 'metadata' -> 'removed') as key), '{}');
end;
$$;
comment on function media_sync.flat_difference(jsonb) is 'A difference value by value, named as in flat_fields(); null: taken away.';
revoke all on function media_sync.flat_difference(jsonb) from public, anon, authenticated;
