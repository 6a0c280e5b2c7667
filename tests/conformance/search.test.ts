import { assert, assertEquals } from "@std/assert";
import { rejection, type Sdk, withEmulator } from "./support.ts";

// deno-lint-ignore no-explicit-any
type Resource = any;

const LIBRARY = [
  {
    public_id: "cats/one",
    tags: ["cat", "Big Cat"],
    created_at: "2024-01-01T00:00:00Z",
    bytes: 100,
    asset_folder: "pets",
    context: { alt: "red cat" },
  },
  {
    public_id: "cats/two",
    tags: ["cat"],
    created_at: "2024-02-01T12:00:00Z",
    bytes: 2_000_000,
    asset_folder: "pets/young",
  },
  {
    public_id: "dogs/one",
    tags: ["dog"],
    created_at: "2024-03-01T00:00:00Z",
    bytes: 300,
    asset_folder: "Pets",
    metadata: { colour: "brown" },
  },
  {
    public_id: "dogs/film",
    resource_type: "video",
    created_at: "2024-04-01T00:00:00Z",
    bytes: 400,
    width: 10,
    height: 10,
    type: "private",
    format: "mp4",
  },
];

const EXPRESSIONS: readonly (readonly [expression: string, ids: readonly string[]])[] = [
  ["", ["dogs/film", "dogs/one", "cats/two", "cats/one"]],
  ["resource_type:image", ["dogs/one", "cats/two", "cats/one"]],
  ["resource_type:image AND NOT tags=dog", ["cats/two", "cats/one"]],
  ["tags=dog OR resource_type=video", ["dogs/film", "dogs/one"]],
  ["(tags=dog OR tags=cat) AND bytes<1000", ["dogs/one", "cats/one"]],
  ["public_id:cats/*", ["cats/two", "cats/one"]],
  ["public_id=cats/one", ["cats/one"]],
  ["tags=Cat", []],
  ["tags:Cat", ["cats/two", "cats/one"]],
  ['tags="Big Cat"', ["cats/one"]],
  ['asset_folder="pets"', ["cats/one"]],
  ['asset_folder:"pets/*"', ["cats/two", "cats/one"]],
  ["bytes>1mb", ["cats/two"]],
  ["bytes>=100 AND bytes<=300", ["dogs/one", "cats/one"]],
  ["bytes:[100 TO 400]", ["dogs/one", "cats/one"]],
  ["bytes:{100 TO 401}", ["dogs/film", "dogs/one"]],
  ['created_at>="2024-03-01T00:00:00Z"', ["dogs/film", "dogs/one"]],
  ["created_at<2024-02-01", ["cats/one"]],
  ["created_at=2024-02-01", ["cats/two"]],
  ["created_at:[2024-01-01 TO 2024-03-01]", ["cats/two", "cats/one"]],
  ['last_updated.updated_at>"2024-03-01T00:00:00Z"', ["dogs/film"]],
  ["created_at>3m", []],
  ["context.alt:red", ["cats/one"]],
  ['context.alt="red cat"', ["cats/one"]],
  ["metadata.colour=brown", ["dogs/one"]],
  ["type:private", ["dogs/film"]],
  ["status:active AND type:private", ["dogs/film"]],
  ["status:deleted", []],
  ["no_such_field:1", []],
  ["NOT no_such_field:1", ["dogs/film", "dogs/one", "cats/two", "cats/one"]],
  ["red", ["cats/one"]],
];

function ids(page: Resource): string[] {
  return page.resources.map((item: Resource) => item.public_id);
}

function search(cloudinary: Sdk, expression: string): Promise<Resource> {
  return cloudinary.search.expression(expression).execute();
}

for (const [expression, expected] of EXPRESSIONS) {
  Deno.test(`search ${expression || "without expression"} → ${expected.length} assets`, () =>
    withEmulator({}, async ({ cloudinary, control }) => {
      await control("POST", "/assets", { assets: LIBRARY });
      const page = await search(cloudinary, expression);
      assertEquals(ids(page), [...expected]);
      assertEquals(page.total_count, expected.length);
    }));
}

Deno.test("search with a syntax error → 400", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const wrong = [
      "tags=",
      "(tags=a",
      "tags=a AND",
      "a b",
      "created_at>2024-01-01T00:00:00Z",
      'tags="open',
      "created_at>=soon",
    ];
    for (const expression of wrong) {
      const { status, message } = await rejection(search(cloudinary, expression));
      assertEquals(status, 400, expression);
      assert(message.startsWith("Error parsing expression"), message);
    }
  }));

Deno.test("a wildcard beside characters that mean something elsewhere → taken as they are", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    const names = ["a-b-1", "a-b.c", "a+b", "a/b-2"];
    await control("POST", "/assets", { assets: names.map((public_id) => ({ public_id })) });
    assertEquals(ids(await search(cloudinary, "public_id:a-b*")).sort(), ["a-b-1", "a-b.c"]);
    assertEquals(ids(await search(cloudinary, "public_id:a/b-*")), ["a/b-2"]);
    assertEquals(ids(await search(cloudinary, 'public_id:"a+*"')), ["a+b"]);
  }));

Deno.test("search items → flat context and +00:00 times; tags only when asked", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: LIBRARY });
    const plain = (await search(cloudinary, "public_id=cats/one")).resources[0];
    assertEquals([plain.tags, plain.context, plain.metadata], [undefined, undefined, undefined]);
    assertEquals(plain.created_at, "2024-01-01T00:00:00+00:00");
    assertEquals(plain.status, "active");
    const asked = (await cloudinary.search.expression("public_id=cats/one")
      .with_field("context").with_field("tags").with_field("metadata").execute()).resources[0];
    assertEquals(asked.context, { alt: "red cat" });
    assertEquals(asked.tags, ["Big Cat", "cat"]);
    assertEquals(asked.metadata, {});
  }));

Deno.test("search with fields → those and the ones that are always told", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: LIBRARY });
    const page = await cloudinary.search.expression("tags=dog").fields("bytes").execute();
    const keys = "asset_folder asset_id bytes created_at public_id resource_type status type";
    assertEquals(Object.keys(page.resources[0]).sort(), keys.split(" "));
  }));

Deno.test("search sorted, page by page → every asset once, in order, with a steady total", () =>
  withEmulator({ assets: 150 }, async ({ cloudinary }) => {
    for (
      const [field, direction] of [["last_updated.updated_at", "asc"], ["bytes", "desc"], [
        "public_id",
        "asc",
      ]] as const
    ) {
      const seen: Resource[] = [];
      let cursor: string | undefined;
      do {
        const query = cloudinary.search.expression("").sort_by(field, direction).max_results(40);
        if (cursor !== undefined) query.next_cursor(cursor);
        const page = await query.execute();
        assertEquals(page.total_count, 150);
        seen.push(...page.resources);
        cursor = page.next_cursor;
      } while (cursor !== undefined);
      assertEquals(new Set(seen.map((item) => item.asset_id)).size, 150);
      const values = seen.map((item) =>
        field === "last_updated.updated_at" ? item.last_updated.updated_at : item[field]
      );
      const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      assertEquals(values, direction === "asc" ? sorted : sorted.reverse());
    }
  }));

Deno.test("search default page → 50, or 10 where the account says so", () =>
  withEmulator({ assets: 80 }, async ({ cloudinary, control }) => {
    assertEquals((await search(cloudinary, "")).resources.length, 50);
    await control("PUT", "/behavior", { search_default_max_results: 10 });
    assertEquals((await search(cloudinary, "")).resources.length, 10);
  }));

Deno.test("search_lag_ms → changes appear only after the lag", () =>
  withEmulator({ assets: 5 }, async ({ cloudinary, control }) => {
    await control("PUT", "/faults", { search_lag_ms: 60_000 });
    await control("POST", "/assets", { assets: [{ public_id: "late" }] });
    await cloudinary.api.delete_resources(["restore"]);
    assertEquals((await search(cloudinary, "public_id=late")).total_count, 0);
    assertEquals((await cloudinary.api.resource("late")).public_id, "late");
    await control("PUT", "/clock", { advance_ms: 60_001 });
    assertEquals((await search(cloudinary, "public_id=late")).total_count, 1);
  }));

Deno.test("status:deleted → deleted assets that have a backup", () =>
  withEmulator({ behavior: { backup: true } }, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: LIBRARY });
    await cloudinary.api.delete_resources(["cats/one"]);
    assertEquals(ids(await search(cloudinary, "status:deleted")), ["cats/one"]);
    assertEquals(ids(await search(cloudinary, "tags=cat")), ["cats/two"]);
    await control("PUT", "/behavior", { backup: false });
    await cloudinary.api.delete_resources(["cats/two"]);
    assertEquals(ids(await search(cloudinary, "status:deleted")), ["cats/one"]);
  }));

Deno.test("search with aggregate → counts by value over all hits", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: LIBRARY });
    const page = await cloudinary.search.aggregate("resource_type").max_results(1).execute();
    assertEquals(page.aggregations, { resource_type: { image: 3, video: 1 } });
  }));
