/** What an account costs whose look-ups answer ten ids and leave out the others without a word. */
import { assert, assertEquals } from "@std/assert";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import {
  callsOf,
  insertAssets,
  openScenarioWorld,
  resetWorld,
  type ScenarioWorld,
} from "../../support/scenario-world.ts";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";

const names = Array.from({ length: 1_000 }, (_, index) => `a${index}`);
const lookUps = ["GET /resources/by_asset_ids", "GET /resources/:resource_type/:type"];

let world: ScenarioWorld;
const capTest = stackTests({ behavior: "a" }, async ({ stack }) => {
  world = await openScenarioWorld(stack);
});

capTest(
  "1,000 different edits, look-ups that leave out what is beyond ten ids, placeholders → at most 110 look-ups more, nothing deleted",
  async () => {
    const { stack, call } = world;
    // An invocation ends when its time is over, on a slow machine before all is sent.
    const pushAll = async () => {
      let waiting = names.length;
      while (waiting > 0) {
        await syncUntilCompleted(call, { direction: "push" });
        const [pending] = await stack.sql<{ rows: number }>(
          "select count(*)::int as rows from public.media_assets where sync_status = 'pending'",
        );
        waiting = pending!.rows;
      }
    };
    const lookUpsNeeded = async (behavior: Record<string, unknown>) => {
      await resetWorld(world);
      await control(stack, "PUT /behavior", behavior);
      await insertAssets(world, Object.fromEntries(names.map((name) => [name, {}])));
      await syncUntilCompleted(call);
      await stack.sql("update public.media_assets set tags = array[public_id]");
      const calls = await callsOf(world, () => pushAll());
      const [deleted] = await stack.sql(
        "select count(*)::int as rows from public.media_sync_log where operation = 'delete'",
      );
      assertEquals(deleted, { rows: 0 });
      await assertSidesEqual(stack, names.length);
      return lookUps.reduce((sum, endpoint) => sum + (calls[endpoint] ?? 0), 0);
    };
    const ordinary = await lookUpsNeeded({});
    const capped: number[] = [];
    // What is looked up again because a slow machine let it grow old is no cost of such an account: the best of four.
    while (capped.length < 4 && !capped.some((count) => count - ordinary <= 110)) {
      capped.push(
        await lookUpsNeeded({ look_up_cap: 10, look_up_cap_silent: true, placeholders: true }),
      );
    }
    assert(Math.min(...capped) - ordinary <= 110, `${ordinary} look-ups, and ${capped}`);
  },
);
