/** `sync` over HTTP: one asset, the state of the sync, single runs. */
import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { compareSides } from "../support/compare-sides.ts";
import { type Call, control, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";

let stack: Stack;
let call: Call;

const stackTest = stackTests({}, (world) => ({ stack, call } = world));

const liveRows = (publicId: string) =>
  stack.sql<{ resource_type: string; tags: string[] }>(
    `select resource_type, tags from public.media_assets
     where public_id = $1 and deleted_at is null order by resource_type`,
    [publicId],
  );
const postSync = (json: Record<string, unknown>, as: "service" | "admin" = "service") =>
  call("sync", { method: "POST", json, as });

stackTest("single_asset by public_id → this asset is here, and no other", async () => {
  await control(stack, "POST /assets", {
    assets: [{ public_id: "folder/one asset", tags: ["a"] }, { public_id: "another" }],
  });
  const { status, body } = await postSync({ single_asset: "folder/one asset" });
  assertEquals([status, body.data.status, body.data.synced_items], [200, "completed", 1]);
  assertEquals(await liveRows("folder/one asset"), [{ resource_type: "image", tags: ["a"] }]);
  assertEquals(await liveRows("another"), []);
});

stackTest("single_asset by asset_id → this asset is here", async () => {
  const { assets: [asset] } = await control(stack, "POST /assets", {
    assets: [{ public_id: "by identity", resource_type: "raw", type: "authenticated" }],
  });
  const { status, body } = await postSync({ single_asset: asset.asset_id });
  assertEquals([status, body.data.synced_items], [200, 1]);
  assertEquals(await liveRows("by identity"), [{ resource_type: "raw", tags: [] }]);
});

stackTest("single_asset that neither side knows → 404, and no run", async () => {
  const runs = () => stack.sql("select id from media_sync.runs order by id");
  const before = await runs();
  for (const single_asset of ["no such asset", "0".repeat(32)]) {
    const { status, body } = await postSync({ single_asset });
    assertEquals([status, body.code], [404, "not_found"]);
    assert(body.error.includes(single_asset));
  }
  assertEquals(await runs(), before);
});

stackTest("single_asset whose public_id has three resource types → all three", async () => {
  const types = ["image", "raw", "video"];
  await control(stack, "POST /assets", {
    assets: types.map((resource_type) => ({ public_id: "threefold", resource_type })),
  });
  const { status, body } = await postSync({ single_asset: "threefold" });
  assertEquals([status, body.data.synced_items], [200, 3]);
  assertEquals((await liveRows("threefold")).map((row) => row.resource_type), types);
});

stackTest("single_asset with resource_type → only the asset of that type", async () => {
  await control(stack, "POST /assets", {
    assets: ["image", "video"].map((resource_type) => ({ public_id: "twofold", resource_type })),
  });
  const { body } = await postSync({ single_asset: "twofold", resource_type: "video" });
  assertEquals(body.data.synced_items, 1);
  assertEquals((await liveRows("twofold")).map((row) => row.resource_type), ["video"]);
});

stackTest("resource_type → a run over this type alone", async () => {
  await control(stack, "POST /assets", {
    assets: ["image", "raw"].map((resource_type) => ({ public_id: "by type", resource_type })),
  });
  await syncUntilCompleted(call, { full: true, resource_type: "raw" });
  assertEquals((await liveRows("by type")).map((row) => row.resource_type), ["raw"]);
});

stackTest("an admin signs in and runs a full sync → both sides equal", async () => {
  const { status } = await postSync({ full: true }, "admin");
  assertEquals(status, 200);
  assertEquals(await compareSides(stack), []);
  const [run] = await stack.sql(
    "select source, user_id is not null as has_user from media_sync.runs order by started_at desc limit 1",
  );
  assertEquals(run, { source: "client", has_user: true });
});

stackTest("GET sync → state, statistics, the last ten runs and the rate limit", async () => {
  for (let run = 0; run < 11; run++) await syncUntilCompleted(call);
  const { status, body } = await call("sync", { as: "admin" });
  assertEquals([status, body.success], [200, true]);
  const { assets } = await control(stack, "GET /state?summary=true");
  const { sync_in_progress, is_synced, pending_operations, error_assets } = body.sync_status;
  assertEquals({ sync_in_progress, is_synced, pending_operations, error_assets }, {
    sync_in_progress: false,
    is_synced: true,
    pending_operations: 0,
    error_assets: 0,
  });
  assertEquals(body.stats.total_assets, assets);
  assertEquals(body.stats.synced_assets, assets);
  assertEquals(body.runs.length, 10);
  assertEquals(body.runs[0].status, "completed");
  const starts = body.runs.map(({ started_at }: { started_at: string }) => Date.parse(started_at));
  assertEquals(starts, starts.toSorted((a: number, b: number) => b - a));
  const { limit, remaining, reset_at } = body.rate_limit;
  assert(limit > remaining && remaining > 0 && Date.parse(reset_at) > 0);
});

stackTest("GET sync?run_id → this run; one that nobody knows → 404", async () => {
  const { body: { data } } = await syncUntilCompleted(call);
  const known = await call(`sync?run_id=${data.run_id}`);
  assertEquals([known.status, known.body.data.run_id], [200, data.run_id]);
  assertEquals(known.body.data.status, "completed");
  assertEquals(known.body.data.progress, data.progress);
  const unknown = await call(`sync?run_id=${crypto.randomUUID()}`);
  assertEquals([unknown.status, unknown.body.code], [404, "not_found"]);
});

stackTest("allow_mass_delete that names no blocked run → 404", async () => {
  const { status, body } = await postSync({ allow_mass_delete: crypto.randomUUID() });
  assertEquals([status, body.code], [404, "not_found"]);
});
