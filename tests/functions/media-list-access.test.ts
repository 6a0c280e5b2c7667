/** Who sees what through `media-list`: roles, public collections, the trash, single assets. */
import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { assertError } from "../support/assert-error.ts";
import {
  type As,
  type Call,
  callCloudinary,
  control,
  syncUntilCompleted,
} from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";

let stack: Stack;
let call: Call;
/** public_id → our id. */
let ids: Map<string, string>;

const names = ["shown", "shown too", "hidden", "gone"];

const stackTest = stackTests({}, async (world) => {
  ({ stack, call } = world);
  await control(stack, "POST /assets", {
    assets: names.map((public_id) => ({
      public_id,
      metadata: { photographer: "nobody's business" },
      tags: [public_id],
    })),
  });
  await syncUntilCompleted(call);
  await deleteInCloudinary("gone");
  await syncUntilCompleted(call);
  const rows = await stack.sql<{ id: string; public_id: string }>(
    "select id, public_id from public.media_assets",
  );
  ids = new Map(rows.map(({ id, public_id }) => [public_id, id]));
  for (const [slug, is_public, member] of [["open", true, "shown"], ["closed", false, "hidden"]]) {
    await stack.sql(
      `with collection as (
         insert into public.media_collections (slug, name, is_public)
         values ($1::text, $1::text, $2::boolean) returning id
       )
       insert into public.media_collection_items (collection_id, media_asset_id)
       select collection.id, asset.id from collection, public.media_assets as asset
       where asset.public_id = $3::text or ($2::boolean and asset.public_id in ('shown too', 'gone'))`,
      [slug, is_public, member],
    );
  }
});

async function deleteInCloudinary(publicId: string): Promise<void> {
  const { deleted } = await callCloudinary(stack, "DELETE /resources/image/upload", {
    "public_ids[]": publicId,
  });
  assertEquals(deleted, { [publicId]: "deleted" });
}

const publicIds = async (query: string, as: As): Promise<string[]> => {
  const { status, body } = await call(`media-list${query}`, { as });
  assertEquals(status, 200, JSON.stringify(body));
  return body.items.map(({ public_id }: { public_id: string }) => public_id).sort();
};

for (const as of ["viewer", "editor", "admin", "service"] as const) {
  stackTest(`GET media-list as ${as} → all live assets`, async () => {
    assertEquals(await publicIds("", as), ["hidden", "shown", "shown too"]);
  });
}

stackTest("GET media-list with a publishable key → public collections alone", async () => {
  assertEquals(await publicIds("", "anonymous"), ["shown", "shown too"]);
  assertEquals(await publicIds("?collection=open", "anonymous"), ["shown", "shown too"]);
  assertEquals(await publicIds("?collection=closed", "anonymous"), []);
  assertEquals(await publicIds("?search=hidden", "anonymous"), []);
});

stackTest("every other filter and order with a publishable key → answered", async () => {
  const filters = [
    ...["folder=", "folder=&recursive=true", "folder=shop&recursive=true", "tags=a", "type=upload"],
    ...["resource_type=image", "format=jpg", "created_after=2020-01-01T00:00:00Z"],
    ...["created_before=2099-01-01T00:00:00Z", "search=shown&include=facets", "search=a%25_"],
    ...["created_at", "updated_at", "public_id", "bytes", "display_name"]
      .map((column) => `sort_by=${column}`),
  ];
  for (const filter of filters) {
    const { status, body } = await call(`media-list?${filter}`, { as: "anonymous" });
    assertEquals([filter, status], [filter, 200], JSON.stringify(body));
  }
  assertEquals(await publicIds("?search=shown", "anonymous"), ["shown", "shown too"]);
});

stackTest(
  "what a publishable key sees → no statistics, no metadata, nothing of others",
  async () => {
    const { body } = await call("media-list?include=stats,sync_status,facets", { as: "anonymous" });
    assertEquals([body.stats, body.sync_status], [undefined, undefined]);
    assertEquals([body.pagination.total, body.facets.tags.length], [2, 2]);
    const text = JSON.stringify(body);
    assert(!text.includes("hidden") && !text.includes("gone") && !text.includes("photographer"));
  },
);

stackTest("filters on what a publishable key may not see → 403 that names no table", async () => {
  for (const query of ["sync_status=conflict", "used=true"]) {
    const answer = await call(`media-list?${query}`, { as: "anonymous" });
    assertError(answer, 403);
    assert(!answer.body.error.includes("media_assets"), answer.body.error);
  }
});

stackTest("collection by slug and by id → its assets", async () => {
  assertEquals(await publicIds("?collection=closed", "viewer"), ["hidden"]);
  const [row] = await stack.sql<{ id: string }>(
    "select id from public.media_collections where slug = 'closed'",
  );
  assertEquals(await publicIds(`?collection=${row?.id}`, "viewer"), ["hidden"]);
  assertEquals(await publicIds("?collection=no-such-collection", "viewer"), []);
});

stackTest("deleted=true → the trash for editors, 403 for everybody else", async () => {
  for (const as of ["editor", "admin", "service"] as const) {
    assertEquals(await publicIds("?deleted=true", as), ["gone"], as);
  }
  for (const as of ["viewer", "anonymous"] as const) {
    const { status, body } = await call("media-list?deleted=true", { as });
    assertEquals([status, body.code], [403, "forbidden"], as);
  }
});

stackTest("used → by where assets are used", async () => {
  await stack.sql(
    `insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
     values ($1, 'cover', 'articles', '1')`,
    [ids.get("hidden")],
  );
  assertEquals(await publicIds("?used=true", "viewer"), ["hidden"]);
  assertEquals(await publicIds("?used=false", "viewer"), ["shown", "shown too"]);
});

stackTest(
  "GET media-list/<id> → the asset, its use, its collections; its history for admins",
  async () => {
    for (const as of ["viewer", "admin", "service"] as const) {
      const { status, body } = await call(`media-list/${ids.get("hidden")}`, { as });
      assertEquals(status, 200, as);
      assertEquals([body.success, body.item.public_id], [true, "hidden"]);
      assertEquals(body.usage.length, 1);
      assertEquals(body.usage[0].reference_table, "articles");
      assertEquals(body.collections.length, 1);
      assertEquals(body.collections[0].collection.slug, "closed");
      const operations = body.history.map(({ operation }: { operation: string }) => operation);
      assertEquals(operations, as === "viewer" ? [] : ["upload"], as);
    }
  },
);

stackTest("GET media-list/<id> with a publishable key → public assets alone", async () => {
  const shown = await call(`media-list/${ids.get("shown")}`, { as: "anonymous" });
  assertEquals([shown.status, shown.body.item.public_id], [200, "shown"]);
  assert(!("metadata" in shown.body.item));
  for (const name of ["hidden", "gone"]) {
    const { status, body } = await call(`media-list/${ids.get(name)}`, { as: "anonymous" });
    assertEquals([status, body.code], [404, "not_found"], name);
  }
});

stackTest("GET media-list/<id> of a deleted asset → for editors; 404 for viewers", async () => {
  const path = `media-list/${ids.get("gone")}`;
  assertEquals((await call(path, { as: "editor" })).status, 200);
  assertEquals((await call(path, { as: "viewer" })).status, 404);
});

stackTest("GET media-list/<id> that nobody has → 404; that is no id → 400", async () => {
  const unknown = await call(`media-list/${crypto.randomUUID()}`, { as: "viewer" });
  assertEquals([unknown.status, unknown.body.code], [404, "not_found"]);
  const wrong = await call("media-list/not-an-id", { as: "viewer" });
  assertEquals([wrong.status, wrong.body.details[0].path], [400, "id"]);
});
