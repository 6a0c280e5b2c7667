import { createHash } from "node:crypto";
import { assert, assertEquals, assertFalse } from "@std/assert";
import { waitUntil } from "../support/wait-until.ts";
import {
  type Conformance,
  event,
  ONE_PIXEL,
  type Received,
  rejection,
  withEmulator,
  withReceiver,
} from "./support.ts";

/** Runs a test against an emulator whose every event goes to a receiver. */
function withWebhook(
  test: (conformance: Conformance, received: Received[], url: string) => Promise<void>,
  status: (count: number) => number = () => 200,
): Promise<void> {
  return withReceiver(
    status,
    (url, received) =>
      withEmulator({ notificationUrls: [url] }, async (conformance) => {
        await conformance.control("PUT", "/behavior", { notification_retry_delays_ms: [1, 1, 1] });
        await test(conformance, received, url);
      }),
  );
}

function keysOf(payload: Record<string, unknown>): string[] {
  const common = ["notification_type", "notification_context", "signature_key"];
  for (const key of common) assert(key in payload, `${key} is missing`);
  return Object.keys(payload).filter((key) => !common.includes(key)).sort();
}

Deno.test("upload → an upload event with the whole asset, signed over the raw body", () =>
  withWebhook(async ({ cloudinary, emulator }, received) => {
    const answer = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", tags: "é" });
    const payload = await event(received, "upload");
    for (const key of ["asset_id", "public_id", "version", "etag", "bytes", "width", "tags"]) {
      assertEquals(payload[key], answer[key], key);
    }
    assert(/\+00:00$/.test(payload.timestamp));
    assert(/\.\d{6}Z$/.test(payload.notification_context.triggered_at));
    const by = { source: "api", id: emulator.apiKey };
    assertEquals(payload.notification_context.triggered_by, by);
    const [{ headers, body }] = received as [Received];
    const timestamp = headers.get("x-cld-timestamp");
    const text = body + timestamp + emulator.apiSecret;
    assertEquals(headers.get("x-cld-signature"), createHash("sha1").update(text).digest("hex"));
    const verify = cloudinary.utils.verifyNotificationSignature;
    assert(verify(body, Number(timestamp), headers.get("x-cld-signature")));
  }));

Deno.test("signature_algorithm sha256 → 64 hexadecimal characters; webhook_wrong_key → unverifiable", () =>
  withWebhook(async ({ cloudinary, control, emulator }, received) => {
    await control("PUT", "/behavior", { signature_algorithm: "sha256" });
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    await control("PUT", "/faults", { webhook_wrong_key: true });
    await cloudinary.uploader.destroy("x");
    await event(received, "delete");
    const isValid = ({ body, headers }: Received) => {
      const text = body + headers.get("x-cld-timestamp") + emulator.apiSecret;
      return headers.get("x-cld-signature") === createHash("sha256").update(text).digest("hex");
    };
    const validity = received.map((item) => [item.payload.notification_type, isValid(item)]);
    assertEquals(Object.fromEntries(validity), { upload: true, delete: false });
  }));

Deno.test("destroy and delete_resources → one delete event per call, without a timestamp", () =>
  withWebhook(async ({ cloudinary, control }, received) => {
    await control("POST", "/assets", { assets: [{ public_id: "a" }, { public_id: "b" }] });
    await cloudinary.api.delete_resources(["a", "b", "zz"]);
    const payload = await event(received, "delete");
    assertEquals(keysOf(payload), ["resources"]);
    assertEquals(Object.keys(payload.resources[0]).sort(), [
      "asset_folder",
      "asset_id",
      "display_name",
      "public_id",
      "resource_type",
      "type",
      "version",
    ]);
    assertEquals(payload.resources.length, 2);
    await cloudinary.uploader.destroy("a");
    assertEquals((await control("GET", "/deliveries")).deliveries.length, 1);
  }));

Deno.test("rename → a rename event with both names", () =>
  withWebhook(async ({ cloudinary, control }, received) => {
    await control("POST", "/assets", { assets: [{ public_id: "a" }] });
    await cloudinary.uploader.rename("a", "b");
    const payload = await event(received, "rename");
    assertEquals([payload.from_public_id, payload.to_public_id], ["a", "b"]);
    assertFalse("version" in payload || "url" in payload || "tags" in payload);
  }));

Deno.test("update → one event for each dimension that changed, in both documented shapes", () =>
  withWebhook(async ({ cloudinary, control }, received) => {
    await control("POST", "/assets", {
      assets: [{ public_id: "a", tags: ["x"], context: { k: "1", old: "o" }, asset_folder: "f" }],
    });
    await cloudinary.api.update("a", {
      tags: "y",
      context: { k: "2", fresh: "n" },
      asset_folder: "g",
      display_name: "D",
      access_control: [{ access_type: "token" }],
    });
    const tags = (await event(received, "resource_tags_changed")).resources[0];
    assertEquals([tags.added, tags.removed, tags.updated, tags.public_id], [["y"], ["x"], [], "a"]);
    const context = (await event(received, "resource_context_changed")).resources.a;
    assertEquals(context.added, [{ name: "fresh", value: "n" }]);
    assertEquals(context.removed, [{ name: "old", value: "o" }]);
    assertEquals(context.updated, [{ name: "k", value: "2" }]);
    const move = (await event(received, "move")).resources.a;
    assertEquals([move.from_asset_folder, move.to_asset_folder], ["f", "g"]);
    const name = (await event(received, "resource_display_name_changed")).resources.a;
    assertEquals([name.previous_display_name, name.new_display_name], ["a", "D"]);
    const access = (await event(received, "access_control_changed")).resources[0];
    assertEquals(access.new_access_control, [{ access_type: "token" }]);
    received.length = 0;
    await control("PUT", "/behavior", {
      payload_shapes: "swapped",
      context_delta: "object",
    });
    await cloudinary.api.update("a", { tags: "z", context: { k: "3" } });
    assertEquals((await event(received, "resource_tags_changed")).resources.a.added, ["z"]);
    const delta = (await event(received, "resource_context_changed")).resources[0];
    assertEquals([delta.updated, delta.removed], [{ k: "3" }, ["fresh"]]);
  }));

Deno.test("Upload API edits → one event for all assets of the call; none when switched off", () =>
  withWebhook(async ({ cloudinary, control }, received) => {
    await cloudinary.api.add_metadata_field({ external_id: "m", type: "integer", label: "M" });
    await control("POST", "/assets", { assets: [{ public_id: "a" }, { public_id: "b" }] });
    await cloudinary.uploader.update_metadata({ m: 1 }, ["a", "b"]);
    const { resources } = await event(received, "resource_metadata_changed");
    assertEquals(Object.keys(resources).sort(), ["a", "b"]);
    assertEquals([resources.a.previous_metadata, resources.a.new_metadata], [{}, { m: 1 }]);
    await control("PUT", "/behavior", { upload_edits_notify: false });
    await cloudinary.uploader.add_tag("t", ["a"]);
    await control("PUT", "/behavior", { upload_edits_notify: true });
    await cloudinary.uploader.add_tag("t", ["a"]);
    await cloudinary.uploader.add_context("k=v", ["a"]);
    await event(received, "resource_context_changed");
    assertFalse(
      received.some((item) => item.payload.notification_type === "resource_tags_changed"),
    );
  }));

Deno.test("folder rename → one folder event and none for the assets inside", () =>
  withWebhook(async ({ cloudinary, control }, received) => {
    await control("POST", "/assets", { assets: [{ public_id: "a", asset_folder: "f" }] });
    await cloudinary.api.rename_folder("f", "g");
    await cloudinary.api.create_folder("h");
    await cloudinary.api.delete_folder("h");
    const renamed = await event(received, "move_or_rename_asset_folder");
    assertEquals([renamed.from_path, renamed.to_path], ["f", "g"]);
    assertEquals((await event(received, "create_folder")).folder_path, "h");
    assertEquals((await event(received, "delete_folder")).folder_name, "h");
    assertEquals(received.length, 3);
  }));

Deno.test("eager_async → an eager event; moderation_status → a moderation event", () =>
  withWebhook(async ({ cloudinary }, received) => {
    await cloudinary.uploader.upload(ONE_PIXEL, {
      public_id: "x",
      moderation: "manual",
      eager: [{ width: 5, crop: "fit" }],
      eager_async: true,
    });
    const eager = await event(received, "eager");
    assertEquals([eager.public_id, eager.eager.length], ["x", 1]);
    await cloudinary.api.update("x", { moderation_status: "approved" });
    assertEquals((await event(received, "moderation")).moderation_status, "approved");
  }));

Deno.test("a call in the console → triggered_by source ui", () =>
  withWebhook(async ({ emulator }, received) => {
    await fetch(`${emulator.http}/v1_1/demo/folders/f`, {
      method: "POST",
      headers: {
        authorization: `Basic ${btoa(`${emulator.apiKey}:${emulator.apiSecret}`)}`,
        "x-emulator-source": "ui",
      },
    }).then((response) => response.body?.cancel());
    const { notification_context, source } = await event(received, "create_folder");
    assertEquals([notification_context.triggered_by.source, source], ["ui", "ui"]);
  }));

Deno.test("notification_url of a call → takes the place of the triggers", () =>
  withWebhook(({ cloudinary, control }, received) =>
    withReceiver(() => 200, async (url, own) => {
      await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", notification_url: url });
      assertEquals((await event(own, "upload")).public_id, "x");
      await control("PUT", "/behavior", { notification_url_additive: true });
      await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "y", notification_url: url });
      assertEquals((await event(received, "upload")).public_id, "y");
    })
  ));

Deno.test("an answer other than 200 → three more tries with the same body, then failed", () =>
  withWebhook(async ({ cloudinary, control }, received) => {
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    const [delivery] = await waitUntil(async () => {
      const { deliveries } = await control("GET", "/deliveries");
      return deliveries[0]?.outcome === "failed" ? deliveries : undefined;
    });
    assertEquals(delivery.attempts.map((attempt: { status: number }) => attempt.status), [
      201,
      201,
      201,
      201,
    ]);
    assertEquals(new Set(received.map(({ body }) => body)).size, 1);
  }, () => 201));

Deno.test("an answer 200 after a failure → delivered; redeliver → once more", () =>
  withWebhook(async ({ cloudinary, control }, received) => {
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    await waitUntil(async () =>
      (await control("GET", "/deliveries")).deliveries[0]?.outcome === "delivered"
    );
    assertEquals(received.length, 2);
    assertEquals((await control("POST", "/redeliver", { index: 0 })).count, 1);
    await waitUntil(() => received.length === 3);
    assertEquals((await control("POST", "/redeliver", { all: true })).count, 1);
    await waitUntil(() => received.length === 4);
    const unknown = await control("POST", "/redeliver", { index: 7 }).then(() => 200, () => 404);
    assertEquals(unknown, 404);
  }, (count) => count === 1 ? 500 : 200));

Deno.test("webhook_drop_rate, webhook_duplicate_rate, webhook_reorder → dropped, doubled, mixed", () =>
  withWebhook(async ({ cloudinary, control }, received) => {
    await control("PUT", "/faults", { webhook_drop_rate: 1 });
    await cloudinary.api.create_folder("dropped");
    await control("PUT", "/faults", { webhook_drop_rate: 0, webhook_duplicate_rate: 1 });
    await cloudinary.api.create_folder("doubled");
    await waitUntil(() => received.length === 2);
    assertEquals(received.map(({ payload }) => payload.folder_path), ["doubled", "doubled"]);
    await control("PUT", "/faults", { webhook_duplicate_rate: 0, webhook_reorder: true });
    for (const name of ["1", "2", "3", "4", "5", "6"]) await cloudinary.api.create_folder(name);
    const { deliveries } = await control("GET", "/deliveries");
    assertEquals(deliveries[0].outcome, "dropped");
    await waitUntil(() => received.length === 8);
    const sent = received.slice(2).map(({ payload }) => payload.folder_path);
    assertEquals([...sent].sort(), ["1", "2", "3", "4", "5", "6"]);
  }));

Deno.test("triggers → registered, listed, changed, removed through the API", () =>
  withReceiver(() => 200, (url, received) =>
    withEmulator({}, async ({ cloudinary, emulator }) => {
      const call = async (method: string, path: string, body?: unknown) => {
        const response = await fetch(`${emulator.http}/v1_1/demo/triggers${path}`, {
          method,
          headers: {
            authorization: `Basic ${btoa(`${emulator.apiKey}:${emulator.apiSecret}`)}`,
            "content-type": "application/json",
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, answer: await response.json() };
      };
      const { answer } = await call("POST", "", { uri: url, event_type: "delete" });
      assertEquals([answer.uri, answer.event_type, answer.uri_type], [url, "delete", "webhook"]);
      assertEquals((await call("POST", "", { uri: url, event_type: "delete" })).status, 409);
      assertEquals((await call("POST", "", { uri: url, event_type: "nope" })).status, 400);
      assertEquals((await call("GET", "?event_type=delete")).answer.triggers.length, 1);
      assertEquals((await call("GET", "?event_type=upload")).answer.triggers, []);
      await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
      await cloudinary.uploader.destroy("x");
      await event(received, "delete");
      assertEquals(received.length, 1);
      const moved = await call("PUT", `/${answer.id}`, { new_uri: `${url}/other` });
      assertEquals(moved.answer, { message: "ok" });
      assertEquals((await call("DELETE", `/${answer.id}`)).status, 200);
      assertEquals((await call("DELETE", `/${answer.id}`)).status, 404);
      assertEquals((await rejection(cloudinary.api.resource("x"))).status, 404);
    })));
