/** Listing cursors that Cloudinary refuses: the shard starts again, and its partial pass counts for nothing. */
import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { assertSidesEqual } from "../support/compare-sides.ts";
import { callCloudinary, control, randomSeed, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";
import { expireLeases, pullOnlyInFull, tick, waitForPages } from "./resilience-support.ts";

const seed = randomSeed();
const ASSETS = 1_000;

stackTests({ assets: ASSETS, seed })(
  `a run rests until its cursors have expired, seed ${seed} → the shard starts again; only what is gone in Cloudinary is deleted`,
  async ({ stack, call }) => {
    await pullOnlyInFull(stack);
    await control(stack, "PUT /faults", { webhook_drop_rate: 1 });
    await syncUntilCompleted(call);
    const before = await stack.sql<{ pages: number }>(
      "select sum(pages)::int as pages from media_sync.run_cursors",
    );

    await control(stack, "PUT /behavior", { cursor_lifetime_ms: 600_000 });
    await control(stack, "PUT /faults", { latency_ms: 100 });
    const broken = tick(call, { full: true, batch_size: 50 });
    await waitForPages(stack, before[0]!.pages + 5);
    await stack.killFunction("sync");
    assertEquals((await broken).status, 502);

    // Seen by the partial pass, and gone by the time the next one comes.
    const seen = await stack.sql<{ asset_id: string; public_id: string; resource_type: string }>(
      `select asset.asset_id, asset.public_id, asset.resource_type
       from media_sync.run_pages cross join unnest(media_asset_ids) as listed (id)
       join public.media_assets as asset using (id)
       join media_sync.run_cursors using (run_id, shard)
       where run_cursors.status = 'pending' and asset.type = 'upload'
       order by 1 limit 3`,
    );
    assertEquals(seen.length, 3);
    for (const asset of seen) await destroyInCloudinary(stack, asset);
    await control(stack, "PUT /clock", { advance_ms: 700_000 });
    await control(stack, "PUT /faults", { latency_ms: 0 });
    await expireLeases(stack);

    const { body } = await syncUntilCompleted(call, { full: true, batch_size: 50 });
    const [run] = await stack.sql(
      `select sum(restarts)::int as restarts, sum(seen)::int as seen
       from media_sync.run_cursors where run_id = $1`,
      [body.data.run_id],
    );
    assertEquals(run, { restarts: 1, seen: ASSETS - 3 });
    assertEquals(body.data.deleted_items, 3);
    assertEquals(
      await deletedAssets(stack),
      seen.map(({ asset_id }) => asset_id).sort(),
    );
    await assertSidesEqual(stack, ASSETS - 3);
  },
);

stackTests({ assets: ASSETS, seed })(
  `Cloudinary refuses every cursor, seed ${seed} → the run gives up for now and deletes nothing; it completes once cursors work`,
  async ({ stack, call }) => {
    await pullOnlyInFull(stack);
    await syncUntilCompleted(call);
    await control(stack, "PUT /faults", { latency_ms: 5 });
    await control(stack, "PUT /behavior", { cursor_lifetime_ms: 1 });

    const refused = await tick(call, { full: true, batch_size: 50 });
    assertEquals([refused.status, refused.body.code], [502, "cloudinary_invalid_cursor"]);
    const [run] = await stack.sql<{ status: string; restarts: number }>(
      `select run.status, max(shard.restarts) as restarts
       from media_sync.runs as run join media_sync.run_cursors as shard on shard.run_id = run.id
       where run.status <> 'completed' group by run.id`,
    );
    assert(run !== undefined && run.status === "running" && run.restarts > 1, JSON.stringify(run));
    assertEquals(await deletedAssets(stack), []);

    await control(stack, "PUT /behavior", { cursor_lifetime_ms: 0 });
    const { body } = await syncUntilCompleted(call, { batch_size: 50 });
    assertEquals(body.data.deleted_items, 0);
    assertEquals(body.data.unchanged_items, ASSETS);
    assertEquals(await deletedAssets(stack), []);
    await assertSidesEqual(stack, ASSETS);
  },
);

async function deletedAssets(stack: Stack): Promise<string[]> {
  const rows = await stack.sql<{ asset_id: string }>(
    "select asset_id from public.media_assets where deleted_at is not null order by 1",
  );
  return rows.map(({ asset_id }) => asset_id);
}

/** Deletes an asset as another program of the same account would. */
async function destroyInCloudinary(
  stack: Stack,
  { public_id, resource_type }: { public_id: string; resource_type: string },
): Promise<void> {
  const { deleted } = await callCloudinary(stack, `DELETE /resources/${resource_type}/upload`, {
    "public_ids[]": public_id,
  });
  assertEquals(deleted, { [public_id]: "deleted" });
}
