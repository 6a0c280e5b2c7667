import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { CloudinaryError } from "../../../supabase/functions/_shared/cloudinary/client.ts";
import { API_KEY, API_SECRET, rejection, resource, withFakeCloudinary } from "./fake-cloudinary.ts";

const limits = {
  "x-featureratelimit-limit": "500",
  "x-featureratelimit-remaining": "499",
  "x-featureratelimit-reset": "Wed, 03 Oct 2012 08:00:00 GMT",
};

function failure(status: number, message: string): Response {
  return Response.json({ error: { message } }, { status });
}

async function failureOf(promise: Promise<unknown>): Promise<CloudinaryError> {
  const error = await rejection(promise);
  assertInstanceOf(error, CloudinaryError);
  return error;
}

Deno.test("listing a page → asks for every field, returns observations, cursor and rate limit", () =>
  withFakeCloudinary(
    () => Response.json({ resources: [resource("a")], next_cursor: "c2" }, { headers: limits }),
    async ({ client, seen, calls }) => {
      const { data, rateLimit } = await client.listAssets({ resourceType: "image", cursor: "c1" });
      assertEquals(data.nextCursor, "c2");
      assertEquals(data.resources[0]?.public_id, "a");
      assertEquals(data.resources[0]?.tags, []);
      assertEquals(rateLimit, {
        limit: 500,
        remaining: 499,
        resetAt: new Date("2012-10-03T08:00:00Z"),
      });
      const query = Object.fromEntries(seen[0]!.query);
      assertEquals(query, {
        next_cursor: "c1",
        max_results: "500",
        tags: "true",
        context: "true",
        metadata: "true",
        moderations: "true",
      });
      assertEquals(
        seen[0]!.headers.get("authorization"),
        `Basic ${btoa(`${API_KEY}:${API_SECRET}`)}`,
      );
      assertEquals(calls.map(({ endpoint, status }) => ({ endpoint, status })), [
        { endpoint: "GET resources/image", status: 200 },
      ]);
    },
  ));

Deno.test("the last page → no cursor; start, direction and type are passed on", () =>
  withFakeCloudinary(() => Response.json({ resources: [] }), async ({ client, seen }) => {
    const startAt = new Date("2026-01-02T03:04:05Z");
    const { data } = await client.listAssets({
      resourceType: "raw",
      type: "private",
      startAt,
      direction: "asc",
      maxResults: 7,
    });
    assertEquals(data, { resources: [], nextCursor: null });
    assertEquals(seen[0]!.path, "resources/raw/private");
    assertEquals(new Date(seen[0]!.query.get("start_at")!), startAt);
    assertEquals(seen[0]!.query.get("direction"), "asc");
    assertEquals(seen[0]!.query.get("max_results"), "7");
  }));

Deno.test("a public id with slashes, spaces and umlauts → arrives as it was", () =>
  withFakeCloudinary(
    (request) => Response.json(resource(decodeURIComponent(request.path.split("/")[3]!))),
    async ({ client, seen }) => {
      const publicId = "döner/ein 'Bild'+100%&?#日本";
      const { data } = await client.getAsset({ publicId, resourceType: "image", type: "upload" });
      assertEquals(data?.public_id, publicId);
      assertEquals(seen[0]!.path.split("/").length, 4);
    },
  ));

Deno.test("an asset that Cloudinary does not have → null, after one call", () =>
  withFakeCloudinary(
    () => failure(404, "Resource not found - abc"),
    async ({ client, seen }) => {
      assertEquals((await client.getAsset({ assetId: "abc" })).data, null);
      assertEquals(seen.length, 1);
    },
  ));

Deno.test("a server that never answers → timeout, every attempt reported, the next call works", () => {
  const timers = new Set<() => void>();
  let patient = false;
  return withFakeCloudinary(
    (request) => {
      if (request.path !== "config") return Response.json({ status: "ok" });
      // The attempt's time is up as soon as its request has arrived.
      if (!patient) { for (const end of timers) end(); }
      return undefined;
    },
    async ({ client, calls }) => {
      assertEquals((await client.ping()).data.status, "ok");
      const error = await failureOf(client.config());
      assertEquals([error.code, error.status, error.retryable], ["timeout", null, true]);
      // Deno's HTTP client may send a request again by itself when its connection is cut under it.
      patient = true;
      assertEquals((await client.ping()).data.status, "ok");
      assertEquals(calls.filter((call) => call.error?.code === "timeout").length, 3);
    },
    {
      retries: 2,
      startTimer: (_milliseconds, onEnd) => {
        timers.add(onEnd);
        return () => timers.delete(onEnd);
      },
    },
  );
});

Deno.test("5xx, then success → repeated with growing pauses", () =>
  withFakeCloudinary(
    (_request, number) =>
      number < 4 ? failure([500, 502, 503][number - 1]!, "no") : Response.json({ status: "ok" }),
    async ({ client, seen, waits }) => {
      assertEquals((await client.ping()).data.status, "ok");
      assertEquals(seen.length, 4);
      assertEquals(waits, [200, 400, 800]);
    },
    { random: () => 0.5 },
  ));

Deno.test("5xx for ever → unavailable after the last repetition", () =>
  withFakeCloudinary(() => failure(500, "boom"), async ({ client, seen }) => {
    const error = await failureOf(client.ping());
    assertEquals([error.code, error.status, error.message], ["unavailable", 500, "boom"]);
    assertEquals(seen.length, 3);
  }, { retries: 2 }));

Deno.test("nobody listening → unavailable", () =>
  withFakeCloudinary(() => undefined, async ({ client }) => {
    const error = await failureOf(client.getAssetsByIds({ assetIds: ["a"] }));
    assertEquals([error.code, error.status], ["unavailable", null]);
  }, { retries: 1, fetch: () => Promise.reject(new TypeError("connection refused")) }));

Deno.test("an HTML page with status 200 → unavailable, on the SDK's path and on ours", () =>
  withFakeCloudinary(
    () => new Response("<html>login</html>", { headers: { "content-type": "text/html" } }),
    async ({ client }) => {
      assertEquals((await failureOf(client.ping())).code, "unavailable");
      assertEquals(
        (await failureOf(client.getAssetsByIds({ assetIds: ["a"] }))).code,
        "unavailable",
      );
    },
    { retries: 1 },
  ));

for (const status of [420, 429]) {
  Deno.test(`status ${status} with "Try again on" → rate_limited with that time, never repeated`, () =>
    withFakeCloudinary(
      () =>
        failure(
          status,
          "Rate Limit Exceeded. Limit of 500 api operations reached. Try again on 2024-01-01 11:00:00 UTC",
        ),
      async ({ client, seen }) => {
        const calls = [client.ping(), client.getAssetsByIds({ assetIds: ["a"] })];
        for (const call of calls) {
          const error = await failureOf(call);
          assertEquals([error.code, error.status, error.retryable], [
            "rate_limited",
            status,
            false,
          ]);
          assertEquals(error.retryAt, new Date("2024-01-01T11:00:00Z"));
        }
        assertEquals(seen.length, 2);
      },
    ));
}

Deno.test("status 420 about a monthly add-on → quota_exceeded", () =>
  withFakeCloudinary(
    () =>
      failure(
        420,
        "You have exceeded your monthly add-on quota. Resets on 2026-12-01 00:00:00 UTC",
      ),
    async ({ client }) => assertEquals((await failureOf(client.ping())).code, "quota_exceeded"),
  ));

Deno.test("wrong credentials → unauthorized, names the variables, holds no secret anywhere", () =>
  withFakeCloudinary(
    () => failure(401, `Invalid Signature x. String to sign - 'a=b'. ${API_SECRET}`),
    async ({ client, calls }) => {
      const error = await failureOf(client.ping());
      assertEquals(error.code, "unauthorized");
      assert(error.message.includes("CLOUDINARY_API_SECRET"));
      for (const text of [JSON.stringify(error), Deno.inspect(error), JSON.stringify(calls)]) {
        assert(!text.includes(API_SECRET));
        assert(!text.includes("request_options"));
      }
    },
  ));

Deno.test("an unexpected status from the SDK → holds no secret, the next call works", () =>
  withFakeCloudinary(
    (_request, number) => number === 1 ? failure(418, API_SECRET) : Response.json({ status: "ok" }),
    async ({ client }) => {
      const error = await failureOf(client.ping());
      assertEquals(error.status, 418);
      assert(!Deno.inspect(error).includes(API_SECRET));
      assertEquals((await client.ping()).data.status, "ok");
    },
    { retries: 0 },
  ));

Deno.test("a signal that aborts → aborted at once, not repeated", async () => {
  const controller = new AbortController();
  await withFakeCloudinary(() => {
    controller.abort();
    return undefined;
  }, async ({ client, seen }) => {
    assertEquals((await failureOf(client.ping())).code, "aborted");
    assertEquals(seen.length, 1);
  }, { signal: controller.signal });
});

Deno.test("config says fixed folders → later observations take the folder from the public id", () =>
  withFakeCloudinary(
    (request) =>
      request.path === "config"
        ? Response.json({ cloud_name: "demo", settings: { folder_mode: "fixed" } })
        : Response.json(resource("a/b/c")),
    async ({ client }) => {
      const before = await client.getAsset({ assetId: "x" });
      assertEquals("folder" in before.data!, false);
      assertEquals((await client.config()).data, { folderMode: "fixed" });
      assertEquals((await client.getAsset({ assetId: "x" })).data?.folder, "a/b");
    },
  ));

Deno.test("an expired cursor → invalid_cursor", () =>
  withFakeCloudinary(
    () => failure(400, "Invalid value c for parameter next_cursor"),
    async ({ client }) => {
      const error = await failureOf(client.listAssets({ resourceType: "image", cursor: "c" }));
      assertEquals(error.code, "invalid_cursor");
    },
  ));
