/** What an hour costs in calls to Cloudinary in which nothing happens, whatever happened before it. */
import { assert, assertEquals } from "@std/assert";
import { withMovedTime } from "../support/moved-time.ts";
import { control, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";
import {
  callsOf,
  insertAssets,
  openScenarioWorld,
  resetWorld,
  type ScenarioWorld,
  syncWhole,
} from "../support/scenario-world.ts";
import { there } from "../support/scenario-steps.ts";
import { assertSidesEqual } from "../support/compare-sides.ts";
import { effort } from "../support/effort.ts";

const MINUTE_MS = 60_000;
const search = "POST /resources/search";
const names = Array.from({ length: effort(500, 2_000) }, (_, index) => `a${index}`);
/** The search shows what was created last first: this one stands on its last page. */
const [last = ""] = names;

let world: ScenarioWorld;
const idleTest = stackTests({}, async ({ stack }) => {
  world = await openScenarioWorld(stack);
});

for (
  const [account, behavior] of Object.entries({
    "a search tells times of change": { search_last_updated: "told", search_metadata: "told" },
    "a search tells times where it is asked to, and no metadata": {
      search_last_updated: "asked",
      search_metadata: "refused",
    },
    "a search tells neither times nor metadata": {
      search_last_updated: "refused",
      search_metadata: "refused",
    },
  })
) {
  idleTest(
    `${account}, ${names.length} assets tagged there → the hour afterwards costs a call a minute, and every change in it is found`,
    async () => {
      const { stack, call } = world;
      await resetWorld(world);
      await control(stack, "PUT /behavior", { ...behavior, search_default_max_results: 50 });
      await insertAssets(
        world,
        Object.fromEntries(names.map((name, index) => [name, {
          created_at: new Date(Date.UTC(2026, 0, 1) + index * 1_000).toISOString(),
        }])),
      );
      await syncWhole(world);

      await withMovedTime(stack, async (pass) => {
        const tick = () => callsOf(world, () => syncUntilCompleted(call, {}));
        const tickAfter = async (minutes: number) => {
          await pass(minutes * MINUTE_MS);
          return await tick();
        };
        // What the account refuses is learned here.
        await tickAfter(1);
        assertEquals(await tickAfter(1), { [search]: 1 });
        await there.tagAll(names, "sale")(world);
        assertEquals((await tickAfter(1))[search], names.length / 500);
        await assertSidesEqual(stack, names.length);

        let idle = 0;
        for (let minute = 1; minute <= 60; minute++) {
          const calls = await tickAfter(1);
          assertEquals(calls, { [search]: 1 }, `minute ${minute}`);
          idle += calls[search]!;
        }
        assert(idle <= 60);

        await there.tagAll(names, "sold")(world);
        await tickAfter(1);
        await assertSidesEqual(stack, names.length);
        // Tagged once more, among thousands that were tagged in the same minutes.
        await there.set(last, { tags: ["again"] })(world);
        for (let minute = 1; minute <= 7; minute++) await tickAfter(1);
        await assertSidesEqual(stack, names.length);
        for (const tags of [["one"], ["two"]]) {
          await there.set(last, { tags })(world);
          await tickAfter(1);
          await assertSidesEqual(stack, names.length);
        }
      });
    },
  );
}
