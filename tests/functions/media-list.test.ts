/** `GET media-list` as signed-in people and services use it, against the emulated library itself. */
import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { type Call, control, randomSeed, syncUntilCompleted } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";

interface Asset {
  asset_id: string;
  public_id: string;
  resource_type: string;
  type: string;
  format?: string;
  bytes: number;
  created_at: string;
  asset_folder: string;
  display_name: string;
  tags: string[];
  context: { custom: Record<string, string> };
  metadata?: Record<string, unknown>;
}

const seed = randomSeed();
const count = 230;
let stack: Stack;
let call: Call;
let library: Asset[];

const tests = stackTests({ assets: count, seed }, async (world) => {
  ({ stack, call } = world);
  await syncUntilCompleted(call);
  library = (await control(stack, "GET /state")).assets;
});

function stackTest(name: string, fn: () => Promise<void>): void {
  tests(`${name} (seed ${seed})`, fn);
}

type Query = Record<string, string | number>;

const list = async (query: Query, as: "viewer" | "editor" | "service" = "viewer") => {
  const parameters = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const { status, body } = await call(`media-list?${parameters}`, { as });
  assertEquals(status, 200, `${parameters} ${JSON.stringify(body)}`);
  return body;
};

/** All items of a query, page after page. */
async function walk(query: Query, by: "page" | "cursor"): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let step: Query = {};
  for (let page = 1;; page++) {
    const body = await list({ ...query, ...step });
    items.push(...body.items);
    assertEquals(body.pagination.has_next, body.pagination.next_cursor !== null);
    assertEquals(body.pagination.has_prev, page > 1);
    if (!body.pagination.has_next) return items;
    assertEquals(body.items.length, body.pagination.limit);
    assert(page <= count, "the pages do not end");
    step = by === "page" ? { page: page + 1 } : { cursor: body.pagination.next_cursor };
  }
}

/** Asserts that a query finds just the assets for which `wanted` holds. */
async function assertFinds(query: Query, wanted: (asset: Asset) => boolean): Promise<number> {
  const found = await walk({ ...query, limit: 100 }, "cursor");
  const expected = library.filter(wanted).map(({ asset_id }) => asset_id).sort();
  const text = JSON.stringify(query);
  assertEquals(found.map(({ asset_id }) => asset_id).sort(), expected, text);
  const { pagination } = await list({ ...query, limit: 1 });
  assertEquals([pagination.total, pagination.total_is_exact], [expected.length, true], text);
  return expected.length;
}

for (const by of ["page", "cursor"] as const) {
  stackTest(`limit 37, ${by} after ${by} → every asset exactly once`, async () => {
    const items = await walk({ limit: 37 }, by);
    const expected = library.map(({ asset_id }) => asset_id).sort();
    assertEquals(items.map(({ asset_id }) => asset_id).sort(), expected);
  });
}

const keys: Record<string, (item: Record<string, unknown>) => number | string> = {
  created_at: (item) => Date.parse(String(item.created_at)),
  updated_at: (item) => Date.parse(String(item.updated_at)),
  bytes: (item) => Number(item.bytes),
  public_id: (item) => String(item.public_id),
  display_name: (item) => String(item.display_name ?? ""),
};

for (const [sort_by, key] of Object.entries(keys)) {
  for (const sort_order of ["asc", "desc"]) {
    stackTest(
      `sort_by=${sort_by} ${sort_order}, by cursor → every asset once, in order`,
      async () => {
        const items = await walk({ sort_by, sort_order, limit: 50 }, "cursor");
        assertEquals(new Set(items.map(({ asset_id }) => asset_id)).size, count);
        assertEquals(items.length, count);
        const whole = await walk({ sort_by, sort_order, limit: 50 }, "page");
        assertEquals(items.map(({ id }) => id), whole.map(({ id }) => id));
        // Text is ordered by the database's collation; that both walks agree is all that can be asked of it.
        if (sort_by === "public_id" || sort_by === "display_name") return;
        const values = items.map(key) as number[];
        const sign = sort_order === "asc" ? 1 : -1;
        assertEquals(values, values.toSorted((left, right) => sign * (left - right)));
      },
    );
  }
}

stackTest("page beyond the end → no items, and the total all the same", async () => {
  const { items, pagination } = await list({ page: 1_000 });
  assertEquals([items, pagination.total, pagination.has_next], [[], count, false]);
  assertEquals([pagination.page, pagination.pages, pagination.limit], [1_000, 5, 50]);
});

stackTest("resource_type, type and format → just those", async () => {
  for (const resource_type of ["image", "video", "raw"]) {
    await assertFinds({ resource_type }, (asset) => asset.resource_type === resource_type);
  }
  for (const type of ["upload", "private", "authenticated"]) {
    const found = await assertFinds({ type }, (asset) => asset.type === type);
    assert(found > 0, type);
  }
  await assertFinds({ format: "PNG" }, (asset) => asset.format === "png");
  assertEquals(await assertFinds({ type: "facebook" }, () => false), 0);
});

stackTest("folder → this folder alone; recursive → those below it too", async () => {
  for (const folder of ["", "products", "archive/100% recycled", "campaigns/été"]) {
    await assertFinds({ folder }, (asset) => asset.asset_folder === folder);
    await assertFinds(
      { folder, recursive: "true" },
      ({ asset_folder }) =>
        folder === "" || asset_folder === folder || asset_folder.startsWith(`${folder}/`),
    );
  }
  assert(library.some(({ asset_folder }) => asset_folder.startsWith("products/")));
  // Neither % nor _ is a wildcard, and a name's beginning is no folder.
  await assertFinds({ folder: "produc%", recursive: "true" }, () => false);
  await assertFinds({ folder: "product_", recursive: "true" }, () => false);
  await assertFinds({ folder: "product", recursive: "true" }, () => false);
});

stackTest("tags → assets that carry all of them, case and signs told apart", async () => {
  for (const tags of [["featured"], ["upper"], ["UPPER"], ["100%"], ["東京"], ["black & white"]]) {
    await assertFinds(
      { tags: tags.join(",") },
      (asset) => tags.every((tag) => asset.tags.includes(tag)),
    );
  }
  const many = library.find((asset) => asset.tags.length >= 2);
  assert(many);
  const found = await assertFinds(
    { tags: many.tags.slice(0, 2).join(",") },
    (asset) => many.tags.slice(0, 2).every((tag) => asset.tags.includes(tag)),
  );
  assert(found > 0);
});

stackTest("search → every word found somewhere in names, tags and context values", async () => {
  const text = ({ public_id, display_name, tags, context }: Asset) =>
    [public_id, display_name, ...tags, ...Object.values(context.custom)].join(" ").toLowerCase();
  for (
    const search of [
      "harbour",
      "HARB",
      "quiet harbour",
      "rbou",
      "東京",
      "100%",
      "_",
      "left|right",
      "back\\slash",
      "quote'single",
      "no such word anywhere",
    ]
  ) {
    const words = search.toLowerCase().split(/\s+/);
    await assertFinds({ search }, (asset) => words.every((word) => text(asset).includes(word)));
  }
});

stackTest("created_after and created_before → the span, its beginning included", async () => {
  const times = library.map(({ created_at }) => created_at).sort();
  const [after = "", before = ""] = [times[60], times[160]];
  const found = await assertFinds(
    { created_after: after, created_before: before },
    ({ created_at }) => created_at >= after && created_at < before,
  );
  assert(found > 0 && found < count);
});

stackTest("several filters at once → what fits all of them", async () => {
  await assertFinds(
    { resource_type: "image", folder: "products", recursive: "true", search: "e" },
    (asset) =>
      asset.resource_type === "image" && /^products(\/|$)/.test(asset.asset_folder) &&
      [
        asset.public_id,
        asset.display_name,
        ...asset.tags,
        ...Object.values(asset.context.custom),
        ...Object.values(asset.metadata ?? {}).map((value) => JSON.stringify(value)),
      ]
        // The search goes without accents: "été" has it too.
        .join(" ").normalize("NFD").toLowerCase().includes("e"),
  );
});

stackTest("an item → every field of the contract, with the asset's own values", async () => {
  const { items: [item] } = await list({ limit: 1, resource_type: "image", type: "upload" });
  const names =
    "id asset_id public_id resource_type type format version bytes width height duration " +
    "folder display_name original_filename tags context metadata url secure_url thumbnail_url " +
    "sync_status usage_count created_at updated_at deleted_at";
  for (const name of names.split(" ")) assert(name in item, name);
  const asset = library.find(({ asset_id }) => asset_id === item.asset_id);
  assert(asset);
  // Cloudinary may answer the tags in another order.
  assertEquals(item.tags.toSorted(), asset.tags.toSorted());
  assertEquals(item.context, asset.context.custom);
  assertEquals([item.folder, item.deleted_at], [asset.asset_folder, null]);
  assert(String(item.thumbnail_url).includes("w_200"));
});

stackTest("stats and sync_status by default → they tell what there is", async () => {
  const { stats, sync_status, facets } = await list({});
  const total = (type: string) => library.filter((asset) => asset.resource_type === type).length;
  const { total_assets, total_images, total_videos, total_raw, total_size } = stats;
  assertEquals({ total_assets, total_images, total_videos, total_raw, total_size }, {
    total_assets: count,
    total_images: total("image"),
    total_videos: total("video"),
    total_raw: total("raw"),
    total_size: library.reduce((sum, { bytes }) => sum + bytes, 0),
  });
  const { synced_assets, pending_assets, error_assets } = stats;
  assertEquals({ synced_assets, pending_assets, error_assets }, {
    synced_assets: count,
    pending_assets: 0,
    error_assets: 0,
  });
  assert(Date.parse(sync_status.last_sync) > 0);
  assertEquals({ ...sync_status, last_sync: null }, {
    last_sync: null,
    is_synced: true,
    pending_operations: 0,
    sync_in_progress: false,
    synced_assets: count,
    error_assets: 0,
    last_error: null,
  });
  assertEquals(facets, undefined);
});

stackTest("include → the parts that are named and no others", async () => {
  const parts = ["stats", "sync_status", "facets"];
  for (const include of [["stats"], ["facets"], ["sync_status", "facets"], parts]) {
    const body = await list({ include: include.join(","), limit: 1 });
    assertEquals(
      parts.filter((part) => part in body),
      parts.filter((part) => include.includes(part)),
    );
  }
});

stackTest("facets → counts among the matches of the query", async () => {
  const { facets } = await list({ include: "facets", resource_type: "image" });
  const images = library.filter(({ resource_type }) => resource_type === "image");
  const counted = (values: string[]) => {
    const counts = new Map<string, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return Object.fromEntries(counts);
  };
  const told = (facet: { value: string; count: number }[]) =>
    Object.fromEntries(facet.map(({ value, count }) => [value, count]));
  assertEquals(told(facets.resource_type), { image: images.length });
  assertEquals(told(facets.format), counted(images.flatMap(({ format }) => format ?? [])));
  assertEquals(told(facets.folder), counted(images.map(({ asset_folder }) => asset_folder)));
  const tags = counted(images.flatMap((asset) => asset.tags));
  // The fifty most frequent ones.
  assertEquals(facets.tags.length, Math.min(50, Object.keys(tags).length));
  for (const { value, count } of facets.tags) assertEquals(count, tags[value], value);
});
