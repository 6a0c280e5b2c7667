/** Conditional requests of `GET media-list`: 304 while nothing changed, and never once something did. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { type As, type Call, control, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";

let stack: Stack;
let call: Call;
let id: string;

const stackTest = stackTests({}, async (world) => {
  ({ stack, call } = world);
  await control(stack, "POST /assets", {
    assets: ["one", "two"].map((public_id) => ({ public_id, tags: [public_id] })),
  });
  await syncUntilCompleted(call);
  const [row] = await stack.sql<{ id: string }>(
    "select id from public.media_assets where public_id = 'one'",
  );
  id = row!.id;
  await stack.sql(
    `insert into public.media_collections (id, slug, name, is_public)
     values ('00000000-0000-4000-8000-00000000c001', 'open', 'Open', true)`,
  );
  await stack.sql(
    `insert into public.media_collection_items (collection_id, media_asset_id)
     values ('00000000-0000-4000-8000-00000000c001', $1)`,
    [id],
  );
});

const ask = (path: string, as: As, tag?: string) =>
  call(path, { as, headers: tag === undefined ? {} : { "if-none-match": tag } });

async function tagOf(path: string, as: As): Promise<string> {
  const { status, headers, body } = await ask(path, as);
  assertEquals(status, 200, JSON.stringify(body));
  const tag = headers.get("etag");
  assert(tag !== null && tag.startsWith('W/"'), `${path} has no weak tag: ${tag}`);
  return tag;
}

/** Every address whose answer a change may touch. */
const addresses = (): [string, As][] =>
  [
    "media-list",
    "media-list?include=",
    "media-list?include=facets&search=one",
    `media-list/${id}`,
  ].flatMap((path) => (["anonymous", "editor"] as const).map((as): [string, As] => [path, as]));

stackTest("If-None-Match with the tag → 304 without a body, with the same headers", async () => {
  for (const [path, as] of addresses()) {
    const tag = await tagOf(path, as);
    for (const sent of [tag, tag.slice(2), `"other", ${tag}`, "*"]) {
      const { status, headers, body } = await ask(path, as, sent);
      assertEquals([status, headers.get("etag"), body], [304, tag, null], `${path} ${as} ${sent}`);
      assertEquals(headers.get("cache-control"), "private, no-cache");
      assertEquals(headers.get("vary"), "authorization, apikey");
      assert(headers.get("access-control-expose-headers")?.includes("etag"));
      assertEquals(headers.get("access-control-allow-origin"), "*");
    }
    assertEquals((await ask(path, as, 'W/"other"')).status, 200);
  }
});

stackTest("another role or another query → another tag", async () => {
  const tags = new Set<string>();
  for (const as of ["anonymous", "viewer", "editor", "admin", "service"] as const) {
    for (
      const query of ["", "?limit=2", "?search=one", "?search=one&sort_by=created_at", "?include="]
    ) {
      tags.add(await tagOf(`media-list${query}`, as));
    }
    tags.add(await tagOf(`media-list/${id}`, as));
  }
  assertEquals(tags.size, 30);
});

stackTest("a bad query with the tag of a good one → 400, not 304", async () => {
  const tag = await tagOf("media-list", "viewer");
  assertEquals((await ask("media-list?limit=0", "viewer", tag)).status, 400);
  assertEquals((await ask("media-list?deleted=true", "viewer", tag)).status, 403);
});

const changes: [string, () => Promise<unknown>][] = [
  [
    "an edit",
    () => call(`media-list/${id}`, { method: "PATCH", as: "editor", json: { add_tags: ["new"] } }),
  ],
  ["a use of an asset", () =>
    stack.sql(
      `insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
       values ($1, 'cover', 'articles', '1')`,
      [id],
    )],
  [
    "a use that moves to another place",
    () => stack.sql("update public.media_usage set reference_id = '2'"),
  ],
  ["a use that ends", () => stack.sql("update public.media_usage set removed_at = now()")],
  [
    "a collection's new name",
    () => stack.sql("update public.media_collections set name = 'Wide open'"),
  ],
  [
    "another order in a collection",
    () => stack.sql("update public.media_collection_items set position = 7"),
  ],
  ["an asset set aside", () =>
    stack.sql(
      `insert into media_sync.quarantine (cloud_name, asset_id, reason)
       select cloud_name, asset_id, 'Odd.' from public.media_assets where id = $1`,
      [id],
    )],
  ["an asset that comes back", () => stack.sql("delete from media_sync.quarantine")],
  ["a setting", () => stack.sql("update media_sync.settings set viewers = 'assigned'")],
  [
    "the setting taken back",
    () => stack.sql("update media_sync.settings set viewers = 'authenticated'"),
  ],
  ["a new asset in Cloudinary", async () => {
    await control(stack, "POST /assets", { assets: [{ public_id: "three" }] });
    await syncUntilCompleted(call);
  }],
  ["two statements in one transaction", () =>
    stack.sql(`do $$ begin
      update public.media_collections set position = 1;
      update public.media_collections set position = 2;
    end $$`)],
  ["a deletion", async () => {
    const [row] = await stack.sql<{ id: string }>(
      "select id from public.media_assets where public_id = 'two'",
    );
    await call("media-list", { method: "DELETE", as: "editor", json: { ids: [row!.id] } });
  }],
  ["rows that were emptied", () => stack.sql("truncate public.media_usage")],
];

for (const [name, change] of changes) {
  stackTest(`${name} → what was known before is sent anew`, async () => {
    const before = new Map<string, string>();
    for (const [path, as] of addresses()) before.set(`${path} ${as}`, await tagOf(path, as));
    await change();
    for (const [path, as] of addresses()) {
      const tag = before.get(`${path} ${as}`)!;
      const { status, headers } = await ask(path, as, tag);
      assertEquals(status, 200, `${path} ${as}`);
      assertNotEquals(headers.get("etag"), tag);
    }
  });
}

stackTest("a log entry alone → the item is sent anew to editors, and to nobody else", async () => {
  const path = `media-list/${id}`;
  const viewers = await tagOf(path, "viewer");
  const editors = await tagOf(path, "editor");
  await stack.sql(
    `insert into public.media_sync_log (operation, status, source, asset_id)
     select 'update', 'success', 'client', asset_id from public.media_assets where id = $1`,
    [id],
  );
  assertEquals((await ask(path, "viewer", viewers)).status, 304);
  assertEquals((await ask(path, "editor", editors)).status, 200);
});

stackTest("a statement that changes no row → the tag stays", async () => {
  const tag = await tagOf("media-list", "viewer");
  await stack.sql("update public.media_assets set tags = '{}' where public_id = 'nobody'");
  assertEquals((await ask("media-list", "viewer", tag)).status, 304);
});

stackTest("a change that is rolled back → the tag stays", async () => {
  const tag = await tagOf("media-list", "viewer");
  await stack.sql(`do $$ begin
    update public.media_collections set position = 99;
    raise exception 'taken back';
  exception when raise_exception then null;
  end $$`);
  assertEquals((await ask("media-list", "viewer", tag)).status, 304);
});

stackTest("a preflight that names if-none-match → allowed", async () => {
  const response = await fetch(`${stack.info.url}/functions/v1/media-list`, {
    method: "OPTIONS",
    headers: {
      origin: "http://localhost:3000",
      "access-control-request-method": "GET",
      "access-control-request-headers": "apikey,if-none-match",
    },
  });
  await response.body?.cancel();
  assert(response.headers.get("access-control-allow-headers")?.includes("if-none-match"));
});
