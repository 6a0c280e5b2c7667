import type { PublicNames } from "./public-names.ts";

/**
 * The statement by which a later migration makes sessions that go on, such as those of the data API's pool, plan every
 * function of ours anew.
 *
 * PostgreSQL notices by itself that a table a plan reads has another column. It does not notice that a function which the
 * plan calls returns such a row: `select * from a_function()` fails in that session from then on ("structure of query does
 * not match function result type"). A change to the function's own row in pg_proc, even to what it was, is noticed.
 *
 * @param names What is ours in `public` after the migration.
 */
export function renewPlans({ functions }: PublicNames): string {
  const signatures = functions.map((signature) => `                'public.${signature}'`);
  return `-- Sessions that go on plan each function anew: one that returns rows of a changed table would fail in them.

do $renew$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid
        from pg_catalog.pg_proc
        where pronamespace = 'media_sync'::regnamespace
            or oid in (
                select to_regprocedure(signature)
                from unnest(array[
${signatures.join(",\n")}
                ]) as signature
            )
    loop
        -- As it is.
        execute format('alter function %s set search_path = ''''', v_function);
    end loop;
end;
$renew$;
`;
}
