import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { withEmulator } from "./support.ts";

// deno-lint-ignore no-explicit-any
type Resource = any;

/** What of an asset depends on the seed alone (its URL names the port). */
function stable({ url: _, secure_url: __, ...rest }: Resource): Resource {
  return rest;
}

/** The library that a seed gives. */
async function library(seed: number, count = 200): Promise<Resource[]> {
  let assets: Resource[] = [];
  await withEmulator({ assets: count, seed }, async ({ control }) => {
    assets = (await control("GET", "/state")).assets;
  });
  return assets.map(stable);
}

Deno.test("the same seed → the same library; another seed → another", async () => {
  assertEquals(await library(7), await library(7));
  assertNotEquals(await library(7), await library(8));
});

Deno.test("a generated library → every kind of trouble", async () => {
  const assets = await library(1, 400);
  const has = (test: (asset: Resource) => boolean) => assets.some(test);
  for (const resource_type of ["image", "video", "raw"]) {
    assert(has((asset) => asset.resource_type === resource_type), resource_type);
  }
  for (const type of ["upload", "private", "authenticated"]) {
    assert(has((asset) => asset.type === type), type);
  }
  const byId = Map.groupBy(assets, (asset) => asset.public_id);
  const kinds = [...byId.values()].map((same) => new Set(same.map((one) => one.resource_type)));
  assert(kinds.some((types) => types.size === 3), "one public_id under three resource types");
  for (const part of [" ", "&", "%", "+", "'", '"', "🎈", "שלום", "?", "#", "\\", "|"]) {
    assert(has((asset) => asset.public_id.includes(part)), `no public_id with ${part}`);
  }
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  assert(has((asset) => bytes(asset.public_id) === 255), "no public_id of 255 bytes");
  const values = assets.flatMap((asset) => Object.values(asset.context.custom));
  for (const part of ["=", "|", '"', "\\", "\n"]) {
    assert(values.some((value) => String(value).includes(part)), `no context value with ${part}`);
  }
  assert(values.includes(""), "no empty context value");
  assert(has((asset) => asset.tags.some((tag: string) => /[^\p{ASCII}]/u.test(tag))));
  for (const field of ["photographer", "rating", "shot_on", "licence", "channels"]) {
    assert(has((asset) => asset.metadata[field] !== undefined), field);
  }
  assert(has((asset) => asset.asset_folder.split("/").length >= 3), "no nested folder");
  assert(has((asset) => asset.display_name !== asset.public_id), "no display name of its own");
  assert(has((asset) => asset.moderation.length > 0), "no moderation");
  const seconds = new Set(assets.map((asset) => asset.created_at));
  assert(seconds.size < assets.length * 0.8, "hardly any ties in created_at");
});

Deno.test("POST assets into a folder, twice with one seed → all of them, with names of their own", () =>
  withEmulator({}, async ({ control }) => {
    const first = await control("POST", "/assets", { count: 60, seed: 5, folder: "in/here" });
    const second = await control("POST", "/assets", { count: 60, seed: 5, folder: "in/here" });
    assertEquals([first.count, second.count], [60, 60]);
    const { assets } = await control("GET", "/state");
    assertEquals(new Set(assets.map((asset: Resource) => asset.asset_id)).size, 120);
    for (const asset of assets) assert(asset.asset_folder.startsWith("in/here"));
  }));

Deno.test("a library in fixed folder mode → the folder is the path of the public_id", () =>
  withEmulator({ folderMode: "fixed", assets: 100 }, async ({ control }) => {
    const { assets } = await control("GET", "/state");
    for (const asset of assets) {
      assertEquals(asset.folder, asset.public_id.split("/").slice(0, -1).join("/"));
    }
  }));
