/** Many edits that differ from each other: each is written once, whatever a call of sync has time for. */
import { assertEquals } from "@std/assert";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { stackTests } from "../../support/stack-test.ts";
import { tags } from "../scenarios/calls.ts";

stackTests({ assets: 1_000 })(
  "1,000 assets with 1,000 different tags, 100 ms a call → 1,000 writes, none twice",
  async ({ stack, call }) => {
    await syncUntilCompleted(call);
    await control(stack, "PUT /faults", { latency_ms: 100, webhook_drop_rate: 1 });
    const before = (await control(stack, "GET /calls")).counts[tags] ?? 0;
    // The edit wakes a push, and ticks join in.
    await stack.sql("update public.media_assets set tags = tags || ('only ' || asset_id)");
    await waitUntil(async () => {
      await call("sync", { method: "POST", json: { direction: "push" } });
      const [row] = await stack.sql<{ waiting: number }>(
        "select count(*)::int as waiting from public.media_assets where sync_status = 'pending'",
      );
      return row!.waiting === 0;
    }, { deadlineMs: 300_000, describe: "every edit in Cloudinary" });
    assertEquals((await control(stack, "GET /calls")).counts[tags] - before, 1_000);
    await control(stack, "PUT /faults", { latency_ms: 0 });
    await syncUntilCompleted(call);
    await assertSidesEqual(stack, 1_000);
  },
);
