/** A library of large assets: what goes to the database in one call, and what a worker holds, stays bounded. */
import { assert, assertEquals } from "@std/assert";
import { peakMemoryMb } from "../../bench/process-usage.ts";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import { control, rowPositions, syncUntilCompleted } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";

const ASSETS = 300;
const stored = "POST /rest/v1/rpc/media_sync_store_page";

stackTests()(
  "300 assets of 40 kB → stored in parts, completed; again → nothing written",
  async ({ stack, call }) => {
    const context = Object.fromEntries(
      Array.from({ length: 40 }, (_, key) => [`key${key}`, "x".repeat(1_000)]),
    );
    await control(stack, "POST /assets", {
      assets: Array.from({ length: ASSETS }, (_, index) => ({
        public_id: `large${index}`,
        resource_type: "image",
        context,
      })),
    });
    let parts = 0;
    const stop = stack.watchDataApi((request) => void (parts += Number(request === stored)));
    const { body } = await syncUntilCompleted(call);
    stop();
    assertEquals([body.data.status, body.data.synced_items], ["completed", ASSETS]);
    // 12 MB of one page, 4 MB a call.
    assert(parts >= 3, String(parts));
    const [cursors] = await stack.sql<{ seen: number }>(
      "select sum(seen)::int as seen from media_sync.run_cursors",
    );
    assertEquals(cursors!.seen, ASSETS);
    assert(await peakMemoryMb(stack.functionPid("sync")!) < 200);

    const positions = await rowPositions(stack);
    await syncUntilCompleted(call);
    assertEquals(await rowPositions(stack), positions);
    await assertSidesEqual(stack, ASSETS);
  },
);
