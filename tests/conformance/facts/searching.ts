import { assertEquals } from "@std/assert";
import { rejection } from "../support.ts";
import { factTest } from "./fact-test.ts";

factTest(
  "search_last_updated",
  "search → its items tell last_updated, or only where they are asked to, or asking is refused",
  async ({ cloudinary, control }, way) => {
    await control("POST", "/assets", { assets: [{ public_id: "x" }] });
    const found = await cloudinary.search.execute();
    assertEquals("last_updated" in found.resources[0], way === "told");
    const asked = cloudinary.search.with_field("last_updated").execute();
    if (way === "refused") assertEquals((await rejection(asked)).status, 400);
    else assertEquals("last_updated" in (await asked).resources[0], true);
  },
);

factTest(
  "search_sorts_last_updated",
  "search sorted by last_updated.updated_at → sorted, or 400",
  async ({ cloudinary, control }, isAllowed) => {
    const assets = ["b", "a"].map((public_id, index) => ({
      public_id,
      created_at: `2025-01-0${2 - index}T00:00:00Z`,
    }));
    await control("POST", "/assets", { assets });
    const call = cloudinary.search.sort_by("last_updated.updated_at", "asc").execute();
    if (!isAllowed) return assertEquals((await rejection(call)).status, 400);
    const { resources } = await call;
    assertEquals(resources.map((item: { public_id: string }) => item.public_id), ["a", "b"]);
  },
);

factTest(
  "search_metadata",
  "search with_field metadata → told, or 400",
  async ({ cloudinary, control }, way) => {
    await control("POST", "/assets", { assets: [{ public_id: "x", metadata: { m: "1" } }] });
    const call = cloudinary.search.with_field("metadata").with_field("tags").execute();
    if (way === "refused") assertEquals((await rejection(call)).status, 400);
    else assertEquals((await call).resources[0].metadata, { m: "1" });
    const without = await cloudinary.search.with_field("tags").execute();
    assertEquals([without.resources[0].tags, without.resources[0].metadata], [[], undefined]);
  },
);

factTest(
  "search_default_max_results",
  "search that names no max_results → so many",
  async ({ cloudinary, control }, size) => {
    await control("POST", "/assets", { count: 60 });
    const page = await cloudinary.search.execute();
    assertEquals([page.resources.length, page.total_count], [size, 60]);
  },
);

factTest(
  "search_range_upper_inclusive",
  "search for a range → its upper end left out, or in",
  async ({ cloudinary, control }, isIncluded) => {
    const assets = [100, 200].map((bytes) => ({ public_id: String(bytes), bytes }));
    await control("POST", "/assets", { assets });
    const { total_count } = await cloudinary.search.expression("bytes:[100 TO 200]").execute();
    assertEquals(total_count, isIncluded ? 2 : 1);
  },
);

factTest(
  "folder_rename_stamps",
  "rename_folder → last_updated of the assets inside stays, or moves",
  async ({ cloudinary, control }, stamps) => {
    const asset = { public_id: "x", asset_folder: "a", created_at: "2024-01-01T00:00:00Z" };
    await control("POST", "/assets", { assets: [asset] });
    const before = (await cloudinary.api.resource("x")).last_updated.updated_at;
    await cloudinary.api.rename_folder("a", "b");
    const after = (await cloudinary.api.resource("x")).last_updated.updated_at;
    assertEquals(after !== before, stamps);
  },
);

factTest(
  "cursor_lifetime_ms",
  "a cursor → good for ever, unless it is given a lifetime",
  async ({ cloudinary, control }) => {
    await control("POST", "/assets", { count: 60 });
    const { next_cursor } = await cloudinary.api.resources({ max_results: 5 });
    await control("PUT", "/clock", { advance_ms: 86_400_000 });
    await cloudinary.api.resources({ max_results: 5, next_cursor });
    await control("PUT", "/behavior", { cursor_lifetime_ms: 1000 });
    const refused = await rejection(cloudinary.api.resources({ max_results: 5, next_cursor }));
    assertEquals(refused.status, 400);
  },
);
