/** When a notification makes the function call Cloudinary, and when it must not. */
import { assertEquals } from "@std/assert";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import { lamp } from "../../support/fixtures/notifications/recorded-notifications.ts";
import { control } from "../../support/stack.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { drainLookUps, waitForDeliveries, webhookTest } from "./webhook-world.ts";

webhookTest(
  "a notification that tells too little → answered before Cloudinary is called, looked up after",
  async (world) => {
    const { stack, post } = world;
    await control(stack, "POST /assets", { assets: [{ ...lamp, folder: undefined }] });
    // Calls are counted when they are answered, so that one made before the answer would be counted by then.
    await control(stack, "PUT /faults", { latency_ms: 500 });
    const before = (await control(stack, "GET /calls")).total;
    const { body } = await post({ notification_type: "publish", asset_id: lamp.asset_id });
    assertEquals((await control(stack, "GET /calls")).total, before);
    assertEquals(body.result, "stored");
    await waitUntil(async () => {
      const rows = await stack.sql("select from public.media_assets");
      return rows.length === 1;
    }, { describe: "the look-up in the background" });
    const { calls } = await control(stack, "GET /calls");
    assertEquals(calls.slice(before).map(({ endpoint }: { endpoint: string }) => endpoint), [
      "GET /resources/by_asset_ids",
    ]);
  },
);

webhookTest(
  "Cloudinary out of reach → the notification is answered, and the tick looks up later",
  async (world) => {
    const { stack, post } = world;
    await control(stack, "POST /assets", { assets: [{ ...lamp, folder: undefined }] });
    await control(stack, "PUT /faults", { rate_limit: 1, fail_next: [failOnce()] });
    const answer = await post({ notification_type: "publish", asset_id: lamp.asset_id });
    assertEquals(answer, { status: 200, body: { success: true, result: "stored" } });
    await waitUntil(async () => {
      const [queue] = await stack.sql<{ length: number }>(
        "select count(*)::int as length from media_sync.refresh_queue where lease_token is null",
      );
      const { total } = await control(stack, "GET /calls");
      return total > 0 && queue?.length === 1;
    }, { describe: "the look-up back in the queue" });
    await control(stack, "PUT /faults", { rate_limit: 0 });
    await drainLookUps(world);
    await assertSidesEqual(stack, 1);
  },
);

webhookTest(
  "an upload in Cloudinary → the row is here, by its notification alone",
  async ({ stack, cloudinary }) => {
    await control(stack, "PUT /faults", { webhook_drop_rate: 0 });
    const times: number[] = [];
    for (let count = 1; count <= 10; count++) {
      const started = performance.now();
      await cloudinary("POST", "/raw/upload", {
        file: `data:application/octet-stream;base64,${btoa("content")}`,
        public_id: `upload-${count}`,
      });
      await waitUntil(async () => {
        const rows = await stack.sql("select from public.media_assets");
        return rows.length === count;
      }, { intervalMs: 1, describe: "the row" });
      times.push(performance.now() - started);
    }
    times.sort((one, other) => one - other);
    const text = `upload there to row here: median ${times[5]!.toFixed()} ms\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(text));
    await waitForDeliveries({ stack });
    await assertSidesEqual(stack, 10);
    const { counts } = await control(stack, "GET /calls");
    assertEquals(Object.keys(counts), ["POST /:upload_resource_type/upload"]);
  },
);

function failOnce() {
  return {
    match: "by_asset_ids",
    status: 420,
    body: { error: { message: "Rate Limit Exceeded" } },
  };
}
