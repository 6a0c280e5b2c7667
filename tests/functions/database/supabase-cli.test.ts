import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { remoteFlag, runSupabase } from "../../../scripts/support/supabase-cli.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";

postgresTest("supabase db lint on the migrated database → finds nothing", async (postgres) => {
  const url = await postgres.createDatabase();
  const { code, stdout, stderr } = await runSupabase([
    ...["db", "lint", remoteFlag(url), "--schema=public,media_sync"],
    ...["--level=warning", "--fail-on=warning"],
  ]);
  assertEquals(code, 0, stdout + stderr);
});

postgresTest("supabase db lint on a function that cannot work → fails", async (postgres) => {
  const url = await postgres.createDatabase({ template: "empty" });
  const sql = postgres.sql(url, { max: 1 });
  await sql.unsafe(`create function public.broken() returns void language plpgsql
    as $$ begin perform 1 from public.absent; end $$`);
  const { code, stdout } = await runSupabase([
    ...["db", "lint", remoteFlag(url), "--schema=public", "--level=warning", "--fail-on=warning"],
  ]);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "public.broken");
});

postgresTest("supabase db advisors on the migrated database → find nothing", async (postgres) => {
  const url = await postgres.createDatabase();
  for (const type of ["security", "performance"]) {
    const { code, stdout, stderr } = await runSupabase([
      ...["db", "advisors", remoteFlag(url), `--type=${type}`, "--level=warn", "--fail-on=warn"],
    ]);
    assertEquals(code, 0, stdout + stderr);
    assertStringIncludes(stdout + stderr, "No issues found");
  }
});

postgresTest("supabase db advisors on a table without RLS → fail", async (postgres) => {
  const url = await postgres.createDatabase();
  const sql = postgres.sql(url, { max: 1 });
  await sql`create table public.open (id int primary key)`;
  await sql`grant select on public.open to anon`;
  const { code } = await runSupabase([
    ...["db", "advisors", remoteFlag(url), "--type=security", "--level=warn", "--fail-on=warn"],
  ]);
  assertEquals(code, 1);
});

postgresTest("supabase db push once more → the database is up to date", async (postgres) => {
  const url = await postgres.createDatabase();
  const push = await runSupabase(["db", "push", remoteFlag(url), "--yes", "--skip-vault"]);
  assertEquals(push.code, 0, push.stderr);
  assertMatch(push.stdout + push.stderr, /up to date/);
});

postgresTest("supabase migration list → every migration is on both sides", async (postgres) => {
  const url = await postgres.createDatabase();
  const { code, stdout, stderr } = await runSupabase([
    ...["migration", "list", remoteFlag(url), "--output-format=json"],
  ]);
  assertEquals(code, 0, stderr);
  const { migrations }: { migrations: { local: string; remote: string }[] } = JSON.parse(stdout);
  assert(migrations.length > 0);
  assertEquals(migrations.filter(({ local, remote }) => local !== remote), []);
});
