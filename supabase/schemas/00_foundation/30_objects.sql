-- Small functions on objects, lists and patterns that every layer uses.

create or replace function media_sync.patch_object(p_object jsonb, p_patch jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    select (p_object || p_patch) - array(select key from jsonb_each(p_patch) where jsonb_typeof(value) = 'null');
$$;
comment on function media_sync.patch_object(jsonb, jsonb) is 'The object with the patch''s keys set, and those that are null there removed.';
revoke all on function media_sync.patch_object(jsonb, jsonb) from public, anon, authenticated;
grant execute on function media_sync.patch_object(jsonb, jsonb) to authenticated, service_role;

create or replace function media_sync.shown_object(p_object jsonb)
returns jsonb
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- What came much larger from Cloudinary than any edit may be would make every page that shows it too large.
    select case when octet_length(p_object::text) > 65536 then jsonb_build_object('…', 'Too large for a list; see the asset itself.') else p_object end;
$$;
comment on function media_sync.shown_object(jsonb) is 'An object as lists show it: one of more than 65,536 bytes is replaced by a sentence.';
revoke all on function media_sync.shown_object(jsonb) from public, anon, authenticated;

create or replace function media_sync.field_value(p_fields jsonb, p_field text)
returns jsonb
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return case
        when p_field like 'context.%' then p_fields -> 'context' -> substr(p_field, 9)
        when p_field like 'metadata.%' then p_fields -> 'metadata' -> substr(p_field, 10)
        else p_fields -> p_field
    end;
end;
$$;
comment on function media_sync.field_value(jsonb, text) is 'Value of a field named as in conflicts: tags, display_name, context.<key>, metadata.<external_id>.';
revoke all on function media_sync.field_value(jsonb, text) from public, anon, authenticated;

create or replace function media_sync.keep_order(p_values jsonb)
returns jsonb
-- plpgsql keeps its plan; a function in SQL that sets search_path is planned at each call.
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(value order by place), '[]')
        from (
            select value, min(place) as place
            from jsonb_array_elements_text(p_values) with ordinality as listed (value, place)
            group by value
        ) as distinct_values
    );
end;
$$;
comment on function media_sync.keep_order(jsonb) is 'The list of texts without repetitions, each where it first stood.';
revoke all on function media_sync.keep_order(jsonb) from public, anon, authenticated;

create or replace function media_sync.like_pattern(p_text text)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    select regexp_replace(p_text, '([\\%_])', '\\\1', 'g');
$$;
comment on function media_sync.like_pattern(text) is 'The text as a pattern of like that means itself.';
revoke all on function media_sync.like_pattern(text) from public, anon, authenticated;
