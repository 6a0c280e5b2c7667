/** `deno task migration` in a project that has a release. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import postgres from "postgres";
import { checkMigrations } from "../../../scripts/check/migration-rules.ts";
import { readRepositoryFiles } from "../../../scripts/check/repository-files.ts";
import { FIRST_MIGRATION } from "../../../scripts/migration/first-migration.ts";
import { FROZEN_FILE } from "../../../scripts/migration/frozen-migrations.ts";
import { migrationCommand } from "../../../scripts/migration/migration-command.ts";
import {
  changedObjects,
  compareCatalogs,
  readCatalog,
} from "../../../scripts/migration/read-catalog.ts";
import { readSchemaFiles } from "../../../scripts/migration/schema-files.ts";
import { CommandError } from "../../../scripts/support/command-error.ts";
import {
  applyFiles,
  executeStatements,
  migrateDatabase,
} from "../../../scripts/support/postgres/migrate.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";

const project = new URL("../../../", import.meta.url).pathname;

/** A copy of the project's SQL. */
async function withProject(fn: (root: string) => Promise<void>): Promise<void> {
  const root = `${await Deno.makeTempDir({ prefix: "media-sync-migration-" })}/`;
  try {
    for (const { path, text } of await readRepositoryFiles(project)) {
      if (!/^supabase\/(schemas|migrations)\/|^supabase\/config\.toml$/.test(path)) continue;
      await Deno.mkdir(root + path.replace(/[^/]+$/, ""), { recursive: true });
      await Deno.writeTextFile(root + path, text);
    }
    await fn(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function run(root: string, ...args: string[]) {
  const lines: string[] = [];
  const code = await migrationCommand(args, { root, print: (line) => lines.push(line) });
  return { code, output: lines.join("\n") };
}

async function findings(root: string): Promise<string[]> {
  return checkMigrations(await readRepositoryFiles(root)).map(({ file, message }) =>
    `${file} ${message}`
  );
}

async function append(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text, { append: true });
}

Deno.test("before the first release → generated anew; with a name → refused", async () => {
  await withProject(async (root) => {
    await append(`${root}supabase/schemas/10_tables/10_settings.sql`, "-- more\n");
    assertEquals((await run(root, "--check")).code, 1);
    assertEquals((await run(root)).code, 0);
    assertEquals((await run(root, "--check")).code, 0);
    const error = await assertRejects(() => run(root, "add_ratings"), CommandError);
    assertEquals(error.code, "not_released_yet");
    await Deno.writeTextFile(`${root}supabase/migrations/20261102000000_more.sql`, "select 1;\n");
    assertEquals(await findings(root), [
      "supabase/migrations/20261102000000_more.sql is one too many: there is one migration until the first release",
    ]);
  });
});

Deno.test("a released migration edited, or gone → check refuses it, a later one → fine", async () => {
  await withProject(async (root) => {
    assertEquals((await run(root, "--freeze")).code, 0);
    assertEquals(await findings(root), []);
    await Deno.writeTextFile(`${root}supabase/migrations/20261102000000_more.sql`, "select 1;\n");
    assertEquals(await findings(root), []);
    await Deno.writeTextFile(`${root}supabase/migrations/20261031000000_more.sql`, "select 1;\n");
    assertEquals(await findings(root), [
      `supabase/migrations/20261031000000_more.sql comes before ${FIRST_MIGRATION}, which is released`,
    ]);
    await Deno.remove(`${root}supabase/migrations/20261031000000_more.sql`);
    await append(root + FIRST_MIGRATION, "-- more\n");
    const [edited] = await findings(root);
    assertStringIncludes(edited!, `${FIRST_MIGRATION} is released and was edited (${FROZEN_FILE})`);
    assertStringIncludes(edited!, "deno task migration <name>");
    assertEquals((await run(root, "--check")).code, 1);
    await Deno.remove(root + FIRST_MIGRATION);
    assertMatch((await findings(root))[0]!, /is released and missing/);
  });
});

Deno.test("with a release and without a name, or with a bad one → refused with an example", async () => {
  await withProject(async (root) => {
    await run(root, "--freeze");
    for (const args of [[], ["Add Ratings"], ["--frezee"], ["one", "two"]]) {
      const error = await assertRejects(() => run(root, ...args), CommandError);
      assertEquals([error.code, error.exitCode], ["bad_arguments", 2]);
    }
  });
});

/** A later version: a column, a changed function, a new policy, a trigger, and something gone. */
const LATER: Record<string, string> = {
  "10_tables/20_media_assets.sql": `
alter table public.media_assets add column stars integer not null default 0 check (stars between 0 and 5);
comment on column public.media_assets.stars is 'What users think of it.';
create policy "only the popular for everybody" on public.media_assets as restrictive for select
    to anon using (stars > 1);
create trigger touch_stars before update of stars on public.media_assets
    for each row execute function media_sync.touch_updated_at();
`,
  "00_foundation/90_version.sql": `
create or replace function media_sync.version()
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
    -- A later one.
    select '99.0.0';
$$;
`,
  "70_jobs/62_check_versions.sql": `
drop function public.media_sync_version(text, text);
`,
};

/** A session that keeps the plan of a call which returns rows of media_assets. */
async function openSession(database: string) {
  const sql = postgres(database, { max: 1, onnotice: () => {} });
  // As any function of ours may: select * is spelt out when it is planned first.
  for (
    const [name, source] of [["rows", "public.media_assets"], ["all_rows", "media_sync.rows()"]]
  ) {
    await sql.unsafe(
      `create function media_sync.${name}() returns setof public.media_assets language plpgsql set search_path = ''
       as $$ begin return query select * from ${source}; end; $$`,
    );
  }
  return {
    readRows: () => sql`select * from media_sync.all_rows() as found`.simple(),
    close: async () => {
      await sql`drop function media_sync.rows(), media_sync.all_rows()`;
      await sql.end();
    },
  };
}

postgresTest(
  "a later version of the schemas → one migration that leads a released database there",
  async (server) => {
    await withProject(async (root) => {
      await run(root, "--freeze");
      const nothing = await run(root, "add_stars");
      assertEquals(nothing.code, 0);
      assertMatch(nothing.output, /nothing to append/);

      const released = await server.createDatabase({ template: "empty" });
      await migrateDatabase(released, { folder: root });
      for (const [path, text] of Object.entries(LATER)) {
        await append(`${root}supabase/schemas/${path}`, text);
      }
      const { code, output } = await run(root, "add_stars");
      assertEquals(code, 0, output);
      const path = /supabase\/migrations\/\d{14}_add_stars\.sql/.exec(output)?.[0];
      assert(path, output);
      for (
        const object of [
          "column public.media_assets.stars",
          "function media_sync.version()",
          "function public.media_sync_version(text,text)",
          "policy public.media_assets 'only the popular for everybody'",
          "trigger public.media_assets touch_stars",
        ]
      ) assertStringIncludes(output, `  ${object}`);
      assertMatch(output, /Review:[^]*DROP FUNCTION .*media_sync_version/);
      assertEquals(await findings(root), []);

      const session = await openSession(released);
      try {
        await session.readRows();
        // Not by the CLI, whose own tables make sessions forget their plans.
        await executeStatements(released, await Deno.readTextFile(root + path));
        // A plan that it keeps, of rows as they were, is no answer any more.
        await session.readRows();
      } finally {
        await session.close();
      }
      const wanted = await server.createDatabase({ template: "empty" });
      const files = await readSchemaFiles(new URL(`file://${root}`));
      await applyFiles(wanted, files);
      const difference = compareCatalogs(await readCatalog(released), await readCatalog(wanted));
      assertEquals(changedObjects(difference), []);

      // Until it is released, the same name makes it anew.
      await append(
        `${root}supabase/schemas/10_tables/20_media_assets.sql`,
        "comment on column public.media_assets.stars is 'Another sentence.';\n",
      );
      assertStringIncludes((await run(root, "add_stars")).output, `Wrote ${path}`);
      assertStringIncludes(await Deno.readTextFile(root + path), "Another sentence.");
    });
  },
);
