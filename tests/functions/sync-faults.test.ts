/** First syncs that are disturbed: by Cloudinary's failures, or by the end of their own process. */
import { assert, assertEquals } from "@std/assert";
import { assertSidesEqual } from "../support/compare-sides.ts";
import { control, randomSeed, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";
import { waitUntil } from "../support/wait-until.ts";

const seed = randomSeed();

stackTests({ assets: 1_000, seed })(
  `every fifth call fails and all are slow, seed ${seed} → nothing missing`,
  async ({ stack, call }) => {
    // The seed of the faults is fixed: not every one makes a call fail so early.
    await control(stack, "PUT /faults", { latency_ms: 50, error_rate: 0.2, seed: 1 });
    await syncUntilCompleted(call, { full: true, batch_size: 50 }, { goOnAfter: [202, 502] });
    const { calls } = await control(stack, "GET /calls");
    assert(calls.some(({ fault }: { fault?: string }) => fault !== undefined), "no call failed");
    await assertSidesEqual(stack, 1_000);
  },
);

stackTests({ assets: 1_000, seed })(
  `the function dies in a first sync, seed ${seed} → the next call goes on`,
  async ({ stack, call }) => {
    const batch_size = 50;
    await control(stack, "PUT /faults", { latency_ms: 100 });
    const broken = call("sync", { method: "POST", json: { full: true, batch_size } });
    await waitUntil(
      async () => {
        const [row] = await stack.sql<{ pages: number }>(
          "select sum(pages)::int as pages from media_sync.run_cursors",
        );
        return (row?.pages ?? 0) >= 4;
      },
      { describe: "four stored pages" },
    );
    await stack.killFunction("sync");
    assertEquals((await broken).status, 502);
    await control(stack, "PUT /faults", { latency_ms: 0 });
    const [{ stored } = { stored: -1 }] = await stack.sql<{ stored: number }>(
      "select count(*)::int as stored from public.media_assets",
    );
    assert(stored >= 4 * batch_size && stored < 1_000, `${stored} rows were stored`);

    // The dead worker's shard is its own until the lease ends; nobody may work on it meanwhile.
    const early = await call("sync", { method: "POST", json: { full: true, batch_size } });
    assertEquals(early.status, 202);
    await stack.sql(
      "update media_sync.run_cursors set leased_until = now() where leased_until is not null",
    );
    const { body } = await syncUntilCompleted(call, { full: true, batch_size });
    assertEquals(body.data.run_id, early.body.data.run_id);
    assertEquals(body.data.synced_items, 1_000);
    await assertSidesEqual(stack, 1_000);

    const pages = await stack.sql<{ pages: number }>(
      `select ceil(count(*) / $1::numeric)::int as pages
       from public.media_assets group by resource_type`,
      [batch_size],
    );
    const needed = pages.reduce((sum, { pages }) => sum + pages, 0);
    const { counts } = await control(stack, "GET /calls");
    // One page was fetched and not stored, and the one after it may have been on its way already.
    assert(
      counts["GET /resources/:resource_type"] <= needed + 2,
      `${counts["GET /resources/:resource_type"]} listing calls for ${needed} pages`,
    );
  },
);
