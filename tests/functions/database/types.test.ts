import { assertEquals } from "@std/assert";
import { generateTypes, readTypes } from "../../../scripts/generate-types.ts";
import { readSchemaFiles } from "../../../scripts/migration/schema-files.ts";
import { applyFiles } from "../../../scripts/support/postgres/migrate.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";

postgresTest(
  "generated types → those of the schemas (mend: deno task types)",
  async (postgres) => {
    const url = await postgres.createDatabase({ template: "empty" });
    await applyFiles(url, await readSchemaFiles());
    const fresh = (await generateTypes(url)).split("\n");
    const kept = (await readTypes()).split("\n");
    const index = fresh.findIndex((line, at) => line !== kept[at]);
    // The first difference says enough; a diff of the whole file would bury it.
    assertEquals({ line: index + 1, text: kept[index] }, { line: index + 1, text: fresh[index] });
    assertEquals(kept.length, fresh.length);
  },
);

postgresTest("a new column → other types", async (postgres) => {
  const url = await postgres.createDatabase();
  const before = await generateTypes(url);
  await postgres.sql(url, { max: 1 })`alter table public.media_assets add column another text`;
  assertEquals(before.includes('"another": string'), false);
  assertEquals((await generateTypes(url)).includes('"another": string'), true);
});
