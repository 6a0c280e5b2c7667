/** Waking, cleaning up and alerting by several sessions at once: what one transaction alone cannot show. */
import { assertEquals } from "@std/assert";
import type { Row } from "postgres";
import { type Postgres } from "../../../scripts/support/postgres/start-postgres.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { waitUntil } from "../../support/wait-until.ts";

const ASSETS = 24;

async function setUp(postgres: Postgres) {
  // Whoever waits for a lock where nobody should fails the test, instead of holding it up for ever.
  const url = `${await postgres.createDatabase()}?lock_timeout=30s`;
  const sql = postgres.sql(url, { max: 10 });
  await sql`select vault.create_secret('http://project.test', 'media_sync_project_url')`;
  await sql`select vault.create_secret(${crypto.randomUUID()}, 'media_sync_cron_key')`;
  await sql`
    insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at)
    select 'demo', 'a' || place, 'a' || place, 'image', now()
    from generate_series(1, ${ASSETS}::integer) as place`;
  await sql`update public.media_assets as asset set base = media_sync.editable_fields(asset)`;
  return {
    sql,
    /** Until a session waits for a lock with a statement that holds this text. */
    waitsForLock: async (text: string) =>
      await waitUntil(async () => {
        const waiting = await sql`
          select pid from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'
            and position(${text}::text in query) > 0`;
        return waiting.length > 0;
      }, { describe: `a session that waits with ${text}` }),
    requests: async () => (await sql`select id from net.http_request_queue`).length,
    cleanUp: async () => {
      const [row] = await sql`select public.cleanup_old_sync_logs()::integer as deleted`;
      return row?.deleted;
    },
    edit: async (place: number) => {
      await sql`update public.media_assets set tags = '{x}' where asset_id = ${`a${place}`}`;
    },
  };
}

postgresTest("edits that commit at once, from many sessions → one wake", async (postgres) => {
  const { requests, edit } = await setUp(postgres);
  await Promise.all(Array.from({ length: ASSETS }, (_, index) => edit(index + 1)));
  assertEquals(await requests(), 1);
});

postgresTest(
  "two edits whose commits meet → the second finds the first's wake",
  async (postgres) => {
    const { sql, requests, edit, waitsForLock } = await setUp(postgres);
    let second: Promise<void> | undefined;
    await sql.begin(async (transaction) => {
      await transaction`update public.media_assets set tags = '{x}' where asset_id = 'a1'`;
      // From here on as in its commit.
      await transaction`set constraints all immediate`;
      second = edit(2);
      await waitsForLock("update public.media_assets");
    });
    await second;
    assertEquals(await requests(), 1);
  },
);

postgresTest("an edit in a long transaction → holds up nobody else's wake", async (postgres) => {
  const { sql, requests } = await setUp(postgres);
  await sql.begin(async (transaction) => {
    await transaction`update public.media_assets set tags = '{x}' where asset_id = 'a1'`;
    const [open] = await transaction`select pg_backend_pid() % 16 as slot`;
    // Sessions that share a slot of the statistics do wait for each other; that is not what this is about.
    const sessions = [await sql.reserve(), await sql.reserve()];
    try {
      while (
        (await sessions.at(-1)!`select pg_backend_pid() % 16 as slot`)[0]?.slot === open?.slot
      ) {
        sessions.push(await sql.reserve());
      }
      await sessions.at(-1)!`update public.media_assets set tags = '{x}' where asset_id = 'a2'`;
    } finally {
      for (const session of sessions) session.release();
    }
    assertEquals(await requests(), 1);
    await sql`select public.media_sync_begin_push('demo', gen_random_uuid(), 0, 60, 'api')`;
  });
  // It commits after the push began, which cannot have seen it.
  assertEquals(await requests(), 2);
});

postgresTest("a rolled back edit → no wake", async (postgres) => {
  const { sql, requests } = await setUp(postgres);
  await sql.begin(async (transaction) => {
    await transaction`update public.media_assets set tags = '{x}' where asset_id = 'a1'`;
    throw new Error("taken back");
  }).catch(() => {});
  assertEquals(await requests(), 0);
  assertEquals((await sql`select transaction_id from media_sync.wake_requests`).length, 0);
});

postgresTest(
  "a push begins while an edit commits → waits for it, and sees it",
  async (postgres) => {
    const { sql, waitsForLock } = await setUp(postgres);
    await sql`update media_sync.wakes set waiting_since = clock_timestamp()`;
    let begun: Promise<Row[]> | undefined;
    await sql.begin(async (transaction) => {
      await transaction`update public.media_assets set tags = '{x}' where asset_id = 'a1'`;
      // From here on as in its commit: it finds a wake that waits, and relies on it.
      await transaction`set constraints all immediate`;
      begun = sql`select jsonb_array_length(
        public.media_sync_begin_push('demo', gen_random_uuid(), 10, 60, 'api') -> 'tasks') as claimed`
        .execute();
      await waitsForLock("media_sync_begin_push");
    });
    const [push] = await begun ?? [];
    assertEquals(push?.claimed, 1);
  },
);

postgresTest(
  "cleaning up while rows are held → skips them, and waits for nobody",
  async (postgres) => {
    const { sql, cleanUp } = await setUp(postgres);
    await sql`
    insert into public.media_sync_log (operation, status, source, public_id, created_at)
    select 'update', 'success', 'cron', place::text, now() - interval '1 year'
    from generate_series(1, 10) as place`;
    await sql.begin(async (transaction) => {
      await transaction`select id from public.media_sync_log where public_id = '3' for update`;
      assertEquals(await cleanUp(), 9);
    });
    assertEquals(await cleanUp(), 1);
  },
);

postgresTest("two sessions find the same changes of health → one alert each", async (postgres) => {
  const { sql, requests, waitsForLock } = await setUp(postgres);
  await sql`update media_sync.settings set alert_url = 'https://chat.test/hook'`;
  await sql`update public.media_assets set sync_status = 'error' where asset_id = 'a1'`;
  let second: Promise<unknown> | undefined;
  await sql.begin(async (transaction) => {
    await transaction`select media_sync.alert_health()`;
    second = sql`select media_sync.alert_health()`.execute();
    await waitsForLock("media_sync.alert_health");
  });
  await second;
  const alerts = await sql`
    select check_name, count(*)::integer as alerts from media_sync.alerts group by check_name order by check_name`;
  // The database here has no pg_cron.
  assertEquals([...alerts], [
    { check_name: "assets_in_error", alerts: 1 },
    { check_name: "schedule", alerts: 1 },
  ]);
  assertEquals(await requests(), 2);
});
