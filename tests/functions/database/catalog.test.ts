/** Migrations and schema files give the same database, and a difference is named. */
import { assert, assertEquals } from "@std/assert";
import {
  changedObjects,
  compareCatalogs,
  readCatalog,
} from "../../../scripts/migration/read-catalog.ts";
import { readSchemaFiles } from "../../../scripts/migration/schema-files.ts";
import { applyFiles } from "../../../scripts/support/postgres/migrate.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";

postgresTest(
  "a database from the migrations, and one from the schemas → the same catalog (mend: deno task migration)",
  async (postgres) => {
    const fromSchemas = await postgres.createDatabase({ template: "empty" });
    await applyFiles(fromSchemas, await readSchemaFiles());
    const before = await readCatalog(await postgres.createDatabase());
    assert(before.length > 1_000, `${before.length} facts`);
    assertEquals(compareCatalogs(before, await readCatalog(fromSchemas)), {
      added: [],
      removed: [],
    });
  },
);

postgresTest(
  "a schema file changed and the migration not → the object is named",
  async (postgres) => {
    const files = await readSchemaFiles();
    const changed = files.map(({ path, text }) => ({
      path,
      text: path.endsWith("90_version.sql") ? text.replace(/'[\d.]+(-dev)?'/, "'99.0.0'") : text,
    }));
    const url = await postgres.createDatabase({ template: "empty" });
    await applyFiles(url, changed);
    const before = await readCatalog(await postgres.createDatabase());
    const difference = compareCatalogs(before, await readCatalog(url));
    assertEquals(changedObjects(difference), ["function media_sync.version()"]);
  },
);

const changes: [statement: string, objects: string[]][] = [
  ["alter table public.media_assets add column stars integer", [
    "column public.media_assets.stars",
  ]],
  ["alter table public.media_assets alter column tags set default '{none}'", [
    "default of column public.media_assets.tags",
  ]],
  ["alter table public.media_assets add constraint named check (bytes <> 3)", [
    "constraint public.media_assets named",
  ]],
  ["create index by_bytes on public.media_assets (bytes)", ["index public.by_bytes"]],
  ["alter function media_sync.version() volatile", ["function media_sync.version()"]],
  ["alter function media_sync.version() set search_path = 'public'", [
    "function media_sync.version()",
  ]],
  ["grant execute on function media_sync.version() to anon", [
    "grants on function media_sync.version()",
  ]],
  ["comment on function media_sync.version() is 'another'", [
    "comment on function media_sync.version()",
  ]],
  ["grant select on public.media_assets to anon", ["grants on relation public.media_assets"]],
  ["grant update (tags) on public.media_assets to anon", [
    "grants on column public.media_assets.tags",
  ]],
  ["comment on column public.media_assets.tags is 'another'", [
    "comment on column public.media_assets.tags",
  ]],
  ["alter table public.media_assets no force row level security, disable row level security", [
    "relation public.media_assets",
  ]],
  [`create policy "all may read" on public.media_assets for select to anon using (true)`, [
    "policy public.media_assets 'all may read'",
  ]],
  [
    `create trigger touch_again before update on public.media_assets
     for each row execute function media_sync.touch_updated_at()`,
    ["trigger public.media_assets touch_again"],
  ],
  ["create type media_sync.mood as enum ('good')", ["type media_sync.mood"]],
  ["grant create on schema media_sync to anon", ["grants on schema media_sync"]],
  ["create extension pgtap with schema public", ["extension pgtap"]],
];

postgresTest("a change of any kind → that object is named and no other", async (postgres, t) => {
  const url = await postgres.createDatabase();
  const sql = postgres.sql(url, { max: 1 });
  let before = await readCatalog(url);
  for (const [statement, objects] of changes) {
    await t.step(statement.replace(/\s+/g, " "), async () => {
      await sql.unsafe(statement);
      const after = await readCatalog(url);
      assertEquals(changedObjects(compareCatalogs(before, after)), objects);
      before = after;
    });
  }
});
