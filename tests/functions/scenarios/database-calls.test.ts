/** What a sync costs in round trips to the database, whatever it takes in time. */
import { assert, assertEquals } from "@std/assert";
import {
  databaseCallsOf,
  insertAssets,
  openScenarioWorld,
  resetWorld,
  type ScenarioWorld,
  syncWhole,
} from "../../support/scenario-world.ts";
import { there } from "../../support/scenario-steps.ts";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import { syncUntilCompleted } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";

let world: ScenarioWorld;

const callTest = stackTests({}, async ({ stack }) => {
  world = await openScenarioWorld(stack);
});

const names = Array.from({ length: 12 }, (_, index) => `a${index}`);

/** Both sides with the same twelve assets, or only Cloudinary. */
async function begin({ synced }: { synced: boolean }): Promise<void> {
  await resetWorld(world);
  await insertAssets(world, Object.fromEntries(names.map((name) => [name, {}])));
  if (synced) await syncWhole(world);
}

/** The database's part in `POST sync`. */
function callsOfSync(json?: Record<string, unknown>): Promise<string[]> {
  return databaseCallsOf(world, () => syncUntilCompleted(world.call, json));
}

function assertAtMost(most: number, calls: string[]): void {
  assert(calls.length > 0 && calls.length <= most, `${calls.length} calls: ${calls.join(", ")}`);
}

callTest("full pull of 12 assets → at most 10 round trips", async () => {
  await begin({ synced: false });
  assertAtMost(10, await callsOfSync());
  await assertSidesEqual(world.stack, 12);
});

callTest("full pull, one of 12 assets deleted there → one round trip more", async () => {
  await begin({ synced: true });
  const before = await callsOfSync();
  await there.destroy("a3")(world);
  const calls = await callsOfSync();
  assertEquals(calls.length, before.length + 1, calls.join(", "));
  await assertSidesEqual(world.stack, 11);
});

callTest("incremental pull that finds nothing → at most 7 round trips", async () => {
  await begin({ synced: true });
  await world.stack.sql("update media_sync.settings set incremental_interval = '0'");
  assertAtMost(7, await callsOfSync({}));
});

callTest("incremental pull of one change → at most 8 round trips", async () => {
  await begin({ synced: true });
  await world.stack.sql("update media_sync.settings set incremental_interval = '0'");
  await there.set("a3", { tags: ["new"] })(world);
  assertAtMost(8, await callsOfSync({}));
  await assertSidesEqual(world.stack, 12);
});
