/** Whatever rights a project gives to what is new, everybody may do the same with what is ours. */
import { assert, assertEquals } from "@std/assert";
import {
  type ProjectOptions,
  type ProjectServer,
  startProjectServer,
} from "../../support/postgres/project-server.ts";
import { postgresUnavailable } from "../../support/postgres/postgres-test.ts";

let server: Promise<ProjectServer> | undefined;

Deno.test.afterAll(async () => await (await server)?.stop());

const ROLES = "unnest(array['anon', 'authenticated', 'service_role']) as role";
const SCHEMAS = "in ('public'::regnamespace, 'media_sync'::regnamespace)";

/** What each role may do with each function, table, column and sequence of ours. */
const RIGHTS = `
  select format('%s executes %s', role, pg_proc.oid::regprocedure) from pg_proc, ${ROLES}
  where pronamespace ${SCHEMAS} and has_function_privilege(role, pg_proc.oid, 'execute')
    and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
  union all
  select format('%s %s %s', role, act, pg_class.oid::regclass)
  from pg_class, ${ROLES}, unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as act
  where relkind in ('r', 'v') and relnamespace ${SCHEMAS} and has_table_privilege(role, pg_class.oid, act)
  union all
  select format('%s %s %s.%s', role, act, attrelid::regclass, attname)
  from pg_attribute join pg_class on pg_class.oid = attrelid, ${ROLES}, unnest(array['select', 'insert', 'update']) as act
  where relkind in ('r', 'v') and relnamespace ${SCHEMAS} and attnum > 0 and not attisdropped
    and has_column_privilege(role, attrelid, attnum, act)
  union all
  select format('%s %s %s', role, act, pg_class.oid::regclass)
  from pg_class, ${ROLES}, unnest(array['usage', 'select', 'update']) as act
  where relkind = 'S' and relnamespace ${SCHEMAS} and has_sequence_privilege(role, pg_class.oid, act)
  union all
  select format('%s uses %s', role, nspname) from pg_namespace, ${ROLES}
  where nspname = 'media_sync' and has_schema_privilege(role, pg_namespace.oid, 'usage')`;

async function readRights(options: ProjectOptions, prepare?: string): Promise<string[]> {
  const project = await (await (server ??= startProjectServer())).createProject(options);
  try {
    if (prepare !== undefined) await project.sql.unsafe(prepare);
    await project.sql.unsafe(
      await Deno.readTextFile(
        new URL("../../../supabase/migrations/20261101000000_media_sync.sql", import.meta.url),
      ),
    );
    const rows = await project.sql.unsafe(`select * from (${RIGHTS}) as rights (text)`);
    return rows.map(({ text }) => text).sort();
  } finally {
    await project.close();
  }
}

let usual: Promise<string[]> | undefined;

for (
  const [which, options, prepare] of [
    ["gives everything in public to everybody, as before May 2026", { legacyRights: true }],
    [
      "lets nobody execute new functions",
      {},
      "alter default privileges revoke execute on functions from public",
    ],
    [
      "gives no new table to anybody",
      {},
      `alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
       alter default privileges revoke all on tables from public`,
    ],
    [
      "gives everything new to anon",
      {},
      `alter default privileges grant all on tables to anon;
       alter default privileges grant all on functions to anon;
       alter default privileges grant all on sequences to anon;
       alter default privileges grant all on schemas to anon`,
    ],
  ] as [string, ProjectOptions, string?][]
) {
  Deno.test({
    name: `installed where the project ${which} → the rights are those of a new project`,
    ignore: postgresUnavailable !== undefined,
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      const expected = await (usual ??= readRights({}));
      assert(expected.length > 300, `${expected.length}`);
      assertEquals(await readRights(options, prepare), expected);
    },
  });
}
