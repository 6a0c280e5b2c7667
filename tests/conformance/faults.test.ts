import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startEmulator } from "../../scripts/cloudinary-emulator/mod.ts";
import { waitUntil } from "../support/wait-until.ts";
import { ONE_PIXEL, rejection, withEmulator } from "./support.ts";

const NOW = Date.parse("2026-01-01T10:20:00Z");

for (const status of [420, 429]) {
  Deno.test(`over the hourly limit → ${status} with the time of the reset; then the clock frees it`, () =>
    withEmulator({ now: () => NOW }, async ({ cloudinary, control }) => {
      await control("PUT", "/behavior", { rate_limit_status: status });
      await control("PUT", "/faults", { rate_limit: 3 });
      const first = await cloudinary.api.ping();
      assertEquals([first.rate_limit_allowed, first.rate_limit_remaining], [3, 2]);
      assertEquals(first.rate_limit_reset_at, new Date("2026-01-01T11:00:00Z"));
      await cloudinary.api.ping();
      await cloudinary.search.expression("").execute();
      const refused = await rejection(cloudinary.api.ping());
      assertEquals(refused, {
        status,
        message: "Rate Limit Exceeded. Limit of 3 api operations reached. " +
          "Try again on 2026-01-01 11:00:00 UTC",
      });
      await control("PUT", "/clock", { advance_ms: 40 * 60_000 });
      assertEquals((await cloudinary.api.ping()).rate_limit_remaining, 2);
    }));
}

Deno.test("Upload API calls → outside the quota; a detail with versions → 11 units", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("PUT", "/faults", { rate_limit: 15 });
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    await cloudinary.uploader.add_tag("t", ["x"]);
    assertEquals((await cloudinary.api.ping()).rate_limit_remaining, 14);
    const detail = await cloudinary.api.resource("x", { versions: true });
    assertEquals(detail.rate_limit_remaining, 3);
    assertEquals(detail.versions, []);
  }));

Deno.test("fail_next → each entry once, for the first call that matches", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("PUT", "/faults", {
      fail_next: [
        { match: "GET /resources/image", status: 500, body: { error: { message: "Boom" } } },
        { match: "/ping", status: 502, body: "<html>Bad Gateway</html>" },
        { match: "DELETE /ping", status: 500 },
      ],
    });
    const boom = await rejection(cloudinary.api.resources());
    assertEquals(boom, { status: 500, message: "Boom" });
    assertEquals((await cloudinary.api.resources()).resources, []);
    assertStringIncludes((await rejection(cloudinary.api.ping())).message, "unexpected status");
    assertEquals((await cloudinary.api.ping()).status, "ok");
    assertEquals((await control("GET", "/faults")).fail_next.length, 1);
  }));

Deno.test("fail_next 200 with HTML → the SDK calls it invalid JSON", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("PUT", "/faults", { fail_next: [{ match: "ping", status: 200, body: "<p>" }] });
    assertStringIncludes((await rejection(cloudinary.api.ping())).message, "invalid JSON");
  }));

Deno.test("error_rate 1 → every call fails with 500, 502 or 503 and changes nothing", () =>
  withEmulator({ assets: 10 }, async ({ cloudinary, control }) => {
    await control("PUT", "/faults", { error_rate: 1, seed: 3 });
    for (let call = 0; call < 8; call++) {
      const { status } = await rejection(cloudinary.api.delete_all_resources());
      assert([500, 502, 503].includes(status));
    }
    await control("PUT", "/faults", { error_rate: 0 });
    assertEquals((await control("GET", "/state?summary=true")).assets, 10);
  }));

Deno.test("reset_rate 1 → the connection breaks; lost_answer_rate 1 → it breaks after the effect", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: [{ public_id: "a" }] });
    await control("PUT", "/faults", { reset_rate: 1 });
    await rejection(cloudinary.api.delete_resources(["a"]));
    assertEquals((await control("GET", "/state?summary=true")).assets, 1);
    await control("PUT", "/faults", { reset_rate: 0, lost_answer_rate: 1 });
    await rejection(cloudinary.api.delete_resources(["a"]));
    assertEquals((await control("GET", "/state?summary=true")).assets, 0);
  }));

Deno.test("hang_rate 1 → no answer until the client leaves; stop does not wait for it", async () => {
  const emulator = await startEmulator();
  const faults = await fetch(`${emulator.http}/_emulator/faults`, {
    method: "PUT",
    body: JSON.stringify({ hang_rate: 1 }),
  });
  await faults.body?.cancel();
  const leaving = new AbortController();
  const url = `${emulator.http}/v1_1/demo/ping`;
  const left = fetch(url, { signal: leaving.signal }).catch((error) => error.name);
  const stopped = fetch(url).then((response) => response.text()).then(() => "answer", () => "gone");
  leaving.abort();
  assertEquals(await left, "AbortError");
  await emulator.stop();
  assertEquals(await stopped, "gone");
});

Deno.test("empty_listing and truncate_listing → listings that claim to be complete", () =>
  withEmulator({ assets: 100 }, async ({ cloudinary, control }) => {
    await control("PUT", "/faults", { empty_listing: true });
    assertEquals((await cloudinary.api.resources({ max_results: 500 })).resources, []);
    await control("PUT", "/faults", { empty_listing: false, truncate_listing: 25 });
    const first = await cloudinary.api.resources({ max_results: 20 });
    const { next_cursor } = first;
    const second = await cloudinary.api.resources({ max_results: 20, next_cursor });
    assertEquals([first.resources.length, second.resources.length], [20, 5]);
    assertEquals(second.next_cursor, undefined);
    await control("PUT", "/faults", { truncate_listing: true });
    assertEquals((await cloudinary.api.resources()).next_cursor, undefined);
  }));

Deno.test("calls → counted by endpoint, with parameters and without secrets", () =>
  withEmulator({}, async ({ cloudinary, control, emulator }) => {
    await cloudinary.api.resources({ max_results: 7 });
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    const report = await control("GET", "/calls");
    assertEquals(report.counts, {
      "GET /resources/:resource_type": 1,
      "POST /:upload_resource_type/upload": 1,
    });
    assertEquals(report.calls[0].parameters, { max_results: "7" });
    assertEquals(report.calls[1].api_key, emulator.apiKey);
    const text = JSON.stringify(report);
    assertEquals(text.includes(emulator.apiSecret) || text.includes('signature":'), false);
  }));

Deno.test("DELETE state → empty library, faults off, counters zero", () =>
  withEmulator({ assets: 5 }, async ({ cloudinary, control }) => {
    await control("PUT", "/faults", { rate_limit: 2, empty_listing: true });
    await cloudinary.api.ping();
    await control("DELETE", "/state");
    assertEquals(await control("GET", "/state"), { assets: [], deleted: [] });
    assertEquals((await control("GET", "/calls")).total, 0);
    assertEquals((await control("GET", "/faults")).rate_limit, 0);
    assertEquals((await cloudinary.search.expression("").execute()).total_count, 0);
    assertEquals((await cloudinary.api.root_folders()).folders, []);
  }));

Deno.test("a call that waits for its answer → told as open; counted once that has ended", () =>
  withEmulator({}, async ({ emulator, control }) => {
    await control("PUT", "/faults", { latency_ms: 600_000 });
    const client = new AbortController();
    const call = fetch(`${emulator.http}/v1_1/${emulator.cloudName}/ping`, client)
      .catch(() => {});
    const waiting = await waitUntil(async () => {
      const report = await control("GET", "/calls");
      return report.open.length > 0 ? report : undefined;
    });
    assertEquals([waiting.open, waiting.total], [["GET /ping"], 0]);
    client.abort();
    await call;
    const ended = await waitUntil(async () => {
      const report = await control("GET", "/calls");
      return report.open.length === 0 ? report : undefined;
    });
    assertEquals(ended.counts, { "GET /ping": 1 });
  }));

Deno.test("DELETE state while a notification is being received → answered once it is", async () => {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
    reached.resolve();
    await released.promise;
    return new Response();
  });
  const order: string[] = [];
  try {
    await withEmulator(
      { notificationUrls: [`http://127.0.0.1:${server.addr.port}`] },
      async ({ cloudinary, control }) => {
        await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
        await reached.promise;
        const emptied = control("DELETE", "/state").then(() => order.push("emptied"));
        // Whatever is answered at once has overtaken it.
        await control("GET", "/clock");
        order.push("received");
        released.resolve();
        await emptied;
      },
    );
  } finally {
    await server.shutdown();
  }
  assertEquals(order, ["received", "emptied"]);
});

Deno.test("unknown faults, wrong types, unknown control calls → 400 and 404", () =>
  withEmulator({}, async ({ emulator }) => {
    const call = async (method: string, path: string, body?: string) => {
      const options = { method, ...(body === undefined ? {} : { body }) };
      const response = await fetch(`${emulator.http}/_emulator${path}`, options);
      await response.body?.cancel();
      return response.status;
    };
    assertEquals(await call("PUT", "/faults", '{"latency":1}'), 400);
    assertEquals(await call("PUT", "/faults", '{"latency_ms":"1"}'), 400);
    assertEquals(await call("PUT", "/behavior", "[]"), 400);
    assertEquals(await call("POST", "/assets", '{"count":-1}'), 400);
    assertEquals(await call("GET", "/nothing"), 404);
  }));
