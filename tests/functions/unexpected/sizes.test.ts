/** Limits where edits and searches enter: the same over HTTP, rpc and the data API, each with a sentence. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { control, syncUntilCompleted } from "../../support/stack.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { stackTests } from "../../support/stack-test.ts";

let editor: SupabaseClient;

const test = stackTests({ assets: 50 }, async ({ stack, call }) => {
  await syncUntilCompleted(call);
  const { url, publishable_key, users } = stack.info;
  editor = createClient(url, publishable_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  assertEquals((await editor.auth.signInWithPassword(users.editor)).error, null);
});

const keys = (count: number, length: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, key) => [`key${key}`, "x".repeat(length)]));

const edits: [string, Record<string, unknown>, RegExp][] = [
  ["context of 190 keys of 9,900 characters", { context: keys(190, 9_900) }, /32768 bytes/],
  [
    "a context value of 10,001 characters",
    { context: keys(1, 10_001) },
    /10000 characters|context/,
  ],
  ["metadata of 40 kB", { metadata: { text: "x".repeat(40_000) } }, /32768 bytes/],
  ["a display_name of 256 characters", { display_name: "x".repeat(256) }, /display_name/],
  ["a folder of 1,001 characters", { folder: "x".repeat(1_001) }, /folder/],
  ["a tag of 256 characters", { tags: ["x".repeat(256)] }, /tag/],
  ["1,001 tags", { tags: Array.from({ length: 1_001 }, (_, tag) => `t${tag}`) }, /tags/],
];

for (const [title, patch, sentence] of edits) {
  test(`${title} over HTTP, rpc and the data API → refused by name, no row changes`, async ({ stack, call }) => {
    const rows = await stack.sql<{ id: string }>("select id from public.media_assets");
    const ids = rows.map(({ id }) => id).slice(0, 45);
    const { status, body } = await call("media-list", {
      method: "PATCH",
      as: "editor",
      json: { ids, ...patch },
    });
    assertEquals([status, body.code], [400, "bad_request"]);
    assertMatch(JSON.stringify(body), sentence);
    const rpc = await editor.rpc("edit_media_assets", { p_ids: ids, p_patch: patch });
    assertEquals(rpc.error?.code, "22023", JSON.stringify(rpc.error));
    assertMatch(rpc.error!.message, sentence);
    const table = await editor.from("media_assets").update(patch).in("id", ids);
    assertEquals(table.error?.code, "22023", JSON.stringify(table.error));
    assertMatch(table.error!.message, sentence);
    const pending = await stack.sql(
      "select from public.media_assets where sync_status <> 'synced'",
    );
    assertEquals(pending.length, 0);
  });
}

test("a body of 10 MB → 413, and the function goes on", async ({ call }) => {
  const { status } = await call("media-list", {
    method: "PATCH",
    as: "editor",
    json: { ids: [crypto.randomUUID()], context: { a: "x".repeat(10_000_000) } },
  });
  assertEquals(status, 413);
  assertEquals((await call("media-list", { as: "viewer" })).status, 200);
});

test("a search of 100 words over HTTP and rpc → 400 that names the limit", async ({ call }) => {
  const words = Array.from({ length: 100 }, (_, word) => word).join(" ");
  assertEquals((await call(`media-list?search=${words}`, { as: "viewer" })).status, 400);
  const { error } = await editor.rpc("list_media_assets", { p_query: { search: words } });
  assertMatch(error!.message, /^search (is at most 200 characters long|holds at most 20 words)\.$/);
});

test("a row that came with 1 MB of context → mirrored, shown without it in lists, editable, pushed", async ({ stack, call }) => {
  const huge = { ...keys(1_000, 1_000), alt: "old" };
  await control(stack, "POST /assets", { assets: [{ public_id: "huge", context: huge }] });
  await syncUntilCompleted(call);
  const [row] = await stack.sql<{ id: string; bytes: number; searched: number }>(
    `select id, octet_length(context::text) as bytes, length(search_text) as searched
     from public.media_assets where public_id = 'huge'`,
  );
  assert(row!.bytes > 1_000_000);
  assert(row!.searched <= 10_000);
  const list = await call("media-list?search=huge", { as: "viewer" });
  assertEquals(list.status, 200);
  assertEquals(list.body.items.length, 1);
  assert(JSON.stringify(list.body).length < 100_000);

  const edit = await call(`media-list/${row!.id}`, {
    method: "PATCH",
    as: "editor",
    json: { display_name: "New" },
  });
  assertEquals(edit.status, 200);
  await waitUntil(async () => {
    await call("sync", { method: "POST", json: { direction: "push" } });
    const [after] = await stack.sql<{ sync_status: string }>(
      "select sync_status from public.media_assets where public_id = 'huge'",
    );
    return after!.sync_status === "synced";
  }, { describe: "the edit in Cloudinary" });
});
