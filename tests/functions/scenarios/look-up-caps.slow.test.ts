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
    const needed: number[] = [];
    // An invocation ends when its time is over, on a slow machine before all is sent; the next looks up again what this one
    // had looked up and not sent: of three slices at once at most a hundred each, ten a call, before and after.
    let invocations = 0;
    const pushAll = async () => {
      let waiting = names.length;
      while (waiting > 0) {
        await syncUntilCompleted(call, { direction: "push" });
        invocations++;
        const [pending] = await stack.sql<{ rows: number }>(
          "select count(*)::int as rows from public.media_assets where sync_status = 'pending'",
        );
        waiting = pending!.rows;
      }
    };
    for (
      const behavior of [{}, { look_up_cap: 10, look_up_cap_silent: true, placeholders: true }]
    ) {
      await resetWorld(world);
      await control(stack, "PUT /behavior", behavior);
      await insertAssets(world, Object.fromEntries(names.map((name) => [name, {}])));
      await syncUntilCompleted(call);
      await stack.sql("update public.media_assets set tags = array[public_id]");
      const calls = await callsOf(world, () => pushAll());
      needed.push(lookUps.reduce((sum, endpoint) => sum + (calls[endpoint] ?? 0), 0));
      const [deleted] = await stack.sql(
        "select count(*)::int as rows from public.media_sync_log where operation = 'delete'",
      );
      assertEquals(deleted, { rows: 0 });
      await assertSidesEqual(stack, names.length);
    }
    const [ordinary = 0, capped = 0] = needed;
    const again = 60 * (invocations - 2);
    assert(capped - ordinary <= 110 + again, `${ordinary} look-ups, and ${capped}`);
  },
);
