/** The access matrix as the roles of a Supabase project: the owner is no superuser, whatever default privileges it brings. */
import { assert, assertEquals } from "@std/assert";
import { preparePlatform } from "../../../scripts/local/platform.ts";
import { type AccessCheck, accessSql, broken } from "../../support/access-checks.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";

const root = new URL("../../../", import.meta.url);

/** What a project's owner finds, as Supabase's own init scripts grant it. */
const ownerSql = (owner: string, defaults: "legacy" | "new") => `
create role "${owner}" login createrole bypassrls;
grant anon, authenticated, service_role to "${owner}";
do $$ begin execute format('alter database %I owner to "${owner}"', current_database()); end $$;
grant usage on schema auth, extensions, vault, net, cron to "${owner}" with grant option;
grant all on all tables in schema auth, vault, net, cron to "${owner}";
grant all on all sequences in schema auth, vault, net, cron to "${owner}";
grant all on all functions in schema auth, extensions, vault, net, cron to "${owner}";
set session authorization "${owner}";
${
  defaults === "legacy"
    ? ["tables", "functions", "sequences"].map((kind) =>
      `alter default privileges in schema public grant all on ${kind} to anon, authenticated, service_role;`
    ).join("\n")
    : ""
}`;

for (const defaults of ["legacy", "new"] as const) {
  postgresTest(
    `the access matrix on PostgreSQL, owner no superuser, ${defaults} default privileges → every cell holds`,
    async (postgres) => {
      const url = await postgres.createDatabase({ template: "empty" });
      await preparePlatform(url);
      const sql = postgres.sql(url, { max: 1 });
      await sql.unsafe(
        await Deno.readTextFile(new URL("scripts/local/platform/cron.sql", root)),
      );
      const owner = `owner_${crypto.randomUUID().slice(0, 8)}`;
      await sql.unsafe(ownerSql(owner, defaults));
      for await (const { name } of Deno.readDir(new URL("supabase/migrations/", root))) {
        await sql.unsafe(await Deno.readTextFile(new URL(`supabase/migrations/${name}`, root)));
      }
      const [session] = await sql`select session_user::text as name,
      (select rolsuper from pg_roles where rolname = session_user) as super, media_sync.media_role() as role`;
      assertEquals({ ...session }, { name: owner, super: false, role: "service" });

      await sql.unsafe("begin");
      await sql.unsafe(await accessSql());
      const checks = await sql.unsafe("select * from tests.access_checks()");
      assert(checks.length > 1_000, `${checks.length} checks`);
      assertEquals(broken([...checks] as unknown as AccessCheck[]), []);
      assertEquals([...await sql.unsafe("select * from tests.access_gaps()")], []);
      await sql.unsafe("rollback");
    },
  );
}

postgresTest(
  "a table, a column and functions that the matrix does not name → found",
  async (postgres) => {
    const sql = postgres.sql(await postgres.createDatabase(), { max: 1 });
    await sql.unsafe("begin");
    await sql.unsafe(await accessSql());
    await sql.unsafe(`
    create table public.forgotten (id integer);
    alter table public.media_assets add column forgotten integer;
    create function public.forgotten() returns integer language sql as 'select 1';
    create function public.media_sync_forgotten() returns integer language sql security definer as 'select 1';
    create function media_sync.forgotten() returns integer language sql security definer as 'select 1';
    create sequence public.forgotten_sequence;
    grant usage on sequence public.forgotten_sequence to anon;`);
    const gaps = (await sql.unsafe("select gap from tests.access_gaps() order by 1"))
      .map(({ gap }) => gap);
    assertEquals(gaps, [
      "column forgotten.id is not in the matrix",
      "column media_assets.forgotten is not in the matrix",
      "definer function media_sync.forgotten() is open to clients without a reason",
      "definer function media_sync_forgotten() is open to clients",
      "function forgotten() is not in the matrix",
      "function media_sync.forgotten() is open and not in the matrix",
      "function media_sync_forgotten() is for the service and open to others",
      "sequence forgotten_sequence is open to anon",
    ]);
    await sql.unsafe("rollback");
  },
);
