-- The six editable fields of an asset as one jsonb object: public_id, folder, display_name, tags, context, metadata.
-- An absent key is a value of its own ("not set"), so that removing a key is a change like any other.

-- The keys of an observation that are not editable here. What is left of it after taking them away is editable.
create or replace function media_sync.content_keys()
returns text[]
language sql
immutable
parallel safe
set search_path = ''
as $$
    select '{asset_id,resource_type,type,format,version,bytes,width,height,duration,pages,etag,url,secure_url,original_filename,access_mode,moderation_status,extra,uploaded_at,last_updated,created_at}'::text[];
$$;
comment on function media_sync.content_keys() is 'Keys of an observation that Cloudinary alone decides.';
revoke all on function media_sync.content_keys() from public, anon, authenticated;

create or replace function media_sync.editable_keys()
returns text[]
language sql
immutable
parallel safe
set search_path = ''
as $$
    select '{public_id,folder,display_name,tags,context,metadata}'::text[];
$$;
comment on function media_sync.editable_keys() is 'Keys that both sides may change.';
revoke all on function media_sync.editable_keys() from public, anon, authenticated;

create or replace function media_sync.editable_fields(p_asset public.media_assets)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    select jsonb_build_object(
        'public_id', p_asset.public_id,
        'folder', p_asset.folder,
        'display_name', p_asset.display_name,
        'tags', to_jsonb(p_asset.tags),
        'context', p_asset.context,
        'metadata', p_asset.metadata
    );
$$;
comment on function media_sync.editable_fields(public.media_assets) is 'The editable fields of a row in the form that merge() takes.';
revoke all on function media_sync.editable_fields(public.media_assets) from public, anon, authenticated;

create or replace function media_sync.same_tags(p_one jsonb, p_other jsonb)
returns boolean
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- jsonb containment compares arrays as sets.
    select coalesce(p_one = p_other or (p_one @> p_other and p_other @> p_one), p_one is null and p_other is null);
$$;
comment on function media_sync.same_tags(jsonb, jsonb) is 'True when both arrays hold the same set of tags.';
revoke all on function media_sync.same_tags(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.same_fields(p_one jsonb, p_other jsonb)
returns boolean
language sql
immutable
parallel safe
set search_path = ''
as $$
    select p_one = p_other
        or ((p_one - 'tags') = (p_other - 'tags') and media_sync.same_tags(p_one -> 'tags', p_other -> 'tags'));
$$;
comment on function media_sync.same_fields(jsonb, jsonb) is 'True when two sets of editable fields are equal; the order of tags has no meaning.';
revoke all on function media_sync.same_fields(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.changed_fields(p_from jsonb, p_to jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    select jsonb_object_agg(key, jsonb_build_object('from', p_from -> key, 'to', p_to -> key))
    from (select jsonb_object_keys(p_from) as key union select jsonb_object_keys(p_to)) as every_key
    where p_from -> key is distinct from p_to -> key
        and not (key = 'tags' and media_sync.same_tags(p_from -> key, p_to -> key));
$$;
comment on function media_sync.changed_fields(jsonb, jsonb) is 'Field to { from, to } for every field that differs; null when none does.';
revoke all on function media_sync.changed_fields(jsonb, jsonb) from public, anon, authenticated;

create or replace function media_sync.apply_sent(p_base jsonb, p_sent jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- sent: { tags: { added, removed }, context: { set, removed }, metadata: { set, removed }, display_name, folder, public_id }
    select p_base
        || (p_sent - array['tags', 'context', 'metadata'])
        || case when p_sent ? 'tags' then jsonb_build_object('tags', (
            select coalesce(jsonb_agg(tag order by place), '[]')
            from (
                select value as tag, ordinality as place
                from jsonb_array_elements_text(p_base -> 'tags') with ordinality
                where not coalesce(p_sent -> 'tags' -> 'removed', '[]') ? value
                union all
                select value, 100000 + ordinality
                from jsonb_array_elements_text(coalesce(p_sent -> 'tags' -> 'added', '[]')) with ordinality
                where not (p_base -> 'tags') ? value
            ) as kept
        )) else '{}' end
        || case when p_sent ? 'context' then jsonb_build_object('context',
            (p_base -> 'context') - array(select jsonb_array_elements_text(coalesce(p_sent -> 'context' -> 'removed', '[]')))
                || coalesce(p_sent -> 'context' -> 'set', '{}')
        ) else '{}' end
        || case when p_sent ? 'metadata' then jsonb_build_object('metadata',
            (p_base -> 'metadata') - array(select jsonb_array_elements_text(coalesce(p_sent -> 'metadata' -> 'removed', '[]')))
                || coalesce(p_sent -> 'metadata' -> 'set', '{}')
        ) else '{}' end;
$$;
comment on function media_sync.apply_sent(jsonb, jsonb) is
    'base after Cloudinary confirmed what was sent: { tags: { added, removed }, context and metadata: { set, removed }, display_name, folder, public_id }.';
revoke all on function media_sync.apply_sent(jsonb, jsonb) from public, anon, authenticated;
