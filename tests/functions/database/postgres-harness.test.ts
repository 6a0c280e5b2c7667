import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { migrateDatabase } from "../../../scripts/support/postgres/migrate.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";

postgresTest(
  "a database cloned from the template → migrated, and apart from its siblings",
  async (postgres) => {
    const first = await postgres.createDatabase();
    const second = await postgres.createDatabase();
    assertNotEquals(first, second);
    const sql = postgres.sql(first);
    const [row] = await sql`select to_regclass('public.media_assets')::text as name`;
    assertEquals(row?.["name"], "media_assets");
    await sql`create table public.only_here (id int)`;
    const [other] = await postgres.sql(
      second,
    )`select to_regclass('public.only_here')::text as name`;
    assertEquals(other?.["name"], null);
  },
);

postgresTest("an empty database → holds no table", async (postgres) => {
  const sql = postgres.sql(await postgres.createDatabase({ template: "empty" }));
  const rows =
    await sql`select 1 from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`;
  assertEquals(rows.length, 0);
});

postgresTest("pg_cron, pgTAP and plpgsql_check → can be created", async (postgres) => {
  const sql = postgres.sql(postgres.url, { max: 1 });
  await sql`create extension pg_cron`;
  await sql`create extension pgtap`;
  await sql`create extension plpgsql_check`;
  const rows = await sql`select extname from pg_extension where extname = any(${[
    "pg_cron",
    "pgtap",
    "plpgsql_check",
  ]})`;
  assertEquals(rows.length, 3);
}, { dedicated: true });

postgresTest("restart → sessions end, data stays, the URL is the same", async (postgres) => {
  const sql = postgres.sql(postgres.url, { max: 1 });
  await sql`create table kept (id int)`;
  const before = await sql`select pg_postmaster_start_time() as at`;
  await postgres.restart({ crash: true });
  const again = postgres.sql(postgres.url, { max: 1 });
  const after = await again`select pg_postmaster_start_time() as at`;
  assert(after[0]?.["at"] > before[0]?.["at"]);
  assertEquals((await again`select to_regclass('public.kept')::text as name`)[0]?.["name"], "kept");
}, { dedicated: true });

postgresTest("pause and resume → connections are refused in between", async (postgres) => {
  await postgres.pause();
  await assertRejects(async () => await postgres.sql(postgres.url, { max: 1 })`select 1`);
  await postgres.resume();
  const rows = await postgres.sql(postgres.url, { max: 1 })`select 1 as one`;
  assertEquals(rows[0]?.["one"], 1);
}, { dedicated: true });

postgresTest("restart of the shared cluster → refused", async (postgres) => {
  await assertRejects(() => postgres.restart(), Error, "dedicated");
});

postgresTest("the database of pg_cron, migrated → has the real extension", async (postgres) => {
  await migrateDatabase(postgres.url);
  const sql = postgres.sql(postgres.url, { max: 1 });
  assertEquals((await sql`select 1 from pg_extension where extname = 'pg_cron'`).length, 1);
  const [row] = await sql`select to_regclass('public.media_assets')::text as name`;
  assertEquals(row?.["name"], "media_assets");
}, { dedicated: true });

postgresTest("a migration that fails → named in the error", async (postgres) => {
  const url = await postgres.createDatabase({ template: "empty" });
  await postgres.sql(url, { max: 1 })`create schema media_sync`;
  await postgres.sql(url, { max: 1 })`create table media_sync.settings (id int)`;
  await assertRejects(() => migrateDatabase(url), Error, "settings");
});
