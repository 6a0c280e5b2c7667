/** Look-ups that two sessions ask for at one time: in which order they lock. */
import { assertEquals } from "@std/assert";
import type { Sql } from "postgres";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { untilOneWaits } from "../../support/postgres/until-one-waits.ts";

const ask = (sql: Sql, assetIds: string[]) =>
  sql`select media_sync.queue_refresh('demo', ${assetIds}, 'a test')`.execute();

postgresTest(
  "look-ups asked for in several goes by who holds the rows, beside others who ask for the same → no deadlock",
  async (postgres) => {
    const sql = postgres.sql(await postgres.createDatabase(), { max: 3 });
    await sql`
      insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at)
      select 'demo', name, name, 'image', now() from unnest('{a,b}'::text[]) as name`;
    let other: Promise<string> | undefined;
    await sql.begin(async (transaction) => {
      const first = transaction as unknown as Sql;
      await first`select media_sync.lock_observed('demo', '[]', '{a,b}')`;
      await ask(first, ["b"]);
      other = ask(sql, ["a", "b"]).then(() => "queued", (error: { code: string }) => error.code);
      await untilOneWaits(sql, "the other session waiting for what the first holds");
      await ask(first, ["a"]);
    });
    assertEquals(await other, "queued");
    const queued = await sql`select asset_id from media_sync.refresh_queue order by 1`;
    assertEquals(queued.map(({ asset_id }) => asset_id), ["a", "b"]);
  },
);

postgresTest(
  "look-ups given back while another session asks for one of them → the others are given back, and nobody waits",
  async (postgres) => {
    const sql = postgres.sql(await postgres.createDatabase(), { max: 2 });
    const worker = crypto.randomUUID();
    await ask(sql, ["a", "b"]);
    await sql`select public.media_sync_claim_refresh('demo', ${worker}, 10, 60)`;
    await sql.begin(async (transaction) => {
      await ask(transaction as unknown as Sql, ["a"]);
      await sql.begin(async (second) => {
        await second`set local lock_timeout = '2s'`;
        await second`select public.media_sync_release_refresh('demo', ${worker})`;
      });
    });
    const free =
      await sql`select asset_id from media_sync.refresh_queue where leased_until is null`;
    assertEquals(free.map(({ asset_id }) => asset_id), ["b"]);
  },
);
