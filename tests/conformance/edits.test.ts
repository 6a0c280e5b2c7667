import { assert, assertEquals } from "@std/assert";
import type { Emulator } from "../../scripts/cloudinary-emulator/mod.ts";
import { ONE_PIXEL, rejection, type Sdk, withEmulator } from "./support.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const ASSETS = [
  { public_id: "a", tags: ["x", "y"], context: { alt: "A", caption: "C" } },
  { public_id: "b", tags: ["y"] },
  { public_id: "a", resource_type: "raw" },
].map((asset) => ({ ...asset, created_at: "2025-01-01T00:00:00Z" }));

Deno.test("update → replaces tags and context, merges metadata, moves, renames the display", () =>
  withEmulator({ assets: 1 }, async ({ cloudinary, control }) => {
    await control("POST", "/assets", {
      assets: [{ public_id: "m", metadata: { rating: 1, licence: "owned" }, tags: ["old"] }],
    });
    const before = await cloudinary.api.resource("m");
    const answer = await cloudinary.api.update("m", {
      tags: "p,q",
      context: { alt: "new" },
      metadata: { rating: 4 },
      asset_folder: "f/g",
      display_name: "Shown",
    });
    assertEquals(answer.tags, ["p", "q"]);
    assertEquals(answer.context.custom, { alt: "new" });
    assertEquals(answer.metadata, { rating: 4, licence: "owned" });
    assertEquals([answer.asset_folder, answer.display_name], ["f/g", "Shown"]);
    assertEquals([answer.version, answer.asset_id], [before.version, before.asset_id]);
    const cleared = await cloudinary.api.update("m", { tags: "", context: "" });
    assertEquals([cleared.tags, cleared.context], [undefined, undefined]);
  }));

Deno.test("update under the other settings → context merges, empty values do not clear", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: ASSETS });
    await control("PUT", "/behavior", { update_context: "merge", update_empty_clears: false });
    const answer = await cloudinary.api.update("a", { tags: "", context: { alt: "B" } });
    assertEquals(answer.tags, ["x", "y"]);
    assertEquals(answer.context.custom, { alt: "B", caption: "C" });
  }));

Deno.test("each edit → stamps its own last_updated and updated_at, never the version", () =>
  withEmulator({ assets: 1, now: () => NOW }, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: ASSETS });
    const edits: readonly (readonly [string, () => Promise<unknown>])[] = [
      ["tags_updated_at", () => cloudinary.uploader.add_tag("new", ["b"])],
      ["context_updated_at", () => cloudinary.uploader.add_context("k=v", ["b"])],
      ["metadata_updated_at", () => cloudinary.uploader.update_metadata("rating=3", ["b"])],
      ["updated_at", () => cloudinary.api.update("b", { display_name: "other" })],
      ["updated_at", () => cloudinary.api.update("b", { asset_folder: "other" })],
    ];
    const { version } = await cloudinary.api.resource("b");
    for (const [stamp, edit] of edits) {
      await control("PUT", "/clock", { advance_ms: 60_000 });
      const before = (await cloudinary.api.resource("b")).last_updated;
      await edit();
      const detail = await cloudinary.api.resource("b");
      const changed = Object.entries(detail.last_updated)
        .filter(([key, value]) => before[key] !== value).map(([key]) => key).sort();
      assertEquals(changed, [...new Set([stamp, "updated_at"])].sort());
      assertEquals(detail.version, version);
    }
    const unchanged = (await cloudinary.api.resource("b")).last_updated;
    await control("PUT", "/clock", { advance_ms: 60_000 });
    await cloudinary.uploader.add_tag("new", ["b"]);
    assertEquals((await cloudinary.api.resource("b")).last_updated, unchanged);
  }));

/** Makes a signed call that the SDK has no method for. */
async function signedCall(
  emulator: Emulator,
  cloudinary: Sdk,
  path: string,
  parameters: Record<string, string>,
): Promise<void> {
  const timestamp = Math.floor(Date.now() / 1000);
  const signed = cloudinary.utils.sign_request({ ...parameters, timestamp });
  const response = await fetch(`${emulator.http}/v1_1/demo/${path}`, {
    method: "POST",
    body: new URLSearchParams(signed),
  });
  assertEquals(response.status, 200, await response.text());
}

Deno.test("tag commands → the ids that exist; unknown ids are skipped", () =>
  withEmulator({}, async ({ cloudinary, control, emulator }) => {
    await control("POST", "/assets", { assets: ASSETS });
    const tagsOf = async (id: string) => (await cloudinary.api.resource(id)).tags ?? [];
    const added = await cloudinary.uploader.add_tag("n1,n2", ["a", "zz"]);
    assertEquals(added.public_ids, ["a"]);
    assertEquals(await tagsOf("a"), ["n1", "n2", "x", "y"]);
    await cloudinary.uploader.remove_tag("y", ["a", "b"]);
    assertEquals([await tagsOf("a"), await tagsOf("b")], [["n1", "n2", "x"], []]);
    await cloudinary.uploader.replace_tag("only", ["a"]);
    assertEquals(await tagsOf("a"), ["only"]);
    // The SDK reads its option `exclusive` with swapped arguments and always sends `add`.
    const command = { command: "set_exclusive", tag: "only", public_ids: "b" };
    await signedCall(emulator, cloudinary, "image/tags", command);
    assertEquals([await tagsOf("a"), await tagsOf("b")], [[], ["only"]]);
    await cloudinary.uploader.remove_all_tags(["b"]);
    assertEquals(await tagsOf("b"), []);
    const many = Array.from({ length: 1001 }, (_, index) => `id-${index}`);
    assertEquals((await rejection(cloudinary.uploader.add_tag("t", many))).status, 400);
  }));

Deno.test("context commands → add merges by key, remove_all empties", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: ASSETS });
    await cloudinary.uploader.add_context({ alt: "1=1|2", extra: "e" }, ["a"]);
    const { context } = await cloudinary.api.resource("a");
    assertEquals(context.custom, { alt: "1=1|2", caption: "C", extra: "e" });
    await cloudinary.uploader.remove_all_context(["a"]);
    assertEquals((await cloudinary.api.resource("a")).context, undefined);
  }));

Deno.test("metadata → merged by field, empty clears, unknown fields → 400 and no change", () =>
  withEmulator({ assets: 1 }, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: ASSETS });
    await cloudinary.uploader.update_metadata({ rating: 2, channels: ["web"] }, ["a", "b"]);
    assertEquals((await cloudinary.api.resource("b")).metadata, { rating: 2, channels: ["web"] });
    await cloudinary.uploader.update_metadata("rating=", ["a"]);
    assertEquals((await cloudinary.api.resource("a")).metadata, { channels: ["web"] });
    const unknown = await rejection(cloudinary.uploader.update_metadata({ nope: "1" }, ["a"]));
    assertEquals(unknown.status, 400);
    assert(unknown.message.startsWith('Metadata External IDs do not exist: ["nope"]'));
  }));

Deno.test("explicit → edits an existing asset; a missing one → 404", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: ASSETS });
    const answer = await cloudinary.uploader.explicit("a", { type: "upload", tags: "z" });
    assertEquals(answer.tags, ["z"]);
    assert(answer.signature.length === 40);
    const missing = await rejection(cloudinary.uploader.explicit("zz", { type: "upload" }));
    assertEquals(missing, { status: 404, message: "Resource not found - zz" });
  }));

Deno.test("rename → same asset_id and version, new name; taken names need overwrite", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: ASSETS });
    const before = await cloudinary.api.resource("a");
    const answer = await cloudinary.uploader.rename("a", "dir/c d", { context: true });
    assertEquals([answer.asset_id, answer.public_id], [before.asset_id, "dir/c d"]);
    assertEquals(answer.version, before.version);
    assertEquals(answer.context.custom.alt, "A");
    assertEquals((await rejection(cloudinary.api.resource("a"))).status, 404);
    const raw = await cloudinary.api.resource("a", { resource_type: "raw" });
    assertEquals(raw.public_id, "a");
    const taken = await rejection(cloudinary.uploader.rename("dir/c d", "b"));
    assertEquals(taken, { status: 400, message: "to_public_id b already exists" });
    await cloudinary.uploader.rename("dir/c d", "b", { overwrite: true });
    assertEquals((await cloudinary.api.resource("b")).asset_id, before.asset_id);
    const moved = await cloudinary.uploader.rename("b", "b", { to_type: "private" });
    assertEquals([moved.type, moved.asset_id], ["private", before.asset_id]);
    assertEquals((await rejection(cloudinary.uploader.rename("zz", "y"))).status, 404);
  }));

Deno.test("destroy → ok, then not found, both with status 200", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: ASSETS });
    assertEquals(await cloudinary.uploader.destroy("a"), { result: "ok" });
    assertEquals(await cloudinary.uploader.destroy("a"), { result: "not found" });
    const raw = await cloudinary.uploader.destroy("a", { resource_type: "raw" });
    assertEquals(raw, { result: "ok" });
  }));

Deno.test("delete_resources → deleted and not_found with counts; over 100 ids → 400", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: ASSETS });
    const answer = await cloudinary.api.delete_resources(["a", "zz"]);
    assertEquals(answer.deleted, { a: "deleted", zz: "not_found" });
    assertEquals(answer.deleted_counts.a, { original: 1, derived: 0 });
    assertEquals(answer.partial, false);
    const many = Array.from({ length: 101 }, (_, index) => `id-${index}`);
    assertEquals((await rejection(cloudinary.api.delete_resources(many))).status, 400);
    const { asset_id } = await cloudinary.api.resource("b");
    const byId = await cloudinary.api.delete_resources_by_asset_ids([asset_id]);
    assertEquals(byId.deleted, { b: "deleted" });
  }));

Deno.test("delete by prefix of more than 1,000 → partial, then the rest", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    const assets = Array.from({ length: 1100 }, (_, index) => ({ public_id: `p/${index}` }));
    await control("POST", "/assets", { assets: [...assets, { public_id: "q" }] });
    const first = await cloudinary.api.delete_resources_by_prefix("p/");
    assertEquals([first.partial, Object.keys(first.deleted).length], [true, 1000]);
    const { next_cursor } = first;
    const second = await cloudinary.api.delete_resources_by_prefix("p/", { next_cursor });
    assertEquals([second.partial, second.next_cursor], [false, undefined]);
    assertEquals(await control("GET", "/state?summary=true"), { assets: 1, deleted: 1100 });
  }));

Deno.test("delete by tag, delete all → what they name", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: ASSETS });
    const byTag = await cloudinary.api.delete_resources_by_tag("x");
    assertEquals(byTag.deleted, { a: "deleted" });
    const all = await cloudinary.api.delete_all_resources();
    assertEquals(all.deleted, { b: "deleted" });
    assertEquals((await cloudinary.api.resources({ resource_type: "raw" })).resources.length, 1);
  }));

Deno.test("restore → the same asset in a new version; without a backup → no_backup", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const options = { public_id: "x", tags: "t", backup: true };
    const first = await cloudinary.uploader.upload(ONE_PIXEL, options);
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "y" });
    await cloudinary.api.delete_resources(["x", "y"]);
    const restored = await cloudinary.api.restore(["x", "y", "never"]);
    assertEquals(restored.x.asset_id, first.asset_id);
    assert(restored.x.version > first.version);
    assertEquals(restored.x.tags, ["t"]);
    assertEquals([restored.y, restored.never], [{ error: "no_backup" }, { error: "no_backup" }]);
  }));

Deno.test("restore where another asset has the name by now → an error, and that asset stays", () =>
  withEmulator({ behavior: { backup: true } }, async ({ cloudinary }) => {
    const first = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    await cloudinary.uploader.destroy("x");
    const second = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    const answer = await cloudinary.api.restore_by_asset_ids([first.asset_id]);
    assertEquals(answer.x, { error: "already_exists" });
    assertEquals((await cloudinary.api.resource("x")).asset_id, second.asset_id);
  }));

Deno.test("resource of a deleted asset with a backup → 200, a placeholder without bytes, until it is restored", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const upload = { public_id: "x", backup: true };
    const { asset_id, bytes } = await cloudinary.uploader.upload(ONE_PIXEL, upload);
    await cloudinary.api.delete_resources(["x"]);
    for (
      const detail of [
        await cloudinary.api.resource("x"),
        await cloudinary.api.resource_by_asset_id(asset_id),
      ]
    ) {
      assertEquals([detail.placeholder, detail.bytes, detail.asset_id], [true, 0, asset_id]);
    }
    assertEquals((await cloudinary.api.restore(["x"])).x.bytes, bytes);
    const { placeholder, bytes: again } = await cloudinary.api.resource("x");
    assertEquals([placeholder, again], [undefined, bytes]);
  }));

Deno.test("versions → every backed-up one, without those dropped; restored to one of them", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const upload = { public_id: "x", backup: true };
    const first = await cloudinary.uploader.upload(ONE_PIXEL, upload);
    const second = await cloudinary.uploader.upload(ONE_PIXEL, upload);
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    const versionsOf = async () => {
      const { versions } = await cloudinary.api.resource("x", { versions: true });
      return versions.map((version: { version_id: string }) => version.version_id);
    };
    assertEquals(await versionsOf(), [first.version_id, second.version_id]);
    assertEquals((await cloudinary.api.resource("x")).versions, undefined);
    await cloudinary.api.delete_backed_up_assets(first.asset_id, [second.version_id]);
    assertEquals(await versionsOf(), [first.version_id]);
    const restored = await cloudinary.api.restore(["x"], { versions: [first.version_id] });
    assertEquals([restored.x.asset_id, restored.x.etag], [first.asset_id, first.etag]);
  }));

Deno.test("delete by asset_ids of assets that share a public_id → all of them", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    const same = ["image", "video", "raw"]
      .map((resource_type) => ({ public_id: "same", resource_type }));
    const { assets } = await control("POST", "/assets", { assets: same });
    const ids = assets.map((asset: { asset_id: string }) => asset.asset_id);
    const answer = await cloudinary.api.delete_resources_by_asset_ids([...ids, ids[0]]);
    assertEquals(answer.deleted, { same: "deleted" });
    assertEquals(answer.deleted_counts, { same: { original: 3, derived: 0 } });
    assertEquals(await control("GET", "/state?summary=true"), { assets: 0, deleted: 3 });
  }));

Deno.test("publish_by_ids, publish_by_prefix, publish_by_tag → public by their new address", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const calls: readonly ((publicId: string) => Promise<{ published: unknown[] }>)[] = [
      (id) => cloudinary.api.publish_by_ids([id], { type: "authenticated" }),
      (id) => cloudinary.api.publish_by_prefix(id.slice(0, -1)),
      () => cloudinary.api.publish_by_tag("closed"),
    ];
    for (const call of calls) {
      const { public_id } = await cloudinary.uploader.upload(ONE_PIXEL, {
        type: "authenticated",
        tags: "closed",
      });
      const other = await cloudinary.api.publish_by_ids([public_id], { type: "private" });
      assertEquals(other.published, []);
      const { published: [asset] } = await call(public_id) as { published: [typeof other] };
      assertEquals([asset.public_id, asset.type], [public_id, "upload"]);
      assert(asset.url.includes("/image/upload/"));
      assertEquals((await cloudinary.api.resource(public_id)).access_mode, "public");
    }
  }));

Deno.test("update of a moderation → answered as a list of status and kind", () =>
  withEmulator({}, async ({ cloudinary }) => {
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", moderation: "manual" });
    const { moderation } = await cloudinary.api.update("x", { moderation_status: "approved" });
    assertEquals(moderation, [{ status: "approved", kind: "manual" }]);
  }));

Deno.test("update_resources_access_mode_by_ids → access_mode and its stamp", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: ASSETS });
    const answer = await cloudinary.api.update_resources_access_mode_by_ids("authenticated", [
      "a",
      "zz",
    ]);
    assertEquals([answer.updated[0].access_mode, answer.failed], ["authenticated", ["zz"]]);
    assertEquals((await cloudinary.api.resource("a")).access_mode, "authenticated");
  }));

Deno.test("related assets → related both ways of naming, unknown ones failed", () =>
  withEmulator({}, async ({ cloudinary, control }) => {
    await control("POST", "/assets", { assets: ASSETS });
    const names = ["image/upload/b", "image/upload/zz"];
    const answer = await cloudinary.api.add_related_assets("a", names);
    assertEquals([answer.success.length, answer.failed.length], [1, 1]);
    const detail = await cloudinary.api.resource("a", { related: true });
    assertEquals(detail.related_assets, [{ asset: "image/upload/b" }]);
    await cloudinary.api.delete_related_assets("a", ["image/upload/b"]);
    assertEquals((await cloudinary.api.resource("a", { related: true })).related_assets, []);
  }));
