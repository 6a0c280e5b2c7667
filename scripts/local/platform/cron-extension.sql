-- The real pg_cron, where this server can load it in this database. Elsewhere migrations find no schema
-- `cron`, as on a project that has not enabled it.
do $$
begin
    if not exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron') then
        raise notice 'pg_cron is not installed on this server';
    elsif current_setting('cron.database_name', true) is null then
        raise notice 'pg_cron is not in shared_preload_libraries of this server';
    elsif current_setting('cron.database_name', true) <> current_database() then
        raise notice 'pg_cron of this server serves database %', current_setting('cron.database_name', true);
    else
        create extension if not exists pg_cron with schema pg_catalog;
    end if;
exception
    when insufficient_privilege or raise_exception or feature_not_supported then
        raise notice 'pg_cron not enabled: %', sqlerrm;
end
$$;
