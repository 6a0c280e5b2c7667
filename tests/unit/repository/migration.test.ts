import { assertEquals } from "@std/assert";
import { checkMigrations } from "../../../scripts/check/migration-rules.ts";
import { readRepositoryFiles } from "../../../scripts/check/repository-files.ts";
import { FIRST_MIGRATION, firstMigration } from "../../../scripts/migration/first-migration.ts";
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
