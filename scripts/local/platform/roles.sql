-- The API roles of a Supabase project. Roles belong to the cluster, not to the database, and two databases
-- may be prepared at once: a role that appears in between is as good as one made here.
do $$
declare
    wanted record;
begin
    for wanted in
        select *
        from (values
            ('anon', 'nologin noinherit'),
            ('authenticated', 'nologin noinherit'),
            ('service_role', 'nologin noinherit bypassrls'),
            ('authenticator', 'login noinherit')
        ) as role (name, attributes)
    loop
        begin
            if not exists (select from pg_catalog.pg_roles where rolname = wanted.name) then
                execute pg_catalog.format('create role %I %s', wanted.name, wanted.attributes);
            end if;
        exception
            when duplicate_object or unique_violation then null;
        end;
    end loop;

    for wanted in
        select name
        from (values ('anon'), ('authenticated'), ('service_role')) as role (name)
        where not exists (
            select
            from pg_catalog.pg_auth_members as membership
            where membership.roleid = role.name::regrole and membership.member = 'authenticator'::regrole
        )
    loop
        begin
            execute pg_catalog.format('grant %I to authenticator', wanted.name);
        exception
            when unique_violation then null;
        end;
    end loop;
end
$$;
