import { assertEquals } from "@std/assert";
import { type Conformance, ONE_PIXEL, rejection } from "../support.ts";
import { factTest } from "./fact-test.ts";

// deno-lint-ignore no-explicit-any
type Resource = any;

/** Inserts assets `n0`, `n1` …; answers with their asset_ids. */
async function insert({ control }: Conformance, count: number): Promise<string[]> {
  const assets = Array.from({ length: count }, (_, index) => ({ public_id: `n${index}` }));
  const { assets: inserted } = await control("POST", "/assets", { assets });
  return inserted.map((asset: Resource) => asset.asset_id);
}

/** Deletes an asset of which a backup is kept. */
async function deleteBackedUp({ cloudinary }: Conformance): Promise<string> {
  const upload = { public_id: "gone", tags: "t", asset_folder: "f", backup: true };
  const { asset_id } = await cloudinary.uploader.upload(ONE_PIXEL, upload);
  await cloudinary.api.delete_resources(["gone"]);
  return asset_id;
}

factTest(
  "look_up_cap",
  "resources_by_asset_ids of so many → all of them, of one more → 400",
  async (conformance, cap) => {
    const { cloudinary } = conformance;
    const ids = await insert(conformance, cap + 1);
    const page = await cloudinary.api.resources_by_asset_ids(ids.slice(0, cap));
    assertEquals(page.resources.length, cap);
    assertEquals((await rejection(cloudinary.api.resources_by_asset_ids(ids))).status, 400);
  },
);

factTest(
  "look_up_cap_silent",
  "resources_by_asset_ids of more than the cap → refused, or cut without a word",
  async (conformance, isSilent) => {
    const { cloudinary } = conformance;
    const ids = await insert(conformance, 12);
    const call = cloudinary.api.resources_by_asset_ids(ids);
    if (!isSilent) return assertEquals((await rejection(call)).status, 400);
    const { resources, next_cursor } = await call;
    assertEquals(resources.map((item: Resource) => item.asset_id), ids.slice(0, 10));
    assertEquals(next_cursor, undefined);
  },
  { behavior: { look_up_cap: 10 } },
);

factTest(
  "look_up_pages",
  "resources_by_asset_ids of 25 → one answer, or pages of max_results",
  async (conformance, hasPages) => {
    const { emulator } = conformance;
    const ids = await insert(conformance, 25);
    // The SDK does not pass max_results and next_cursor on.
    const look = async (more: Record<string, string>) => {
      const query = new URLSearchParams(more);
      for (const id of ids) query.append("asset_ids[]", id);
      const response = await fetch(
        `${emulator.http}/v1_1/demo/resources/by_asset_ids?${query}`,
        { headers: { authorization: `Basic ${btoa(`${emulator.apiKey}:${emulator.apiSecret}`)}` } },
      );
      return await response.json();
    };
    const sizes = [];
    let page: Resource = {};
    do {
      page = await look(page.next_cursor ? { next_cursor: page.next_cursor } : {});
      sizes.push(page.resources.length);
    } while (page.next_cursor !== undefined);
    assertEquals(sizes, hasPages ? [10, 10, 5] : [25]);
    assertEquals((await look({ max_results: "20" })).resources.length, hasPages ? 20 : 25);
  },
);

factTest(
  "placeholders",
  "a deleted asset with a backup → a placeholder in its detail alone, or in every answer",
  async (conformance, areEverywhere) => {
    const { cloudinary, control } = conformance;
    const asset_id = await deleteBackedUp(conformance);
    await control("POST", "/assets", { assets: [{ public_id: "alive", asset_folder: "f" }] });
    assertEquals((await cloudinary.api.resource("gone")).placeholder, true);
    const answers: Record<string, Resource> = {
      "look-up by asset_id": await cloudinary.api.resources_by_asset_ids([asset_id]),
      "look-up by public_id": await cloudinary.api.resources_by_ids(["gone"]),
      listing: await cloudinary.api.resources({ direction: "asc" }),
      "listing by type": await cloudinary.api.resources({ type: "upload" }),
      "listing by prefix": await cloudinary.api.resources({ type: "upload", prefix: "g" }),
      "listing by tag": await cloudinary.api.resources_by_tag("t"),
      "listing by folder": await cloudinary.api.resources_by_asset_folder("f"),
      search: await cloudinary.search.expression("public_id=gone").execute(),
    };
    for (const [name, { resources }] of Object.entries(answers)) {
      const found = resources.filter((item: Resource) => item.placeholder === true);
      const expected = areEverywhere ? [["gone", 0]] : [];
      assertEquals(found.map((item: Resource) => [item.public_id, item.bytes]), expected, name);
    }
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "gone" });
    const { resources } = await cloudinary.api.resources({ max_results: 50 });
    assertEquals(resources.filter((item: Resource) => item.placeholder), []);
  },
);

factTest(
  "ids_answered_by",
  "delete_resources_by_asset_ids, restore_by_asset_ids → named by public_id or asset_id",
  async ({ cloudinary }, naming) => {
    const upload = { public_id: "x", backup: true };
    const { asset_id } = await cloudinary.uploader.upload(ONE_PIXEL, upload);
    const name = naming === "asset_id" ? asset_id : "x";
    const { deleted } = await cloudinary.api.delete_resources_by_asset_ids([asset_id]);
    assertEquals(deleted, { [name]: "deleted" });
    const restored = await cloudinary.api.restore_by_asset_ids([asset_id]);
    assertEquals(restored[name].asset_id, asset_id);
    const unknown = "f".repeat(32);
    const missing = await cloudinary.api.delete_resources_by_asset_ids([unknown]);
    assertEquals(missing.deleted, { [unknown]: "not_found" });
  },
);

factTest(
  "sorted_tags",
  "tags → in alphabetical order or in that of their adding; none → no key in the detail",
  async ({ cloudinary }, areSorted) => {
    const expected = areSorted ? ["a", "m", "z"] : ["m", "z", "a"];
    const upload = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", tags: "m,z" });
    assertEquals(upload.tags, areSorted ? ["m", "z"] : ["m", "z"]);
    await cloudinary.uploader.add_tag("a", ["x"]);
    assertEquals((await cloudinary.api.resource("x")).tags, expected);
    assertEquals((await cloudinary.api.resources({ tags: true })).resources[0].tags, expected);
    const found = await cloudinary.search.with_field("tags").execute();
    assertEquals(found.resources[0].tags, expected);
    await cloudinary.uploader.remove_all_tags(["x"]);
    assertEquals("tags" in await cloudinary.api.resource("x"), false);
  },
);

factTest(
  "raw_etag_needs_flag",
  "resource of a raw asset → its etag, or only with media_metadata",
  async ({ cloudinary, control }, needsFlag) => {
    await control("POST", "/assets", { assets: [{ public_id: "r", resource_type: "raw" }] });
    const told = async (options: Record<string, unknown>) =>
      "etag" in await cloudinary.api.resource("r", { resource_type: "raw", ...options });
    assertEquals([await told({}), await told({ media_metadata: true })], [!needsFlag, true]);
  },
);

factTest(
  "detail_last_updated",
  "resource → with last_updated or without",
  async (conformance, isTold) => {
    await insert(conformance, 1);
    const detail = await conformance.cloudinary.api.resource("n0");
    assertEquals("last_updated" in detail, isTold);
  },
);

factTest(
  "detail_original_filename",
  "resource → with original_filename or without",
  async (conformance, isTold) => {
    await insert(conformance, 1);
    const detail = await conformance.cloudinary.api.resource("n0");
    assertEquals(detail.original_filename, isTold ? "n0" : undefined);
  },
);

factTest(
  "moderation_shape",
  "resources with moderations → two keys, or a list",
  async ({ cloudinary }, shape) => {
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", moderation: "manual" });
    const { resources: [item] } = await cloudinary.api.resources({ moderations: true });
    const expected = shape === "scalars"
      ? [undefined, "manual", "pending"]
      : [[{ kind: "manual", status: "pending" }], undefined, undefined];
    assertEquals([item.moderation, item.moderation_kind, item.moderation_status], expected);
  },
);
