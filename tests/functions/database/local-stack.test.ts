/** The local stack on a real PostgreSQL with the real pg_cron. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { openDatabase } from "../../../scripts/local/database.ts";
import { migrate, MigrationError } from "../../../scripts/local/migrate.ts";
import { preparePlatform } from "../../../scripts/local/platform.ts";
import { StackError } from "../../../scripts/local/stack-error.ts";
import { remoteFlag, runSupabase } from "../../../scripts/support/supabase-cli.ts";
import { createFixture, signIn } from "../local-stack.fixture.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { waitUntil } from "../../support/wait-until.ts";

const cronStandIn = new URL("../../../scripts/local/platform/cron.sql", import.meta.url);

postgresTest("the database restarts → requests and queued calls go on", async (postgres) => {
  const fixture = await createFixture();
  const stack = await fixture.start({ database: postgres.url });
  try {
    assertEquals((await signIn(stack, "viewer")).status, 200);
    await postgres.restart({ crash: true });
    await waitUntil(async () => (await signIn(stack, "viewer")).status === 200, {
      describe: "a sign-in after the restart",
    });
    const [sent] = await stack.sql<{ id: number }>("select net.http_post($1) as id", [
      `${stack.info.url}/functions/v1/echo`,
    ]);
    const row = await waitUntil(async () =>
      (await stack.sql<{ status_code: number }>(
        "select status_code from net._http_response where id = $1",
        [sent?.id],
      ))[0]
    );
    assertEquals(row.status_code, 202);
  } finally {
    await stack.stop();
    await fixture.remove();
  }
}, { dedicated: true });

postgresTest(
  "a second stack on the same database → refused, and the first goes on",
  async (postgres) => {
    const fixture = await createFixture();
    const database = await postgres.createDatabase({ template: "empty" });
    const start = () => fixture.start({ database, functionNames: [] });
    try {
      const first = await start();
      const error = await assertRejects(start, StackError);
      assertEquals(error.code, "database_in_use");
      assertEquals((await signIn(first, "viewer")).status, 200, "its users keep their passwords");
      await first.stop();
      await (await start()).stop();
    } finally {
      await fixture.remove();
    }
  },
);

postgresTest("JSON arguments of a function → arrive as JSON, not as text", async (postgres) => {
  const fixture = await createFixture();
  const stack = await fixture.start({
    database: await postgres.createDatabase({ template: "empty" }),
    functionNames: [],
  });
  try {
    const response = await fetch(`${stack.info.url}/rest/v1/rpc/count_items`, {
      method: "POST",
      headers: { apikey: stack.info.secret_key, "content-type": "application/json" },
      body: JSON.stringify({ items: [1, { two: [3] }] }),
    });
    assertEquals(await response.json(), 2);
    const granted = await stack.sql(
      `select grantee from information_schema.role_table_grants
       where table_schema = 'public' and grantee = 'anon'`,
    );
    assertEquals(granted, []);
  } finally {
    await stack.stop();
    await fixture.remove();
  }
});

postgresTest(
  "a stack without cron → its jobs rest; the next one with cron → they run",
  async (postgres) => {
    const fixture = await createFixture();
    const active = async (cron: boolean) => {
      const stack = await fixture.start({ database: postgres.url, functionNames: [], cron });
      try {
        await stack.sql("select cron.schedule('someone-else', '0 0 1 1 *', 'select 1')");
        return await stack.sql("select jobname, active from cron.job order by jobname");
      } finally {
        await stack.stop();
      }
    };
    try {
      const first = await fixture.start({ database: postgres.url, functionNames: [] });
      await first.sql("select cron.schedule('media-sync-tick', '0 0 1 1 *', 'select 1')");
      await first.stop();
      const other = { jobname: "someone-else", active: true };
      assertEquals(await active(false), [{ jobname: "media-sync-tick", active: false }, other]);
      assertEquals(await active(true), [{ jobname: "media-sync-tick", active: true }, other]);
    } finally {
      await fixture.remove();
    }
  },
  { dedicated: true },
);

postgresTest(
  "migrations pushed by the CLI → the stack's own runner has nothing to do",
  async (postgres) => {
    const database = await openDatabase({ url: await postgres.createDatabase() });
    try {
      assertEquals(await migrate(database), []);
    } finally {
      await database.close();
    }
  },
);

postgresTest(
  "migrations applied by the stack's runner → recorded as the CLI records them",
  async (postgres) => {
    const record = `select version, name, statements from supabase_migrations.schema_migrations
    order by version`;
    const pushed = await openDatabase({ url: await postgres.createDatabase() });
    const ours = await openDatabase({
      url: await postgres.createDatabase({ template: "empty" }),
    });
    try {
      await preparePlatform(ours);
      await ours.exec(await Deno.readTextFile(cronStandIn));
      await migrate(ours);
      assertEquals(await ours.query(record), await pushed.query(record));
      const push = await runSupabase([
        ...["db", "push", remoteFlag(ours.url ?? ""), "--yes", "--skip-vault"],
      ]);
      assertMatch(push.stdout + push.stderr, /up to date/);
    } finally {
      await pushed.close();
      await ours.close();
    }
  },
);

postgresTest(
  "a migration that fails → its whole file is undone, those before it stay",
  async (postgres) => {
    const folder = await Deno.makeTempDir();
    const database = await openDatabase({
      url: await postgres.createDatabase({ template: "empty" }),
    });
    try {
      await Deno.writeTextFile(`${folder}/1_first.sql`, "create table public.first (id int);");
      await Deno.writeTextFile(
        `${folder}/2_second.sql`,
        "create table public.second (id int); select 1 / 0;",
      );
      await Deno.writeTextFile(`${folder}/notes.sql`, "not a migration");
      const error = await assertRejects(() => migrate(database, folder), MigrationError);
      assertEquals(error.migration, "2_second");
      assertEquals(
        await database.query(
          "select to_regclass('public.first')::text as one, to_regclass('public.second')::text as two",
        ),
        [{ one: "first", two: null }],
      );
      assertEquals(
        await database.query("select version from supabase_migrations.schema_migrations"),
        [
          { version: "1" },
        ],
      );
    } finally {
      await database.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
);

postgresTest(
  "the platform prepared twice, and at once in two databases → no error",
  async (postgres) => {
    const urls = await Promise.all(
      [1, 2].map(() => postgres.createDatabase({ template: "empty" })),
    );
    await Promise.all(urls.map((url) => preparePlatform(url)));
    await Promise.all(urls.map((url) => preparePlatform(url)));
  },
);
