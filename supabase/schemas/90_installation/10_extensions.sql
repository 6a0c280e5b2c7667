-- Extensions that may be missing: what needs them says so in health.

do $$
begin
    if to_regprocedure('net.http_post(text, jsonb, jsonb, jsonb, integer)') is null
        and exists (select from pg_catalog.pg_available_extensions where name = 'pg_net')
    then
        create extension pg_net with schema extensions;
        insert into media_sync.brought_along (kind, name) values ('extension', 'pg_net');
    end if;
exception
    when others then
        raise notice 'pg_net could not be enabled (%). Enable it on the page Database, Extensions; until then nothing calls the functions by itself.', sqlerrm;
end;
$$;

do $$
begin
    if to_regprocedure('cron.schedule(text, text, text)') is null
        and exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron')
    then
        create extension pg_cron with schema pg_catalog;
        insert into media_sync.brought_along (kind, name) values ('extension', 'pg_cron');
    end if;
exception
    when others then
        raise notice 'pg_cron could not be enabled (%). Enable it on the page Database, Extensions.', sqlerrm;
end;
$$;
