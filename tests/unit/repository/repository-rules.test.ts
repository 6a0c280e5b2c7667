import { assertEquals } from "@std/assert";
import { readRepositoryFiles } from "../../../scripts/check/repository-files.ts";
import {
  checkLengths,
  checkMachineTraces,
  checkMigrationNames,
  checkPins,
  checkRepositoryRules,
} from "../../../scripts/check/repository-rules.ts";

const root = new URL("../../../", import.meta.url).pathname;
const map = (imports: Record<string, string>) => JSON.stringify({ imports });

Deno.test("the repository → keeps its rules", async () => {
  assertEquals(checkRepositoryRules(await readRepositoryFiles(root)), []);
});

Deno.test("exact versions and local files in the import map → fine", () => {
  const text = map({
    a: "npm:a@1.2.3",
    b: "npm:@scope/b@1.2.3/sub/path",
    "c/": "npm:/c@1.2.3-beta.1/",
    d: "./d.ts",
  });
  assertEquals(checkPins([{ path: "import_map.json", text }]), []);
});

for (
  const target of ["npm:a@^1.2.3", "npm:a@1", "npm:a", "npm:a@latest", "https://example.com/a.ts"]
) {
  Deno.test(`${target} in the import map → not pinned`, () => {
    assertEquals(checkPins([{ path: "import_map.json", text: map({ a: target }) }]).length, 1);
  });
}

Deno.test("a function that pins another version than the root → reported", () => {
  const path = "supabase/functions/sync/deno.json";
  const root = { path: "import_map.json", text: map({ a: "npm:a@1.2.3" }) };
  assertEquals(checkPins([root, { path, text: map({ a: "npm:a@1.2.3" }) }]), []);
  assertEquals(checkPins([root, { path, text: map({ a: "npm:a@1.2.4" }) }]), [
    { file: path, message: '"a" is npm:a@1.2.4, but npm:a@1.2.3 in import_map.json' },
  ]);
  assertEquals(checkPins([root, { path, text: map({ b: "npm:b@1.0.0" }) }]).length, 1);
});

Deno.test("migrations → <timestamp>_topic.sql, each version once", () => {
  const check = (...names: string[]) =>
    checkMigrationNames(names.map((name) => ({ path: `supabase/migrations/${name}`, text: "" })))
      .length;
  assertEquals(check("20261101000000_schemas.sql", "20261101000100_media_assets.sql"), 0);
  assertEquals(check("001_schemas.sql"), 1);
  assertEquals(check("20261101000000_Schemas.sql"), 1);
  assertEquals(check("20261101000000.sql"), 1);
  assertEquals(check("20261101000000_a.sql", "20261101000000_b.sql"), 1);
});

Deno.test("code of 400 lines → fine; of 401 → too long; prose and generated types → any length", () => {
  const check = (path: string, lines: number) =>
    checkLengths([{ path, text: "\n".repeat(lines) }]).length;
  assertEquals(check("scripts/a.ts", 400), 0);
  assertEquals(check("scripts/a.ts", 401), 1);
  assertEquals(check("tests/a/b.test.ts", 401), 1);
  assertEquals(check("supabase/tests/database/a.test.sql", 401), 1);
  assertEquals(check("supabase/schemas/10_tables/10_a.sql", 300), 0);
  assertEquals(check("supabase/schemas/10_tables/10_a.sql", 301), 1);
  assertEquals(check("supabase/migrations/20261101000000_a.sql", 401), 0);
  assertEquals(check("docs/a.md", 401), 0);
  assertEquals(check("supabase/functions/_shared/media/database.types.ts", 401), 0);
});

Deno.test("paths of one machine and registries' addresses → reported; ordinary URLs → not", () => {
  const check = (text: string, path = "README.md") => checkMachineTraces([{ path, text }]).length;
  assertEquals(check(["", "home", "alice", "project"].join("/")), 1);
  assertEquals(check(["see ", "tmp", "notes.md"].join("/")), 1);
  assertEquals(check(`"${["", "root", ".cache"].join("/")}"`), 1);
  assertEquals(
    check("${TMPDIR:-/tmp}/name and docs/work/page.md and https://example.com/work/x"),
    0,
  );
  assertEquals(check(`https://${"registry"}.npmjs.org/zod`), 1);
  assertEquals(check("https://supabase.com/docs"), 0);
  assertEquals(check('{ "a": "https://example.com/a.tgz" }', "deno.lock"), 1);
});
