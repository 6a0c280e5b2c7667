-- Searches need pg_trgm. Where a project has it, in whatever schema, it stays there.

do $$
begin
    if exists (select from pg_catalog.pg_extension where extname = 'pg_trgm') then
        return;
    end if;
    if to_regnamespace('extensions') is null then
        create schema extensions;
        insert into media_sync.brought_along (kind, name) values ('schema', 'extensions');
    end if;
    create extension pg_trgm with schema extensions;
    insert into media_sync.brought_along (kind, name) values ('extension', 'pg_trgm');
end;
$$;
