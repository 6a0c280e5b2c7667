-- The six editable fields of an asset as one jsonb object: public_id, folder, display_name, tags, context, metadata.
-- An absent key is a value of its own ("not set"), so that removing a key is a change like any other.

-- The keys of an observation that are not editable here. What is left of it after taking them away is editable.
create or replace function media_sync.content_keys()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return '{asset_id,resource_type,type,format,version,bytes,width,height,duration,pages,etag,url,secure_url,original_filename,access_mode,moderation_status,extra,uploaded_at,last_updated,created_at,delta,observed_at,answered_at}'::text[];
end;
$$;
comment on function media_sync.content_keys() is 'Keys of an observation that Cloudinary alone decides.';
revoke all on function media_sync.content_keys() from public, anon, authenticated;

create or replace function media_sync.editable_keys()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return '{public_id,folder,display_name,tags,context,metadata}'::text[];
end;
$$;
comment on function media_sync.editable_keys() is 'Keys that both sides may change.';
revoke all on function media_sync.editable_keys() from public, anon, authenticated;

create or replace function media_sync.fact_keys()
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return '{etag,uploaded_at,original_filename,duration,pages}'::text[];
end;
$$;
comment on function media_sync.fact_keys() is 'Facts about an asset''s content that listings do not tell.';
revoke all on function media_sync.fact_keys() from public, anon, authenticated;

create or replace function media_sync.editable_fields(p_asset public.media_assets)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return jsonb_build_object(
        'public_id', p_asset.public_id,
        'folder', p_asset.folder,
        'display_name', p_asset.display_name,
        'tags', to_jsonb(p_asset.tags),
        'context', p_asset.context,
        'metadata', p_asset.metadata
    );
end;
$$;
comment on function media_sync.editable_fields(public.media_assets) is 'The editable fields of a row in the form that merge() takes.';
revoke all on function media_sync.editable_fields(public.media_assets) from public, anon, authenticated;

create or replace function media_sync.same_tags(p_one jsonb, p_other jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- jsonb containment compares arrays as sets.
    return coalesce(p_one = p_other or (p_one @> p_other and p_other @> p_one), p_one is null and p_other is null);
end;
$$;
comment on function media_sync.same_tags(jsonb, jsonb) is 'True when both arrays hold the same set of tags.';
revoke all on function media_sync.same_tags(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.same_fields(p_one jsonb, p_other jsonb)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return p_one = p_other
        or ((p_one - 'tags') = (p_other - 'tags') and media_sync.same_tags(p_one -> 'tags', p_other -> 'tags'));
end;
$$;
comment on function media_sync.same_fields(jsonb, jsonb) is 'True when two sets of editable fields are equal; the order of tags has no meaning.';
revoke all on function media_sync.same_fields(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.changed_fields(p_from jsonb, p_to jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- Most of what is compared is the same.
    if p_from = p_to then
        return null;
    end if;
    return (
        select jsonb_object_agg(key, jsonb_build_object('from', p_from -> key, 'to', p_to -> key))
        from (select jsonb_object_keys(p_from) as key union select jsonb_object_keys(p_to)) as every_key
        where p_from -> key is distinct from p_to -> key
            and not (key = 'tags' and media_sync.same_tags(p_from -> key, p_to -> key))
    );
end;
$$;
comment on function media_sync.changed_fields(jsonb, jsonb) is 'Field to { from, to } for every field that differs; null when none does.';
revoke all on function media_sync.changed_fields(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.apply_difference(p_base jsonb, p_difference jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    -- difference: { tags: { added, removed }, context: { set, removed }, metadata: { set, removed }, display_name, folder, public_id }
    return p_base
        || (p_difference - array['tags', 'context', 'metadata'])
        || case when p_difference ? 'tags' then jsonb_build_object('tags', (
            select media_sync.keep_order(
                (p_base -> 'tags') - array(select jsonb_array_elements_text(coalesce(p_difference -> 'tags' -> 'removed', '[]')))
                    || coalesce(p_difference -> 'tags' -> 'added', '[]')
            )
        )) else '{}' end
        || case when p_difference ? 'context' then jsonb_build_object('context',
            (p_base -> 'context') - array(select jsonb_array_elements_text(coalesce(p_difference -> 'context' -> 'removed', '[]')))
                || coalesce(p_difference -> 'context' -> 'set', '{}')
        ) else '{}' end
        || case when p_difference ? 'metadata' then jsonb_build_object('metadata',
            (p_base -> 'metadata') - array(select jsonb_array_elements_text(coalesce(p_difference -> 'metadata' -> 'removed', '[]')))
                || coalesce(p_difference -> 'metadata' -> 'set', '{}')
        ) else '{}' end;
end;
$$;
comment on function media_sync.apply_difference(jsonb, jsonb) is
    'The fields after a difference: { tags: { added, removed }, context and metadata: { set, removed }, display_name, folder, public_id }.';
revoke all on function media_sync.apply_difference(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.flat_fields(p_fields jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (p_fields - '{tags,context,metadata}'::text[])
        || coalesce((select jsonb_object_agg('tags.' || tag, true) from jsonb_array_elements_text(p_fields -> 'tags') as tag), '{}')
        || coalesce((select jsonb_object_agg('context.' || key, value) from jsonb_each(p_fields -> 'context')), '{}')
        || coalesce((select jsonb_object_agg('metadata.' || key, value) from jsonb_each(p_fields -> 'metadata')), '{}');
end;
$$;
comment on function media_sync.flat_fields(jsonb) is
    'Editable fields value by value: public_id, folder, display_name, tags.<tag> (true), context.<key>, metadata.<external_id>.';
revoke all on function media_sync.flat_fields(jsonb) from public, anon, authenticated;

create or replace function media_sync.apply_values(p_base jsonb, p_values jsonb)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return media_sync.apply_difference(p_base, (
        select jsonb_strip_nulls(jsonb_build_object(
            'tags', case when bool_or(field = 'tags') then jsonb_build_object(
                'added', jsonb_agg(part) filter (where field = 'tags' and value <> 'null'),
                'removed', jsonb_agg(part) filter (where field = 'tags' and value = 'null')
            ) end,
            'context', case when bool_or(field = 'context') then jsonb_build_object(
                'set', jsonb_object_agg(part, value) filter (where field = 'context' and value <> 'null'),
                'removed', jsonb_agg(part) filter (where field = 'context' and value = 'null')
            ) end,
            'metadata', case when bool_or(field = 'metadata') then jsonb_build_object(
                'set', jsonb_object_agg(part, value) filter (where field = 'metadata' and value <> 'null'),
                'removed', jsonb_agg(part) filter (where field = 'metadata' and value = 'null')
            ) end
        ))
        from (
            select split_part(key, '.', 1) as field, substr(key, strpos(key, '.') + 1) as part, value from jsonb_each(p_values)
        ) as parts
    ));
end;
$$;
comment on function media_sync.apply_values(jsonb, jsonb) is
    'The fields after single tags and keys took values, which go by the names of flat_fields(); null takes one away.';
revoke all on function media_sync.apply_values(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.row_bytes(p_context jsonb, p_metadata jsonb, p_tags text[])
returns bigint
-- plpgsql keeps its plan; a function in SQL that sets search_path is planned at each call.
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return octet_length(p_context::text)::bigint + octet_length(p_metadata::text) + octet_length(p_tags::text);
end;
$$;
comment on function media_sync.row_bytes(jsonb, jsonb, text[]) is 'What a row weighs in a request or an answer, in bytes.';
revoke all on function media_sync.row_bytes(jsonb, jsonb, text[]) from public, anon, authenticated;
