import { assert, assertEquals, assertMatch } from "@std/assert";
import { ApiError, conflict } from "../../../supabase/functions/_shared/http/api-error.ts";
import type { Caller } from "../../../supabase/functions/_shared/http/caller.ts";
import { createHandler, type Route } from "../../../supabase/functions/_shared/http/handler.ts";
import { createLogger } from "../../../supabase/functions/_shared/http/log.ts";
import { jsonResponse } from "../../../supabase/functions/_shared/http/respond.ts";

const base = "http://localhost";

const routes: Route[] = [
  { method: "GET", path: "/", handle: () => jsonResponse<unknown>({ route: "root" }) },
  { method: "POST", path: "/", handle: () => jsonResponse<unknown>({}, { status: 202 }) },
  {
    method: "GET",
    path: "/:id",
    handle: ({ params }) => jsonResponse<unknown>({ route: "item", ...params }),
  },
  { method: "POST", path: "/uploads", handle: () => jsonResponse<unknown>({ route: "uploads" }) },
  {
    method: "POST",
    path: "/:id/restore",
    handle: ({ params }) => jsonResponse<unknown>({ route: "restore", ...params }),
  },
  {
    method: "GET",
    path: "/fails/:how",
    handle: ({ params }) => {
      if (params.how === "known") throw conflict("It is gone.", "content_gone");
      throw params.how === "mapped" ? new RangeError("inner") : new Error("the inner cause");
    },
  },
  { method: "GET", path: "/frozen/one", handle: () => Response.redirect(`${base}/x`, 302) },
  {
    method: "GET",
    path: "/who/am-i",
    handle: async ({ identify }) =>
      jsonResponse<unknown>({ role: (await identify(["user"])).role }),
  },
];

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const handler = createHandler({
    name: "things",
    routes,
    log: createLogger({ function: "things" }, (_level, line) => lines.push(JSON.parse(line))),
    mapError: (error) =>
      error instanceof RangeError
        ? new ApiError("Cloudinary failed.", { status: 502, code: "upstream_failed" })
        : null,
    identify: () => Promise.resolve({ kind: "user", role: "editor" } as Caller),
    randomUUID: () => "11111111-2222-3333-4444-555555555555",
    now: () => 0,
  });
  const call = (method: string, path: string, headers: Record<string, string> = {}) =>
    handler(new Request(base + path, { method, headers }));
  return { call, lines };
}

for (
  const [path, expected] of [
    ["/things", { route: "root" }],
    ["/things/", { route: "root" }],
    ["/functions/v1/things", { route: "root" }],
    ["/functions/v1/things/", { route: "root" }],
    ["/things/5", { route: "item", id: "5" }],
    ["/things/5/", { route: "item", id: "5" }],
    ["/functions/v1/things/a%2Fb%20c", { route: "item", id: "a/b c" }],
  ] as const
) {
  Deno.test(`GET ${path} → ${JSON.stringify(expected)}`, async () => {
    const response = await setUp().call("GET", path);
    assertEquals([response.status, await response.json()], [200, expected]);
  });
}

for (
  const path of ["/", "/other", "/things2", "/things/5/6/7", "/things/%ZZ", "/functions/v1", "//"]
) {
  Deno.test(`GET ${path} → 404 in the one shape of errors`, async () => {
    const response = await setUp().call("GET", path);
    assertEquals(response.status, 404);
    const { error, ...rest } = await response.json();
    assertEquals(typeof error, "string");
    assertEquals(rest, {
      success: false,
      code: "not_found",
      request_id: "11111111-2222-3333-4444-555555555555",
    });
  });
}

Deno.test("an unknown method on a known path → 405 with Allow", async () => {
  const { call } = setUp();
  const cases = [
    ["DELETE", "/things", "GET, HEAD, POST, OPTIONS"],
    ["GET", "/things/uploads", "POST, OPTIONS"],
    ["GET", "/things/5/restore", "POST, OPTIONS"],
    ["PROPFIND", "/things/5", "GET, HEAD, OPTIONS"],
  ] as const;
  for (const [method, path, allow] of cases) {
    const response = await call(method, path);
    assertEquals([response.status, response.headers.get("allow")], [405, allow]);
    assertEquals((await response.json()).code, "method_not_allowed");
  }
});

Deno.test("HEAD → GET's status and headers without a body", async () => {
  const response = await setUp().call("HEAD", "/things/5");
  assertEquals([response.status, response.body], [200, null]);
  assertMatch(response.headers.get("content-type")!, /^application\/json/);
});

Deno.test("OPTIONS anywhere → 204 with the headers supabase-js asks for", async () => {
  const response = await setUp().call("OPTIONS", "/things/5/restore");
  assertEquals([response.status, response.body], [204, null]);
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
  for (const name of ["authorization", "x-client-info", "apikey", "content-type", "x-region"]) {
    assert(response.headers.get("access-control-allow-headers")!.includes(name));
  }
  for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
    assert(response.headers.get("access-control-allow-methods")!.includes(method));
  }
});

Deno.test("a preflight that asks for other headers → allows those; one that is malformed → the usual", async () => {
  const { call } = setUp();
  const allowed = async (asked: string) =>
    (await call("OPTIONS", "/things", { "access-control-request-headers": asked }))
      .headers.get("access-control-allow-headers");
  assertEquals(await allowed("sentry-trace,x-trace-id,apikey"), "sentry-trace,x-trace-id,apikey");
  assertMatch((await allowed("a b; c"))!, /x-client-info/);
});

Deno.test("every answer → CORS headers and a request id; a sane incoming one is kept", async () => {
  const { call } = setUp();
  for (const path of ["/things", "/nowhere", "/things/fails/unknown", "/things/frozen/one"]) {
    const response = await call("GET", path, { "x-request-id": "client-made-id_1" });
    assertEquals(response.headers.get("x-request-id"), "client-made-id_1");
    assertEquals(response.headers.get("access-control-allow-origin"), "*");
    await response.body?.cancel();
  }
  const bad = await call("GET", "/things", { "x-request-id": "a b<script>" });
  assertEquals(bad.headers.get("x-request-id"), "11111111-2222-3333-4444-555555555555");
});

Deno.test("a thrown ApiError → its status, code and sentence", async () => {
  const response = await setUp().call("GET", "/things/fails/known");
  assertEquals(response.status, 409);
  const { error, code } = await response.json();
  assertEquals([error, code], ["It is gone.", "content_gone"]);
});

Deno.test("another module's error → as the function maps it", async () => {
  const response = await setUp().call("GET", "/things/fails/mapped");
  assertEquals([response.status, (await response.json()).code], [502, "upstream_failed"]);
});

Deno.test("an unexpected error → 500 without the cause, which only the log gets", async () => {
  const { call, lines } = setUp();
  const response = await call("GET", "/things/fails/unknown");
  assertEquals(response.status, 500);
  const text = await response.text();
  assertEquals(JSON.parse(text).code, "internal_error");
  assert(!text.includes("inner cause"));
  assert(JSON.stringify(lines).includes("the inner cause"));
});

Deno.test("a request → one log line without its query, with who called", async () => {
  const { call, lines } = setUp();
  await call("GET", "/things/who/am-i?search=private-words");
  assertEquals(lines, [{
    level: "info",
    message: "request",
    function: "things",
    request_id: "11111111-2222-3333-4444-555555555555",
    method: "GET",
    path: "/things/who/am-i",
    status: 200,
    duration_ms: 0,
    caller: "user:editor",
  }]);
});
