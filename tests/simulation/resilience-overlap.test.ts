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

/** With fewer, the first three are done before the fourth has begun. */
const ASSETS = 30_000;
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
  `four calls at once on ${ASSETS} assets, seed ${seed} → each lists a part, and nothing is listed twice`,
  async (postgres) => {
    const assets = ASSETS;
    const database = await postgres.createDatabase();
    await withStack({ assets, seed, database }, async (stack) => {
      const call = createClient(stack);
      await pullOnlyInFull(stack);
      await control(stack, "PUT /faults", { latency_ms: 50 });
      await recordPages(stack.sql);
      await Promise.all(Array.from({ length: 4 }, () => tickUntilRunEnds(stack, call)));

      const runs = await knownRuns(stack);
      assertEquals(runs.map(({ kind, status }) => ({ kind, status })), [
        { kind: "full", status: "completed" },
      ]);
      const [row] = await stack.sql<{ holders: number; twice: number }>(
        `select max(holders)::int as holders, (count(*) - count(distinct (shard, page)))::int as twice
         from test_stored_pages`,
      );
      assertEquals(row, { holders: 4, twice: 0 }, "workers at the same time, pages stored twice");
      const { counts } = await control(stack, "GET /calls");
      assertEquals(counts[LISTING], await storedPages(stack));
      await assertEachArrivedOnce(stack, assets);
      await assertSidesEqual(stack, assets);
    });
  },
);

/** Notes each stored page and how many workers held shards then, in a table of this test's database alone. */
async function recordPages(sql: (text: string) => Promise<unknown>): Promise<void> {
  await sql("create table public.test_stored_pages (shard text, page integer, holders bigint)");
  await sql(
    `create function public.test_record_page() returns trigger language plpgsql as $$
     begin
         insert into public.test_stored_pages
         select new.shard, new.pages, count(distinct lease_token)
         from media_sync.run_cursors where leased_until > clock_timestamp();
         return null;
     end; $$`,
  );
  await sql(
    `create trigger test_record_page after update of pages on media_sync.run_cursors
     for each row when (new.pages > old.pages) execute function public.test_record_page()`,
  );
}
