/** What the client asks for, and what it makes of answers of every kind. */
import { assert, assertEquals } from "@std/assert";
import { failureOf, fakeProject } from "./fake-project.ts";

const json = (body: unknown, status = 200) => Response.json(body, { status });
const refuse = (status: number, code: string, more = {}) =>
  json(
    { success: false, error: `A sentence about ${code}.`, code, request_id: "r-1", ...more },
    status,
  );

Deno.test("an error of the API → MediaError with its sentence, code, details and request_id", async () => {
  const details = [{ path: "tags.0", message: "must not contain a comma" }];
  const { media } = fakeProject(() => refuse(400, "bad_request", { details }));
  const error = await failureOf(media.edit("a", { tags: ["a,b"] }));
  assertEquals(
    [error.name, error.message, error.code, error.status, error.details, error.request_id],
    ["MediaError", "A sentence about bad_request.", "bad_request", 400, details, "r-1"],
  );
});

for (
  const [title, answer, code, status] of [
    [
      "no connection",
      () => Promise.reject(new TypeError("dns error: failed to lookup")),
      "network",
      0,
    ],
    [
      "a gateway's page",
      () => new Response("<html>Bad gateway", { status: 502 }),
      "invalid_answer",
      502,
    ],
    [
      "a page that says 200",
      () =>
        new Response("<html>Sign in to the Wi-Fi", { headers: { "content-type": "text/html" } }),
      "invalid_answer",
      200,
    ],
    [
      "JSON that breaks off",
      () => new Response('{"success": tr', { headers: { "content-type": "application/json" } }),
      "invalid_answer",
      0,
    ],
    ["an answer of something else", () => json({ hello: "world" }), "invalid_answer", 200],
    [
      "functions that are not there",
      () => json({ code: "NOT_FOUND", message: "Requested function was not found" }, 404),
      "not_deployed",
      404,
    ],
    [
      "a token that the platform refuses",
      () => json({ code: 401, message: "Invalid JWT" }, 401),
      "unauthorized",
      401,
    ],
  ] as const
) {
  Deno.test(`${title} → MediaError ${code} with a sentence of ours`, async () => {
    const { media } = fakeProject(answer);
    const error = await failureOf(media.get("a"));
    assertEquals([error.code, error.status, error.request_id], [code, status, null]);
    assert(/^[A-Z][^<{]+\.$/.test(error.message), error.message);
    assert(!/dns|JWT|Requested function/.test(error.message), error.message);
  });
}

for (
  const [code, status, expected] of [
    ["42501", 403, "forbidden"],
    ["23505", 409, "name_taken"],
    ["23514", 400, "bad_request"],
    ["PT404", 404, "not_found"],
    ["PGRST202", 404, "database_outdated"],
    ["XX000", 500, "internal_error"],
  ] as const
) {
  Deno.test(`the data API's ${code} → MediaError ${expected}, without the database's words`, async () => {
    const { media } = fakeProject(() =>
      json({ code, message: "relation media_x violates" }, status)
    );
    const error = await failureOf(media.collections.add("c", ["a"]));
    assertEquals([error.code, error.status], [expected, status]);
    assert(!error.message.includes("relation"), error.message);
  });
}

Deno.test("no connection to the data API → MediaError network", async () => {
  const { media } = fakeProject(() => Promise.reject(new TypeError("failed to connect")));
  assertEquals(
    (await failureOf(media.usage.detach("all", { reference_table: "a", reference_id: "1" }))).code,
    "network",
  );
});

Deno.test("a signal that ends a call, before or while it waits → MediaError aborted", async () => {
  const stop = new AbortController();
  const { media, asked } = fakeProject(() => {
    stop.abort();
    return Promise.reject(stop.signal.reason);
  });
  assertEquals((await failureOf(media.get("a", { signal: stop.signal }))).code, "aborted");
  assertEquals((await failureOf(media.get("a", { signal: stop.signal }))).code, "aborted");
  const options = { signal: stop.signal };
  assertEquals((await failureOf(media.collections.add("c", ["a"], options))).code, "aborted");
  assertEquals((await failureOf(media.upload(new Blob(["x"]), options))).code, "aborted");
  assertEquals(asked.length, 1);
});

const page = (next_cursor: string | null) =>
  json({ success: true, items: [{ id: `after ${next_cursor}` }], pagination: { next_cursor } });

Deno.test("list → nothing until it is read, then page after page by cursor without statistics", async () => {
  const { media, asked } = fakeProject(({ path }) => page(path.includes("cursor") ? null : "c 1"));
  const list = media.list({
    folder: "a/b",
    recursive: true,
    tags: ["x", "y"],
    search: "é &",
    created_after: new Date(0),
  }, { limit: 2 });
  assertEquals(asked.length, 0);
  const ids: string[] = [];
  for await (const { id } of list) ids.push(id);
  assertEquals(ids, ["after c 1", "after null"]);
  const queries = asked.map(({ path }) =>
    Object.fromEntries(new URL(path, "http://x").searchParams)
  );
  const query = {
    folder: "a/b",
    recursive: "true",
    tags: "x,y",
    search: "é &",
    created_after: "1970-01-01T00:00:00.000Z",
    limit: "2",
    include: "",
  };
  assertEquals(queries, [query, { ...query, cursor: "c 1" }]);
});

Deno.test("list, left early → no further page is asked for", async () => {
  const { media, asked } = fakeProject(() => page("more"));
  for await (const _asset of media.list()) break;
  assertEquals(asked.length, 1);
});

Deno.test("list().page → the page that was asked for, with what is asked for besides", async () => {
  const { media, asked } = fakeProject(() => page(null));
  await media.list({ resource_type: "video" }).page({ page: 3, limit: 20, include: ["facets"] });
  assertEquals(asked.map(({ path }) => path), [
    "/functions/v1/media-list?resource_type=video&page=3&limit=20&include=facets",
  ]);
});

const many = Array.from({ length: 2_500 }, (_, index) => `id-${index}`);

Deno.test("editMany of 2,500 assets → three requests, told one by one", async () => {
  const { media, asked } = fakeProject(({ body }) =>
    json({ success: true, items: body.ids.map((id: string) => ({ id })) })
  );
  const told: number[] = [];
  const items = await media.editMany([...many, "id-1"], { add_tags: ["x"] }, {
    onProgress: ({ done, total }) => told.push(done, total),
  });
  assertEquals(items.map(({ id }) => id), many);
  assertEquals(asked.map(({ body }) => [body.ids.length, body.add_tags]), [
    [1_000, ["x"]],
    [1_000, ["x"]],
    [500, ["x"]],
  ]);
  assertEquals(told, [1_000, 2_500, 2_000, 2_500, 2_500, 2_500]);
});

Deno.test("editMany whose second request fails → the error names what was done", async () => {
  let requests = 0;
  const { media } = fakeProject(() =>
    ++requests === 2 ? refuse(503, "database_unavailable") : json({ success: true, items: [] })
  );
  const error = await failureOf(media.editMany(many, { add_tags: ["x"] }));
  assertEquals([error.code, error.done.length, requests], ["database_unavailable", 1_000, 2]);
});

Deno.test("editMany where a whole request's assets are gone → the others; all gone → not_found", async () => {
  const { media } = fakeProject(({ body }) =>
    body.ids.includes("id-0")
      ? refuse(404, "not_found")
      : json({ success: true, items: [{ id: "b" }] })
  );
  assertEquals((await media.editMany(many, { folder: "x" })).length, 2);
  assertEquals((await failureOf(media.editMany(["id-0"], { folder: "x" }))).code, "not_found");
});

Deno.test("remove → what the call itself deleted is what undo restores; one that fails is told after all were tried", async () => {
  const { media, asked } = fakeProject(({ method, path }) => {
    if (method === "DELETE") {
      return json({
        success: false,
        deleted: ["p/a", "p/b", "p/old"],
        pending: ["p/c"],
        ids: ["a", "b", "c"],
        failed: [{ public_id: "p/d", id: "d", code: "in_use", error: "In use." }],
        message: "",
      });
    }
    return path.includes("/b/")
      ? refuse(409, "content_gone")
      : json({ success: true, outcome: "restored", item: {} });
  });
  const deletion = await media.remove(["a", "b", "c", "d", "old"]);
  assertEquals([deletion.ids, deletion.pending, deletion.failed.length], [
    ["a", "b", "c"],
    ["p/c"],
    1,
  ]);
  const error = await failureOf(media.undo(deletion));
  assertEquals([error.code, error.done.toSorted()], ["content_gone", ["a", "c"]]);
  assertEquals(asked.filter(({ method }) => method === "POST").length, 3);
});

Deno.test("remove where nothing was deleted → the first failure, and a detail for each", async () => {
  const failed = ["a", "b"].map((id) => ({
    public_id: null,
    id,
    code: "in_use",
    error: "In use.",
  }));
  const { media } = fakeProject(() =>
    json({ success: false, deleted: [], pending: [], ids: [], failed, message: "" })
  );
  const error = await failureOf(media.remove(["a", "b"]));
  assertEquals([error.code, error.message], ["in_use", "In use."]);
  assertEquals(error.details, [{ path: "a", message: "In use." }, {
    path: "b",
    message: "In use.",
  }]);
});

Deno.test("a sync that failed → MediaError with its sentence", async () => {
  const { media } = fakeProject(() =>
    json({ success: false, message: "Sync failed: no quota.", data: { status: "failed" } })
  );
  const error = await failureOf(media.sync({ full: true }));
  assertEquals([error.code, error.message], ["sync_failed", "Sync failed: no quota."]);
});
