/** What a sync costs in calls to Cloudinary, whatever it takes in time. */
import { assertEquals } from "@std/assert";
import {
  callsOf,
  insertAssets,
  openScenarioWorld,
  resetWorld,
  type ScenarioWorld,
  syncWhole,
} from "../../support/scenario-world.ts";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import { control, rowPositions, syncUntilCompleted } from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { there } from "../../support/scenario-steps.ts";
import { tags } from "./calls.ts";

const lookUp = "GET /resources/by_asset_ids";
const byName = "GET /resources/:resource_type/:type";
const search = "POST /resources/search";

let world: ScenarioWorld;

/** How many calls something takes is told of an ordinary account; the tests name what they change of it. */
const callTest = stackTests({ behavior: "a" }, async ({ stack }) => {
  world = await openScenarioWorld(stack);
});

const names = Array.from({ length: 1_000 }, (_, index) => `a${index}`);
const account = { look_up_cap: 10, placeholders: true };

for (
  const { title, behavior, expected } of [
    {
      title:
        "1,000 assets retagged alike here → one write, 10 look-ups before it and as many after",
      behavior: {},
      expected: { [tags]: 1, [lookUp]: 20 },
    },
    {
      title: "and ten ids a look-up, more are refused → 101 look-ups before, 10 by name after",
      behavior: account,
      // The refusal tells the cap, one a call of sync.
      expected: { [tags]: 1, [lookUp]: 101, [byName]: 10 },
    },
    {
      title: "and ten ids a look-up, others left out → 100 look-ups before, 10 by name after",
      behavior: { ...account, look_up_cap_silent: true },
      expected: { [tags]: 1, [lookUp]: 100, [byName]: 10 },
    },
  ]
) {
  callTest(title, async () => {
    const { stack, call } = world;
    await resetWorld(world);
    await control(stack, "PUT /behavior", behavior);
    await insertAssets(world, Object.fromEntries(names.map((name) => [name, {}])));
    await syncUntilCompleted(call);

    // Where the machine is too slow for the time that a look-up may be built upon, it is made again: the cheapest of
    // some rounds is what it costs.
    let calls: Record<string, number> = {};
    for (let round = 1; round <= 5 && calls[lookUp] !== expected[lookUp]; round++) {
      await stack.sql(`update public.media_assets set tags = tags || '{sale${round}}'`);
      calls = await callsOf(world, () => syncUntilCompleted(call, { direction: "push" }));
    }
    assertEquals(calls, expected);
    await assertSidesEqual(stack, 1_000);
  });
}

callTest(
  "incremental pull of assets changed lately and known already → one search, no look-up",
  async () => {
    const { stack, call } = world;
    await resetWorld(world);
    await stack.sql("update media_sync.settings set incremental_interval = '0'");
    const created_at = (await control(stack, "GET /clock")).now;
    await insertAssets(world, { one: { created_at, tags: ["a"] }, two: { created_at } });
    await syncWhole(world);
    const before = await rowPositions(stack);

    for (const round of ["first", "second"]) {
      const calls = await callsOf(world, () => syncUntilCompleted(call, {}));
      assertEquals(calls, { [search]: 1 }, `${round} tick`);
      assertEquals(await rowPositions(stack), before);
    }
  },
);

callTest(
  "1,200 assets new there within the hour → three searches once, then one a tick",
  async () => {
    const { stack, call } = world;
    await resetWorld(world);
    await stack.sql("update media_sync.settings set incremental_interval = '0'");
    await insertAssets(world, { one: {} });
    await syncWhole(world);
    const created_at = (await control(stack, "GET /clock")).now;
    const many = Array.from({ length: 1_200 }, (_, index) => `a${index}`);
    await insertAssets(world, Object.fromEntries(many.map((name) => [name, { created_at }])));

    const calls = await callsOf(world, () => syncUntilCompleted(call, {}));
    assertEquals(calls, { [search]: 3, [lookUp]: 12 });
    for (const _ of [1, 2]) {
      assertEquals(await callsOf(world, () => syncUntilCompleted(call, {})), { [search]: 1 });
    }
    await there.set("a1100", { tags: ["news"] })(world);
    const found = await callsOf(world, () => syncUntilCompleted(call, {}));
    assertEquals(found[lookUp], 1);
    await assertSidesEqual(stack, 1_201);
  },
);

callTest(
  "incremental pull of one change → one search, one look-up; the next tick finds nothing",
  async () => {
    const { stack, call } = world;
    await resetWorld(world);
    await stack.sql("update media_sync.settings set incremental_interval = '0'");
    await insertAssets(world, { one: {}, two: {} });
    await syncWhole(world);
    const created_at = (await control(stack, "GET /clock")).now;
    await insertAssets(world, { new: { created_at } });

    const calls = await callsOf(world, () => syncUntilCompleted(call, {}));
    assertEquals(calls, { [search]: 1, [lookUp]: 1 });
    await assertSidesEqual(stack, 3);
    assertEquals(await callsOf(world, () => syncUntilCompleted(call, {})), { [search]: 1 });
  },
);

callTest(
  "incremental pull where a search tells no metadata, metadata changed → one look-up; what is refused is found out once",
  async () => {
    const { stack, call } = world;
    await resetWorld(world);
    await stack.sql("update media_sync.settings set incremental_interval = '0'");
    await there.defineMetadata("colour")(world);
    await insertAssets(world, { one: {}, two: {} });
    await syncWhole(world);
    await control(stack, "PUT /behavior", { search_metadata: "refused" });
    await there.set("one", { metadata: { colour: "red" } })(world);

    const calls = await callsOf(world, () => syncUntilCompleted(call, {}));
    assertEquals(calls, { [search]: 4, [lookUp]: 1 });
    await assertSidesEqual(stack, 2);
    assertEquals(await callsOf(world, () => syncUntilCompleted(call, {})), { [search]: 1 });
    // The plan may be another one by now.
    await syncUntilCompleted(call, { full: true });
    await control(stack, "PUT /behavior", { search_metadata: "told" });
    assertEquals(await callsOf(world, () => syncUntilCompleted(call, {})), { [search]: 1 });
    const [settings] = await stack.sql("select search_refuses from media_sync.settings");
    assertEquals(settings, { search_refuses: [] });
  },
);

callTest(
  "a cap of look-ups in the settings → no question longer than that",
  async () => {
    const { stack, call } = world;
    await resetWorld(world);
    await control(stack, "PUT /behavior", { look_up_cap: 10 });
    await stack.sql("update media_sync.settings set look_up_cap = 10");
    const some = names.slice(0, 25);
    await insertAssets(world, Object.fromEntries(some.map((name) => [name, {}])));
    await syncUntilCompleted(call);
    await stack.sql("update public.media_assets set tags = tags || '{sale}'");
    const calls = await callsOf(world, () => syncUntilCompleted(call, { direction: "push" }));
    assertEquals(calls, { [tags]: 1, [lookUp]: 3, [byName]: 1 });
  },
);
