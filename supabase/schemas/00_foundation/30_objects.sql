-- Small functions on jsonb objects that every layer uses.

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
