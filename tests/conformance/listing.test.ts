import { assert, assertEquals, assertFalse } from "@std/assert";
import { rejection, type Sdk, withEmulator } from "./support.ts";

// deno-lint-ignore no-explicit-any
type Resource = any;

/** Walks a listing to its end. */
async function walk(
  list: (options: Record<string, unknown>) => Promise<Resource>,
  options: Record<string, unknown>,
): Promise<Resource[]> {
  const found: Resource[] = [];
  let next_cursor: string | undefined;
  do {
    const page = await list({ ...options, ...(next_cursor ? { next_cursor } : {}) });
    found.push(...page.resources);
    next_cursor = page.next_cursor;
  } while (next_cursor);
  return found;
}

function listAll(cloudinary: Sdk, options: Record<string, unknown>): Promise<Resource[]> {
  return walk((page) => cloudinary.api.resources(page), { max_results: 500, ...options });
}

Deno.test("resources without flags → ten items of the plain shape, newest first", () =>
  withEmulator({ assets: 60 }, async ({ cloudinary }) => {
    const page = await cloudinary.api.resources();
    assertEquals(page.resources.length, 10);
    assert(typeof page.next_cursor === "string");
    const times = page.resources.map((item: Resource) => item.created_at);
    assertEquals(times, [...times].sort().reverse());
    for (const item of page.resources) {
      assert(/^[0-9a-f]{32}$/.test(item.asset_id));
      assert(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(item.created_at));
      assertEquals(typeof item.version, "number");
      assertEquals(item.resource_type, "image");
      for (const key of ["tags", "context", "metadata", "moderation_status", "etag", "derived"]) {
        assertFalse(key in item, `${key} was not asked for`);
      }
      for (const key of ["asset_folder", "display_name", "url", "secure_url", "bytes", "type"]) {
        assert(key in item, `${key} is missing`);
      }
    }
  }));

Deno.test("resources with flags → tags, nested context, metadata; no context key without context", () =>
  withEmulator({ assets: 300 }, async ({ cloudinary }) => {
    const items = await listAll(cloudinary, { tags: true, context: true, metadata: true });
    assert(items.every((item) => Array.isArray(item.tags) && typeof item.metadata === "object"));
    assert(items.some((item) => item.context?.custom.caption !== undefined));
    assert(items.some((item) => item.context === undefined));
    assert(items.every((item) => item.context === undefined || "custom" in item.context));
  }));

Deno.test("resources with moderations → kind and status of moderated assets only", () =>
  withEmulator({ assets: 300 }, async ({ cloudinary }) => {
    const items = await listAll(cloudinary, { moderations: true });
    const moderated = items.filter((item) => item.moderation_status !== undefined);
    assert(moderated.length > 0 && moderated.length < items.length);
    assert(moderated.every((item) => item.moderation_kind === "manual"));
  }));

for (const size of [1, 7, 99, 500]) {
  Deno.test(`walking cursors with max_results ${size} → each asset exactly once`, () =>
    withEmulator({ assets: 180 }, async ({ cloudinary, control }) => {
      const state = await control("GET", "/state");
      const expected = state.assets.map((asset: Resource) => asset.asset_id).sort();
      const seen: string[] = [];
      for (const resource_type of ["image", "video", "raw"]) {
        const items = await listAll(cloudinary, { resource_type, max_results: size });
        seen.push(...items.map((item) => item.asset_id));
      }
      assertEquals(seen.sort(), expected);
    }));
}

Deno.test("direction asc → the exact reverse of desc", () =>
  withEmulator({ assets: 200 }, async ({ cloudinary }) => {
    const ids = async (direction: string) =>
      (await listAll(cloudinary, { direction, max_results: 37 })).map((item) => item.asset_id);
    assertEquals(await ids("asc"), (await ids("desc")).reverse());
    assertEquals(await ids("1"), await ids("asc"));
  }));

Deno.test("start_at with asc → only what was created then or later, as ISO text or as a Date", () =>
  withEmulator({ assets: 200 }, async ({ cloudinary }) => {
    const all = await listAll(cloudinary, { type: "upload", direction: "asc" });
    const start = all[Math.floor(all.length / 2)].created_at;
    const expected = all.filter((item) => item.created_at >= start).map((item) => item.asset_id);
    for (const start_at of [start, new Date(start)]) {
      const items = await listAll(cloudinary, { type: "upload", direction: "asc", start_at });
      assertEquals(items.map((item) => item.asset_id), expected);
    }
  }));

Deno.test("resources without a type → every delivery type; with one → only that", () =>
  withEmulator({ assets: 200 }, async ({ cloudinary }) => {
    const types = new Set((await listAll(cloudinary, {})).map((item) => item.type));
    assertEquals([...types].sort(), ["authenticated", "private", "upload"]);
    const uploads = await listAll(cloudinary, { type: "private" });
    assertEquals(new Set(uploads.map((item) => item.type)), new Set(["private"]));
  }));

Deno.test("prefix → matching ids in order of public_id; without a type → 400", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    const ids = ["a/3", "a/1", "a/2", "b/1", "A/1"];
    await control("POST", "/assets", { assets: ids.map((public_id) => ({ public_id })) });
    const items = await listAll(cloudinary, { type: "upload", prefix: "a/", max_results: 2 });
    assertEquals(items.map((item) => item.public_id), ["a/1", "a/2", "a/3"]);
    assertEquals((await rejection(cloudinary.api.resources({ prefix: "a/" }))).status, 400);
  }));

Deno.test("fields → only those, public_id and asset_id", () =>
  withEmulator({ assets: 30 }, async ({ cloudinary }) => {
    const page = await cloudinary.api.resources({ fields: "tags,bytes" });
    assertEquals(Object.keys(page.resources[0]).sort(), ["asset_id", "bytes", "public_id", "tags"]);
  }));

Deno.test("max_results above 500 → 500; nonsense values → 400 in Cloudinary's shape", () =>
  withEmulator({ assets: 800 }, async ({ cloudinary }) => {
    assertEquals((await cloudinary.api.resources({ max_results: 5000 })).resources.length, 500);
    for (
      const options of [
        { max_results: "many" },
        { max_results: 0 },
        { direction: "sideways" },
        { start_at: "yesterday-ish" },
        { next_cursor: "made up" },
        { fields: "nonsense" },
      ]
    ) {
      const { status, message } = await rejection(
        cloudinary.api.resources(options),
      );
      assertEquals(status, 400, JSON.stringify(options));
      assert(message.length > 0);
    }
  }));

Deno.test("a cursor with another query → 400", () =>
  withEmulator({ assets: 60 }, async ({ cloudinary }) => {
    const { next_cursor } = await cloudinary.api.resources({ max_results: 5 });
    const other = cloudinary.api.resources({ resource_type: "video", next_cursor });
    assertEquals((await rejection(other)).status, 400);
  }));

Deno.test("by tag, by context, by moderation → what holds them, of one resource type", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", {
      assets: [
        { public_id: "one", tags: ["東京", "a/b"], context: { alt: "x" } },
        { public_id: "two", tags: ["東京"], context: { alt: "y" } },
        { public_id: "three", moderation: [{ kind: "manual", status: "pending" }] },
        { public_id: "one", resource_type: "video", tags: ["東京"] },
      ],
    });
    const ids = (page: Resource) => page.resources.map((item: Resource) => item.public_id).sort();
    assertEquals(ids(await cloudinary.api.resources_by_tag("東京")), ["one", "two"]);
    assertEquals(ids(await cloudinary.api.resources_by_tag("a/b")), ["one"]);
    const inVideos = await cloudinary.api.resources_by_tag("東京", { resource_type: "video" });
    assertEquals(ids(inVideos), ["one"]);
    assertEquals(ids(await cloudinary.api.resources_by_context("alt")), ["one", "two"]);
    assertEquals(ids(await cloudinary.api.resources_by_context("alt", "y")), ["two"]);
    assertEquals(ids(await cloudinary.api.resources_by_moderation("manual", "pending")), ["three"]);
  }));

Deno.test("tags → the tags of a resource type, with prefix and cursor", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", {
      assets: [{ public_id: "a", tags: ["blue", "black", "red"] }],
    });
    const first = await cloudinary.api.tags({ prefix: "b", max_results: 1 });
    assertEquals(first.tags, ["black"]);
    const second = await cloudinary.api.tags({ prefix: "b", next_cursor: first.next_cursor });
    assertEquals([second.tags, second.next_cursor], [["blue"], undefined]);
    assertEquals((await cloudinary.api.tags({ resource_type: "raw" })).tags, []);
  }));

Deno.test("fields in fixed folder mode → folder too, without being asked", () =>
  withEmulator({ folderMode: "fixed" }, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: [{ public_id: "a/b", tags: ["t"] }] });
    const keys = ["asset_id", "folder", "public_id", "tags"];
    for (
      const page of [
        await cloudinary.api.resources({ fields: ["tags"] }),
        await cloudinary.api.resources_by_ids(["a/b"], { fields: ["tags"] }),
        await cloudinary.api.resources_by_tag("t", { fields: ["tags"] }),
      ]
    ) assertEquals(Object.keys(page.resources[0]).sort(), keys);
  }));

Deno.test("by_asset_folder → tells how many there are in all", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    const assets = ["a", "b", "c"].map((public_id) => ({ public_id, asset_folder: "f" }));
    await control("POST", "/assets", { assets });
    const page = await cloudinary.api.resources_by_asset_folder("f", { max_results: 2 });
    assertEquals([page.resources.length, page.total_count], [2, 3]);
  }));

Deno.test("by_asset_folder → one folder, not below it, ignoring case, every resource type", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", {
      assets: [
        { public_id: "a", asset_folder: "Shoes" },
        { public_id: "b", asset_folder: "Shoes", resource_type: "raw" },
        { public_id: "c", asset_folder: "Shoes/red" },
      ],
    });
    const page = await cloudinary.api.resources_by_asset_folder("shoes");
    assertEquals(page.resources.map((item: Resource) => item.public_id).sort(), ["a", "b"]);
  }));

Deno.test("the same second for a thousand assets → pages neither repeat nor skip", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    const assets = Array.from({ length: 1000 }, (_, index) => ({
      public_id: `tie-${index}`,
      created_at: "2024-01-01T00:00:00Z",
    }));
    await control("POST", "/assets", { assets });
    const items = await listAll(cloudinary, { max_results: 333 });
    assertEquals(new Set(items.map((item) => item.public_id)).size, 1000);
    assertEquals(items.length, 1000);
  }));
