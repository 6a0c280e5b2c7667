import { assert, assertEquals } from "@std/assert";
import { rejection, withEmulator } from "./support.ts";

// deno-lint-ignore no-explicit-any
type Resource = any;

Deno.test("resource → detail with tags, context, metadata, etag, derived and last_updated", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", {
      assets: [{ public_id: "dir/näme", tags: ["x"], context: { alt: "A" }, asset_folder: "f" }],
    });
    const detail = await cloudinary.api.resource("dir/näme");
    assertEquals(detail.tags, ["x"]);
    assertEquals(detail.context, { custom: { alt: "A" } });
    assertEquals(detail.metadata, {});
    assertEquals(detail.derived, []);
    assertEquals(detail.asset_folder, "f");
    assert(/^[0-9a-f]{32}$/.test(detail.etag));
    assert(/\+00:00$/.test(detail.last_updated.updated_at));
    assertEquals(await idOf(cloudinary.api.resource_by_asset_id(detail.asset_id)), "dir/näme");
  }));

Deno.test("every generated public_id → found again by its name", () =>
  withEmulator({ assets: 50 }, async ({ cloudinary, control }) => {
    const { assets } = await control("GET", "/state");
    for (const asset of assets) {
      const { resource_type, type } = asset;
      const detail = await cloudinary.api.resource(asset.public_id, { resource_type, type });
      assertEquals(detail.asset_id, asset.asset_id);
    }
  }));

Deno.test("resource that does not exist → 404 Resource not found - <id>", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const found = await rejection(cloudinary.api.resource("no/such"));
    assertEquals(found, { status: 404, message: "Resource not found - no/such" });
    const unknown = "0".repeat(32);
    assertEquals((await rejection(cloudinary.api.resource_by_asset_id(unknown))).status, 404);
  }));

Deno.test("resources_by_ids → only those that exist; ids with a plus sign are not found", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", {
      assets: [{ public_id: "a" }, { public_id: "b,c" }, { public_id: "d+e" }],
    });
    const page = await cloudinary.api.resources_by_ids(["a", "b,c", "d+e", "zz"], { tags: true });
    assertEquals(page.resources.map((item: Resource) => item.public_id), ["a", "b,c"]);
    assertEquals(page.resources[0].tags, []);
    const many = Array.from({ length: 101 }, (_, index) => `id-${index}`);
    assertEquals((await rejection(cloudinary.api.resources_by_ids(many))).status, 400);
  }));

Deno.test("resources_by_asset_ids → those that exist, up to the limit of the account", () =>
  withEmulator({ assets: 120 }, async ({ cloudinary, control }) => {
    const { assets } = await control("GET", "/state");
    const ids = assets.map((asset: Resource) => asset.asset_id);
    const hundred = await cloudinary.api.resources_by_asset_ids(ids.slice(0, 100));
    assertEquals(hundred.resources.length, 100);
    const some = await cloudinary.api.resources_by_asset_ids([ids[0], "f".repeat(32)]);
    assertEquals(some.resources.map((item: Resource) => item.asset_id), [ids[0]]);
    await control("PUT", "/behavior", { look_up_cap: 10 });
    const tooMany = cloudinary.api.resources_by_asset_ids(ids.slice(0, 11));
    assertEquals((await rejection(tooMany)).status, 400);
  }));

Deno.test("ping, usage, config → the account", () =>
  withEmulator({ folderMode: "fixed", assets: 10 }, async ({ cloudinary }) => {
    assertEquals((await cloudinary.api.ping()).status, "ok");
    assertEquals((await cloudinary.api.usage()).resources, 10);
    const config = await cloudinary.api.config({ settings: true });
    assertEquals([config.cloud_name, config.settings.folder_mode], ["demo", "fixed"]);
    assertEquals((await cloudinary.api.config()).settings, undefined);
  }));

Deno.test("fixed folder mode → folder in place of asset_folder and display_name", () =>
  withEmulator({ folderMode: "fixed" }, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: [{ public_id: "a/b/c" }] });
    const detail = await cloudinary.api.resource("a/b/c");
    assertEquals(detail.folder, "a/b");
    assertEquals([detail.asset_folder, detail.display_name], [undefined, undefined]);
    const found = await cloudinary.search.expression('folder:"a/*"').execute();
    assertEquals(found.resources[0].folder, "a/b");
  }));

Deno.test("wrong key, secret or cloud → 401", () =>
  withEmulator({}, async ({ cloudinary }) => {
    for (const options of [{ api_key: "1" }, { api_secret: "wrong" }, { cloud_name: "other" }]) {
      assertEquals((await rejection(cloudinary.api.ping(options))).status, 401);
    }
  }));

Deno.test("a bearer token → 401 Invalid token", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const call = cloudinary.api.ping({ oauth_token: "not-a-token" });
    assertEquals(await rejection(call), { status: 401, message: "Invalid token" });
  }));

Deno.test("what the emulator leaves out → 403, as where an account may not use it", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const calls: readonly (() => Promise<unknown>)[] = [
      () => cloudinary.api.transformations(),
      () => cloudinary.api.create_transformation("t", { width: 1 }),
      () => cloudinary.api.list_streaming_profiles(),
      () => cloudinary.api.upload_mappings(),
      () => cloudinary.api.list_metadata_rules(),
    ];
    for (const call of calls) assertEquals((await rejection(call())).status, 403);
    const sprite = await cloudinary.uploader.generate_sprite("tag")
      .catch((error: { message: string }) => error);
    assertEquals(sprite.message, "Server returned unexpected status code - 403");
  }));

Deno.test("secure_url → a picture; a private asset needs a signed URL; an unknown one → 404", () =>
  withEmulator({ assets: 6 }, async ({ cloudinary, emulator, control }) => {
    const { assets } = await control("GET", "/state");
    const open = assets.find((asset: Resource) => asset.type === "upload");
    const picture = await fetch(open.secure_url);
    assertEquals(picture.headers.get("content-type"), "image/png");
    assert((await picture.arrayBuffer()).byteLength > 50);
    const closed = assets.find((asset: Resource) => asset.type === "private");
    const denied = await fetch(closed.secure_url);
    await denied.body?.cancel();
    assertEquals(denied.status, 401);
    const missing = await fetch(`${emulator.http}/res/demo/image/upload/v1/none.jpg`);
    await missing.body?.cancel();
    assertEquals([missing.status, missing.headers.get("x-cld-error")], [
      404,
      "Resource not found - none.jpg",
    ]);
    assertEquals((await cloudinary.api.ping()).status, "ok");
  }));

async function idOf(call: Promise<Resource>): Promise<string> {
  return (await call).public_id;
}
