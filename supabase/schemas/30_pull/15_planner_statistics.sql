-- What the planner knows of tables that a run has filled.

create or replace function media_sync.analyze_grown_tables()
returns void
language plpgsql
set search_path = ''
as $$
declare
    v_table regclass;
begin
    -- A first sync fills the tables faster than autovacuum looks at them; until it does, every statement is planned for a
    -- table with nothing in it. Pages are counted, because that costs nothing.
    for v_table in
        select class.oid::regclass
        from pg_catalog.pg_class as class
        where class.oid in ('public.media_assets'::regclass, 'public.media_sync_log'::regclass)
            and pg_catalog.pg_relation_size(class.oid) >= 8192 * 2 * greatest(class.relpages, 10)
        order by class.relname
    loop
        begin
            -- Without the lock somebody else is analyzing or vacuuming it at this moment.
            execute format('lock table %s in share update exclusive mode nowait', v_table);
            execute format('analyze %s', v_table);
        exception
            when lock_not_available or insufficient_privilege then
                continue;
        end;
    end loop;
end;
$$;
comment on function media_sync.analyze_grown_tables() is
    'Gathers the planner''s statistics of tables that were filled, or grew to twice their size, since they were gathered last.';
revoke all on function media_sync.analyze_grown_tables() from public, anon, authenticated;
