/** What listings do not tell: the search index and details fill it, as facts that are neither edits nor existence. */
import { assert, assertEquals } from "@std/assert";
import { beginLibrary, factsProgress, tick, untoldOf } from "../support/facts-library.ts";
import { here, there } from "../support/scenario-steps.ts";
import {
  assetIdOf,
  callsOf,
  insertAssets,
  openScenarioWorld,
  resetWorld,
  type ScenarioWorld,
} from "../support/scenario-world.ts";
import { control, rowPositions, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";
import { waitUntil } from "../support/wait-until.ts";

const search = "POST /resources/search";
const detail = "GET /resources/:asset_id";

let world: ScenarioWorld;

/** What an account's answers tell is told by each test. */
const factsTest = stackTests({ behavior: "a" }, async ({ stack }) => {
  world = await openScenarioWorld(stack);
});

factsTest(
  "a first sync of 700 assets and some ticks → every row has all facts; then no call is made, no row written",
  async () => {
    await beginLibrary(world, 700);
    assert(Object.keys(await untoldOf(world)).length > 0);
    assertEquals(await factsProgress(world), {
      search: 700,
      detail: 0,
      is_exact: true,
      percent: 0,
    });
    const before = await world.stack.sql(
      "select id, updated_at from public.media_assets order by id",
    );
    const log = await world.stack.sql(
      "select count(*)::int from public.media_sync_log where asset_id is not null",
    );

    const calls = await callsOf(world, async () => {
      for (let ticks = 0; (await factsProgress(world)).percent < 100; ticks++) {
        assert(ticks < 10);
        assertEquals((await tick(world)).status, 200);
      }
    });
    assertEquals(calls, { [search]: 2, [detail]: 700 });
    assertEquals(await untoldOf(world), {});
    assertEquals(await factsProgress(world), {
      search: 0,
      detail: 0,
      is_exact: true,
      percent: 100,
    });
    assertEquals(
      await world.stack.sql("select id, updated_at from public.media_assets order by id"),
      before,
    );
    assertEquals(
      await world.stack.sql(
        "select count(*)::int from public.media_sync_log where asset_id is not null",
      ),
      log,
    );

    const positions = await rowPositions(world.stack);
    assertEquals(await callsOf(world, () => tick(world)), {});
    assertEquals(await callsOf(world, () => syncUntilCompleted(world.call, { facts: true })), {});
    await syncUntilCompleted(world.call);
    assertEquals(await rowPositions(world.stack), positions);
  },
);

factsTest(
  "GET sync while facts are asked for → a run of kind facts, and what is left",
  async () => {
    await beginLibrary(world, 120);
    await tick(world);
    // One page tells all that the index knows; of the details a tick asks for a hundred.
    assertEquals(await factsProgress(world), {
      search: 0,
      detail: 20,
      is_exact: true,
      percent: 83,
    });
    const open = (await world.call("sync")).body.runs[0];
    assertEquals([open.kind, open.status, open.api_calls, open.progress.seen], [
      "facts",
      "running",
      101,
      220,
    ]);
    await tick(world);
    const { body } = await world.call("sync");
    const [run] = body.runs;
    assertEquals([run.run_id, run.status, run.api_calls, run.error_count], [
      open.run_id,
      "completed",
      121,
      0,
    ]);
    assertEquals(body.sync_status.is_synced, true);
  },
);

factsTest(
  "more assets of one second than a page holds → the cursor leads to all of them",
  async () => {
    await resetWorld(world);
    const names = Array.from({ length: 1_100 }, (_, index) => `a${index}`);
    await insertAssets(world, Object.fromEntries(names.map((name) => [name, {}])));
    await syncUntilCompleted(world.call);
    await world.stack.sql(
      "update public.media_assets set original_filename = public_id where asset_id <> $1",
      [assetIdOf("a7")],
    );
    assertEquals(
      await callsOf(world, () => syncUntilCompleted(world.call, { facts: true })),
      { [search]: 3, [detail]: 1 },
    );
    assertEquals(await untoldOf(world), {});
  },
);

factsTest(
  "facts of a row with an edit that waits → the edit stands as it was, and nothing is agreed on by it",
  async () => {
    await beginLibrary(world, 3);
    await here.set("a1", { tags: ["mine"], display_name: "Mine" })(world);
    await there.set("a1", { context: { alt: "theirs" } })(world);
    const state = () =>
      world.stack.sql(
        `select tags, display_name, context, base, edited, sync_status, sending, observed_at, updated_at
       from public.media_assets where asset_id = $1`,
        [assetIdOf("a1")],
      );
    const before = await state();
    await syncUntilCompleted(world.call, { facts: true, direction: "pull" });
    const [row] = await world.stack.sql<{ etag: string; duration: number; last_updated: object }>(
      "select etag, duration, last_updated from public.media_assets where asset_id = $1",
      [assetIdOf("a1")],
    );
    assertEquals(await state(), before);
    assertEquals([typeof row!.etag, row!.duration], ["string", 12.5]);
    // Its times are those of a state that the row does not know yet.
    assertEquals(row!.last_updated, {});
    // What the detail showed of it is looked up, and merged as any look-up.
    await syncUntilCompleted(world.call, {});
    await syncUntilCompleted(world.call);
    await syncUntilCompleted(world.call, { facts: true });
    assertEquals(await untoldOf(world), {});
  },
);

factsTest(
  "overwritten and edited while the index lags → each keeps its newer truth, and is told the rest once the index shows it",
  async () => {
    await resetWorld(world);
    const raw = { resource_type: "raw" };
    await insertAssets(world, { a0: raw, a1: raw, a2: raw, a3: raw, a4: raw });
    await syncUntilCompleted(world.call);
    await there.faults({ search_lag_ms: 3_600_000 })(world);
    await there.overwrite("a0", "new content")(world);
    await there.set("a1", { tags: ["new"] })(world);
    await there.destroy("a2")(world);
    const created_at = (await control(world.stack, "GET /clock")).now;
    await there.insert({ b: { created_at } })(world);
    await syncUntilCompleted(world.call);
    await here.delete("a3")(world);
    await syncUntilCompleted(world.call, { direction: "push" });

    await syncUntilCompleted(world.call, { facts: true });
    // In vain so far: the index has the old content of a0 and knows nothing of b. It is asked once more after a while.
    assertEquals((await factsProgress(world)).search, 3);
    await world.stack.sql("update public.media_assets set facts_not_before = clock_timestamp()");
    await syncUntilCompleted(world.call, { facts: true });
    // The index has the old content of a0 and knows nothing of b; details tell all but the time of the upload.
    assertEquals(await untoldOf(world), { uploaded_at: 2 });
    const deleted = await world.stack.sql<{ asset_id: string; etag: string | null }>(
      "select asset_id, etag from public.media_assets where deleted_at is not null order by 1",
    );
    assertEquals(deleted, [
      { asset_id: assetIdOf("a2"), etag: null },
      { asset_id: assetIdOf("a3"), etag: null },
    ]);

    await there.faults({ search_lag_ms: 0 })(world);
    await world.stack.sql("update media_sync.settings set incremental_interval = '0'");
    const calls = await callsOf(world, () => syncUntilCompleted(world.call, {}));
    assertEquals([calls[search], await untoldOf(world)], [1, {}]);
  },
);

factsTest(
  "an account whose answers do not tell some facts → they are not asked for ever",
  async () => {
    const names = await beginLibrary(world, 160, {
      detail_original_filename: false,
      search_last_updated: "refused",
      detail_last_updated: false,
    });
    const calls = await callsOf(world, async () => {
      for (let ticks = 0; (await factsProgress(world)).percent < 100; ticks++) {
        assert(ticks < 10);
        await tick(world);
      }
    });
    assertEquals(await untoldOf(world), { original_filename: 160, last_updated: 160 });
    // Once, to find out: as many as were under way when twenty images and twenty videos had told nothing.
    assert(calls[detail]! <= 100, `${calls[detail]} details`);
    await there.tagAll(names, "sale")(world);
    await syncUntilCompleted(world.call);
    assertEquals(await callsOf(world, () => syncUntilCompleted(world.call, { facts: true })), {});
  },
);

for (const [minutes, kept] of [[-60, "Here"], [60, "There"]] as const) {
  factsTest(
    `one value changed on both sides, policy newest, a pull by search → its times decide for ${kept}, without a detail`,
    async () => {
      const { stack, call } = world;
      await beginLibrary(world, 2);
      await syncUntilCompleted(call, { facts: true });
      await here.settings({ conflict_policy: "newest", incremental_interval: "0" })(world);
      await here.set("a0", { display_name: "Here" })(world);
      await there.clock(minutes * 60_000)(world);
      await there.set("a0", { display_name: "There" })(world);
      const since = "select now() - interval '2 hours'";
      await stack.sql(`update media_sync.runs set started_at = (${since})`);
      const calls = await callsOf(world, () => syncUntilCompleted(call, { direction: "pull" }));
      await there.clock(-minutes * 60_000)(world);
      assertEquals(calls, { [search]: 1, "GET /resources/by_asset_ids": 1 });
      const rows = await stack.sql(
        "select display_name, last_updated <> '{}' as told from public.media_assets where asset_id = $1",
        [assetIdOf("a0")],
      );
      assertEquals(rows, [{ display_name: kept, told: true }]);
    },
  );
}

factsTest(
  "a notification of an upload that is known already → its file's name is taken from it",
  async () => {
    const { stack, call } = world;
    await resetWorld(world);
    await there.faults({ webhook_drop_rate: 0 })(world);
    await control(stack, "POST /assets", { assets: [{ public_id: "fresh" }], notify: true });
    await waitUntil(async () => {
      const [stored] = await stack.sql<{ count: number }>(
        "select count(*)::int from media_sync.webhook_events where result = 'applied'",
      );
      return stored!.count === 1;
    }, { describe: "the notification" });
    await stack.sql(
      "update public.media_assets set original_filename = null, facts_source = 'detail'",
    );
    const [{ id } = { id: 0 }] = await stack.sql<{ id: number }>(
      "select id::int from media_sync.webhook_events",
    );
    const { status } = await call("sync", { method: "POST", json: { replay_event: id } });
    assertEquals(status, 200);
    const rows = await stack.sql(
      "select original_filename, facts_source from public.media_assets",
    );
    assertEquals(rows, [{ original_filename: "fresh", facts_source: null }]);
  },
);
