/** What a sync of a large library costs in calls to Cloudinary. */
import { assert, assertEquals } from "@std/assert";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import { subtract } from "../../support/scenario-world.ts";
import { control, rowPositions, syncUntilCompleted, writesOf } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";

stackTests({ assets: 12_000, seed: 7 })(
  "full reconcile of 12,000 unchanged assets → at most 30 calls, nothing written",
  async ({ stack, call }) => {
    await syncUntilCompleted(call);
    const positions = await rowPositions(stack);
    const before = (await control(stack, "GET /calls")).counts;

    await syncUntilCompleted(call);
    const calls = subtract((await control(stack, "GET /calls")).counts, before);
    const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
    assert(total <= 30, JSON.stringify(calls));
    assertEquals(writesOf(calls), {});
    assertEquals(await rowPositions(stack), positions);
    await assertSidesEqual(stack, 12_000);
  },
);
