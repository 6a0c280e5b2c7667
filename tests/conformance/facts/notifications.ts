import { assertEquals } from "@std/assert";
import { waitUntil } from "../../support/wait-until.ts";
import { type Conformance, event, ONE_PIXEL, type Received, withReceiver } from "../support.ts";
import { factTest } from "./fact-test.ts";

/** Runs a test with a receiver of every event. */
function withWebhook(
  { emulator }: Conformance,
  test: (received: Received[], url: string) => Promise<void>,
  status: (count: number) => number = () => 200,
): Promise<void> {
  return withReceiver(status, async (url, received) => {
    const response = await fetch(`${emulator.http}/v1_1/demo/triggers`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${emulator.apiKey}:${emulator.apiSecret}`)}` },
      body: new URLSearchParams({ uri: url, event_type: "all" }),
    });
    assertEquals(response.status, 200, await response.text());
    await test(received, url);
  });
}

factTest(
  "payload_shapes",
  "changes, moves and deletions → their resources as a list or as a map by public_id",
  (conformance, shapes) =>
    withWebhook(conformance, async (received) => {
      const { cloudinary } = conformance;
      await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
      const edits = { tags: "t", context: { k: "v" }, asset_folder: "f", display_name: "D" };
      await cloudinary.api.update("x", edits);
      await cloudinary.uploader.destroy("x");
      const documented = {
        resource_tags_changed: "array",
        resource_context_changed: "map",
        move: "map",
        resource_display_name_changed: "map",
        delete: "array",
      };
      for (const [type, shape] of Object.entries(documented)) {
        const { resources } = await event(received, type);
        const swapped = shape === "array" ? "map" : "array";
        const expected = shapes === "documented" ? shape : shapes === "swapped" ? swapped : shapes;
        assertEquals(Array.isArray(resources) ? "array" : "map", expected, type);
        assertEquals((resources.x ?? resources[0]).public_id, "x", type);
      }
    }),
);

factTest(
  "context_delta",
  "update of a context → what was added, changed and removed, as pairs or as objects",
  (conformance, way) =>
    withWebhook(conformance, async (received) => {
      const { cloudinary, control } = conformance;
      const context = { k: "1", old: "o" };
      await control("POST", "/assets", { assets: [{ public_id: "x", context }] });
      await cloudinary.api.update("x", { context: { k: "2", fresh: "n" } });
      const { added, removed, updated } =
        (await event(received, "resource_context_changed")).resources.x;
      assertEquals(
        [added, removed, updated],
        way === "object" ? [{ fresh: "n" }, ["old"], { k: "2" }] : [
          [{ name: "fresh", value: "n" }],
          [{ name: "old", value: "o" }],
          [{ name: "k", value: "2" }],
        ],
      );
    }),
);

factTest(
  "upload_edits_notify",
  "add_tag, explicit → notifications, or none; update → one in any case",
  (conformance, notifies) =>
    withWebhook(conformance, async (received) => {
      const { cloudinary, control } = conformance;
      await control("POST", "/assets", { assets: [{ public_id: "x" }] });
      await cloudinary.uploader.add_tag("t", ["x"]);
      await cloudinary.uploader.explicit("x", { type: "upload", context: { k: "v" } });
      await cloudinary.api.update("x", { display_name: "D" });
      await event(received, "resource_display_name_changed");
      const types = received.map(({ payload }) => payload.notification_type).sort();
      assertEquals(types, [
        ...(notifies ? ["resource_context_changed"] : []),
        "resource_display_name_changed",
        ...(notifies ? ["resource_tags_changed"] : []),
      ]);
    }),
);

factTest(
  "restore_notifies",
  "restore → an upload notification, or none",
  (conformance, notifies) =>
    withWebhook(conformance, async (received) => {
      const { cloudinary } = conformance;
      await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", backup: true });
      await cloudinary.uploader.destroy("x");
      await cloudinary.api.restore(["x"]);
      await cloudinary.api.create_folder("last");
      await event(received, "create_folder");
      const uploads = received.filter(({ payload }) => payload.notification_type === "upload");
      assertEquals(uploads.length, notifies ? 2 : 1);
    }),
);

factTest(
  "notification_url_additive",
  "a call with a notification_url → it alone is told, or the triggers too",
  (conformance, isAdditive) =>
    withWebhook(conformance, (received) =>
      withReceiver(() => 200, async (url, own) => {
        const { cloudinary } = conformance;
        await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", notification_url: url });
        await event(own, "upload");
        await cloudinary.api.create_folder("last");
        await event(received, "create_folder");
        const told = received.some(({ payload }) => payload.notification_type === "upload");
        assertEquals(told, isAdditive);
      })),
);

/** Time that passes between two tries. */
let passed = 0;

factTest(
  "notification_resign",
  "a notification tried again → signed as before, or anew",
  (conformance, resigns) =>
    withWebhook(conformance, async (received) => {
      await conformance.cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
      await waitUntil(() => received.length === 2);
      const [first, second] = received.map(({ headers }) => headers.get("x-cld-timestamp"));
      assertEquals(first !== second, resigns);
    }, (count) => {
      passed += 180_000;
      return count === 1 ? 500 : 200;
    }),
  { now: () => Date.now() + passed, behavior: { notification_retry_delays_ms: [1, 1, 1] } },
);

factTest(
  "notification_success",
  "an answer 201 → not enough, or enough",
  (conformance, success) =>
    withWebhook(conformance, async () => {
      const { cloudinary, control } = conformance;
      await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
      const outcome = await waitUntil(async () => {
        const { deliveries: [delivery] } = await control("GET", "/deliveries");
        return delivery?.outcome === "pending" ? undefined : delivery?.outcome;
      });
      assertEquals(outcome, success === "2xx" ? "delivered" : "failed");
    }, () => 201),
  { behavior: { notification_retry_delays_ms: [1, 1, 1] } },
);

factTest(
  "notification_retry_delays_ms",
  "a receiver that fails → as many more tries as there are waits",
  (conformance) =>
    withWebhook(conformance, async (received) => {
      const { cloudinary, control } = conformance;
      await control("PUT", "/behavior", { notification_retry_delays_ms: [1] });
      await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
      await waitUntil(async () =>
        (await control("GET", "/deliveries")).deliveries[0]?.outcome === "failed"
      );
      assertEquals(received.length, 2);
    }, () => 500),
);
