-- What this database holds. The functions refuse one that is older than they are.

create or replace function media_sync.version()
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    select '0.1.0-dev';
$$;
comment on function media_sync.version() is 'The release that the schema belongs to; -dev until it is cut.';
revoke all on function media_sync.version() from public, anon, authenticated;
grant execute on function media_sync.version() to service_role;
