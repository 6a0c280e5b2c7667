-- What the platform may or may not bring. A schema that the owner may not use is as good as none: PostgreSQL's own to_regclass()
-- and to_regprocedure() end in an error there, which must not end a statement of somebody's.

create or replace function media_sync.known_table(p_name text)
returns regclass
language plpgsql
stable
set search_path = ''
as $$
begin
    return to_regclass(p_name);
exception
    when insufficient_privilege then
        return null;
end;
$$;
comment on function media_sync.known_table(text) is 'A table or view by its name; null where there is none, or none that the owner may reach.';
revoke all on function media_sync.known_table(text) from public, anon, authenticated;

create or replace function media_sync.known_function(p_name text)
returns regprocedure
language plpgsql
stable
set search_path = ''
as $$
begin
    return to_regprocedure(p_name);
exception
    when insufficient_privilege then
        return null;
end;
$$;
comment on function media_sync.known_function(text) is 'A function by its name and the types of its arguments; null where there is none, or none that the owner may reach.';
revoke all on function media_sync.known_function(text) from public, anon, authenticated;

create or replace function media_sync.closed_schema(p_name text)
returns boolean
language sql
stable
set search_path = ''
as $$
    select coalesce(not has_schema_privilege(current_user, to_regnamespace(p_name)::oid, 'usage'), false);
$$;
comment on function media_sync.closed_schema(text) is 'Whether there is a schema of that name that the owner may not use.';
revoke all on function media_sync.closed_schema(text) from public, anon, authenticated;
