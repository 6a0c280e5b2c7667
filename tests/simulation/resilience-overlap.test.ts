/** Calls of `sync` that overlap: they share one run, and nothing is done twice. */
import { assert, assertEquals } from "@std/assert";
import { assertSidesEqual } from "../support/compare-sides.ts";
import { postgresTest } from "../support/postgres/postgres-test.ts";
import { control, createClient, randomSeed, withStack } from "../support/stack.ts";
import {
  assertEachArrivedOnce,
  knownRuns,
  LISTING,
  pullOnlyInFull,
  storedPages,
  tick,
  tickUntilRunEnds,
} from "./resilience-support.ts";

const seed = randomSeed();

for (const ticks of [2, 10]) {
  postgresTest(
    `${ticks} overlapping ticks, seed ${seed} → one run, each page listed once`,
    async (postgres) => {
      const assets = 1_000;
      const database = await postgres.createDatabase();
      await withStack({ assets, seed, database }, async (stack) => {
        const call = createClient(stack);
        await pullOnlyInFull(stack);
        await control(stack, "PUT /faults", { latency_ms: 20 });
        const answers = await Promise.all(
          Array.from(
            { length: ticks },
            (_, index) => tick(call, { background: index % 2 === 0, batch_size: 25 }),
          ),
        );
        for (const { status, body } of answers) {
          assert(status === 200 || status === 202, JSON.stringify(body));
        }
        await tickUntilRunEnds(stack, call, { batch_size: 25 });

        const runs = await knownRuns(stack);
        assertEquals(runs.map(({ kind, status }) => ({ kind, status })), [
          { kind: "full", status: "completed" },
        ]);
        const { counts, total } = await control(stack, "GET /calls");
        assertEquals(counts, {
          "GET /config": 1,
          "POST /resources/search": 1,
          [LISTING]: await storedPages(stack),
        });
        assertEquals(runs[0]?.api_calls, total, "the run's own count of its calls");
        await assertEachArrivedOnce(stack, assets);
        await assertSidesEqual(stack, assets);
      });
    },
  );
}

postgresTest(
  `four calls at once on 30,000 assets, seed ${seed} → each lists a part, and nothing is listed twice`,
  async (postgres) => {
    const assets = 30_000;
    const database = await postgres.createDatabase();
    await withStack({ assets, seed, database }, async (stack) => {
      const call = createClient(stack);
      await pullOnlyInFull(stack);
      await control(stack, "PUT /faults", { latency_ms: 50 });
      await recordWhoStores(stack.sql);
      await Promise.all(Array.from({ length: 4 }, () => tickUntilRunEnds(stack, call)));

      const runs = await knownRuns(stack);
      assertEquals(runs.map(({ kind, status }) => ({ kind, status })), [
        { kind: "full", status: "completed" },
      ]);
      const shards = await stack.sql<{ shard: string; workers: number }>(
        `select shard, count(distinct worker)::int as workers from test_stored_pages group by shard`,
      );
      assertEquals(shards.filter(({ workers }) => workers !== 1), [], "a shard of two workers");
      const [row] = await stack.sql<{ workers: number }>(
        "select count(distinct worker)::int as workers from test_stored_pages",
      );
      // A caller comes back under a new name; at least four of them listed something.
      assert(row !== undefined && row.workers >= 4, `${row?.workers} workers listed something`);
      const { counts } = await control(stack, "GET /calls");
      assertEquals(counts[LISTING], await storedPages(stack));
      await assertEachArrivedOnce(stack, assets);
      await assertSidesEqual(stack, assets);
    });
  },
);

/** Notes each stored page and the worker that held its shard, in a table that belongs to this test's database alone. */
async function recordWhoStores(sql: (text: string) => Promise<unknown>): Promise<void> {
  await sql("create table public.test_stored_pages (shard text, worker uuid)");
  await sql(
    `create function public.test_record_page() returns trigger language plpgsql as $$
     begin
         insert into public.test_stored_pages values (old.shard, old.lease_token);
         return null;
     end; $$`,
  );
  await sql(
    `create trigger test_record_page after update of pages on media_sync.run_cursors
     for each row when (new.pages > old.pages) execute function public.test_record_page()`,
  );
}
