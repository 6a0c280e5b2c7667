/** `dev --data DIR` with a database that another state of the schema made. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openDatabase } from "../../scripts/local/database.ts";
import { readMigrations } from "../../scripts/local/migrate.ts";
import { openPreparedPglite } from "../../scripts/local/prepared-pglite.ts";
import { requireKnownState } from "../../scripts/local/require-known-state.ts";
import { startStack } from "../../scripts/local/stack.ts";
import { StackError } from "../../scripts/local/stack-error.ts";

const [first] = await readMigrations();

const recorded = (version: string) =>
  `create schema supabase_migrations;
   create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
   insert into supabase_migrations.schema_migrations (version) values ('${version}');`;

const states: [title: string, made: string][] = [
  ["migrations that are no more", recorded("20251101000000")],
  ["a migration from before digests", recorded(first!.version)],
  [
    "the same migration with another content",
    `${recorded(first!.version)}
     create schema media_sync;
     create function media_sync.schema_digest() returns text language sql as $$ select '0123' $$;`,
  ],
];
for (const [title, made] of states) {
  Deno.test(`a development database of ${title} → refused as a whole, and what to do`, async () => {
    const dataDirectory = await Deno.makeTempDir();
    try {
      const before = await openDatabase({ dataDirectory });
      await before.exec(made);
      const schemas = "select nspname from pg_namespace order by nspname";
      const found = await before.query(schemas);
      await before.close();
      const start = () => startStack({ quiet: true, functionNames: [], dataDirectory });
      const error = await assertRejects(start, StackError);
      assertEquals(error.code, "database_of_another_state");
      assertStringIncludes(error.message, `remove the folder ${dataDirectory}`);
      const after = await openDatabase({ dataDirectory });
      assertEquals(await after.query(schemas), found);
      await after.close();
    } finally {
      await Deno.remove(dataDirectory, { recursive: true });
    }
  });
}

Deno.test("a development database of this state, and an empty one → go on", async () => {
  const migrations = await readMigrations();
  const { database } = await openPreparedPglite(() => {});
  await requireKnownState(database, migrations, null);
  await database.close();
  const empty = await openDatabase();
  await requireKnownState(empty, migrations, null);
  await empty.close();
});

Deno.test("a development database that a stack works on → refused, until that stack ends", async () => {
  const dataDirectory = await Deno.makeTempDir();
  const open = () => openDatabase({ dataDirectory });
  try {
    const first = await open();
    await first.exec("create table public.kept (id int)");
    const error = await assertRejects(open, StackError);
    assertEquals(error.code, "database_in_use");
    assertStringIncludes(error.message, dataDirectory);
    await first.exec("insert into public.kept values (1)");
    await first.close();
    const next = await open();
    assertEquals(await next.query("table public.kept"), [{ id: 1 }]);
    await next.close();
  } finally {
    await Deno.remove(dataDirectory, { recursive: true });
  }
});
