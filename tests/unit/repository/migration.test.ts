import { assertEquals } from "@std/assert";
import { checkMigrations } from "../../../scripts/check/migration-rules.ts";
import { readRepositoryFiles } from "../../../scripts/check/repository-files.ts";
import { FIRST_MIGRATION, firstMigration } from "../../../scripts/migration/first-migration.ts";
import { notedMigration } from "../../../scripts/migration/guards.ts";
import { publicNames } from "../../../scripts/migration/public-names.ts";
import { UNINSTALL_FILE, uninstallFile } from "../../../scripts/migration/uninstall-sql.ts";
import { schemaDigest, statedDigest } from "../../../scripts/migration/schema-digest.ts";
import { readSchemaFiles, schemaFiles } from "../../../scripts/migration/schema-files.ts";

const root = new URL("../../../", import.meta.url);
const table = { path: "supabase/schemas/10_tables/10_a.sql", text: "create table a (id int);\n" };
const role = { path: "supabase/schemas/00_foundation/20_role.sql", text: "create role r;\n" };

Deno.test("the repository → its migration is what the schemas give (mend: deno task migration)", async () => {
  assertEquals(checkMigrations(await readRepositoryFiles(root.pathname)), []);
});

Deno.test("schema files → in the order of their paths, however they are found", async () => {
  assertEquals(schemaFiles([table, role]), [role, table]);
  const fromGit = schemaFiles(await readRepositoryFiles(root.pathname));
  assertEquals(fromGit, await readSchemaFiles(root));
});

Deno.test("a schema file changed and the migration not → check names the command", () => {
  const kept = { path: FIRST_MIGRATION, text: firstMigration([role, table]) };
  assertEquals(checkMigrations([kept, role, table]), []);
  const changed = { ...table, text: "create table a (id bigint);\n" };
  const found = [{
    file: FIRST_MIGRATION,
    message: "is not what supabase/schemas gives; run deno task migration",
  }];
  assertEquals(checkMigrations([kept, role, changed]), found);
  assertEquals(checkMigrations([kept, role]), found);
  assertEquals(checkMigrations([role, table]), found);
});

Deno.test("a migration → states the digest of its schema files, which changes with each of them", () => {
  const digest = schemaDigest([role, table]);
  assertEquals(statedDigest(firstMigration([role, table])), digest);
  assertEquals(digest === schemaDigest([role]), false);
  assertEquals(digest === schemaDigest([role, { ...table, text: "-- nothing\n" }]), false);
  assertEquals(statedDigest(table.text), null);
});

Deno.test("names in public → of tables, indexes, functions and policies, written by hand or by the CLI", () => {
  const found = publicNames(`
    create table public.a (id int);
    comment on table public.a is 'It''s a.';
    CREATE UNIQUE INDEX a_index ON public.a (id);
    create table media_sync.hidden (id int);
    COMMENT ON FUNCTION public.f(p_a text, integer) IS 'Does.';
    comment on function media_sync.g() is 'Hidden.';
    create policy "Somebody reads" on public.a for select using (true);`);
  assertEquals(found, {
    tables: [{ name: "a", comment: "It's a." }],
    indexes: ["a_index"],
    functions: ["f(p_a text, integer)"],
    policies: ["Somebody reads"],
  });
});

Deno.test("a migration → notes itself, whatever its file is called", () => {
  const migration = { path: FIRST_MIGRATION, text: firstMigration([role, table]) };
  const digest = schemaDigest([role, table]);
  assertEquals(notedMigration(migration.text), { version: "20261101000000", digest });
  assertEquals(notedMigration(table.text), null);
});

Deno.test("supabase/uninstall.sql is not what the migrations give → check names the command", () => {
  const kept = { path: FIRST_MIGRATION, text: firstMigration([role, table]) };
  const uninstall = { path: UNINSTALL_FILE, text: uninstallFile(publicNames(kept.text)) };
  assertEquals(checkMigrations([kept, role, table, uninstall]), []);
  assertEquals(checkMigrations([kept, role, table, { ...uninstall, text: "select 1;\n" }]), [{
    file: UNINSTALL_FILE,
    message: "is not what supabase/migrations gives; run deno task migration",
  }]);
});
