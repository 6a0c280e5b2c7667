import { assert } from "@std/assert";
import { pgProve } from "../../support/postgres/pg-prove.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";

const folder = new URL("../../../supabase/tests/database/", import.meta.url);
const files = Array.from(Deno.readDirSync(folder), ({ name }) => name)
  .filter((name) => name.endsWith(".test.sql"))
  .sort();

for (const file of files) {
  postgresTest(`pgTAP ${file} → every assertion holds`, async (postgres, t) => {
    const url = await postgres.createDatabase();
    const { passed, assertions, output } = await pgProve(url, new URL(file, folder).pathname);
    const failed = output.match(/^not ok \d+/gm)?.length ?? 0;
    await t.step(
      `${assertions - failed} of ${assertions} assertions`,
      () => assert(passed, output),
    );
  });
}

postgresTest("pgTAP file with a false assertion → does not pass", async (postgres) => {
  const file = await Deno.makeTempFile({ suffix: ".test.sql" });
  try {
    await Deno.writeTextFile(
      file,
      "begin; create extension pgtap; select plan(2); select ok(true); select ok(false); rollback;",
    );
    const { passed, assertions } = await pgProve(
      await postgres.createDatabase({ template: "empty" }),
      file,
    );
    assert(!passed);
    assert(assertions === 2);
  } finally {
    await Deno.remove(file);
  }
});
