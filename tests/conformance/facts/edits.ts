import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { ONE_PIXEL, rejection } from "../support.ts";
import { factTest } from "./fact-test.ts";

const ASSET = { public_id: "x", tags: ["t"], context: { alt: "A", caption: "C" } };

factTest(
  "update_context",
  "update and explicit with a context → in place of the whole, or merged into it",
  async ({ cloudinary, control }, way) => {
    await control("POST", "/assets", { assets: [ASSET] });
    const expected = way === "merge" ? { alt: "B", caption: "C" } : { alt: "B" };
    const updated = await cloudinary.api.update("x", { context: { alt: "B" } });
    assertEquals(updated.context.custom, expected);
    const explicit = { type: "upload", context: { caption: "D" } };
    const edited = await cloudinary.uploader.explicit("x", explicit);
    const merged = way === "merge" ? { alt: "B", caption: "D" } : { caption: "D" };
    assertEquals(edited.context.custom, merged);
  },
);

factTest(
  "update_empty_clears",
  "update with empty tags and context → cleared, or passed over",
  async ({ cloudinary, control }, clears) => {
    await control("POST", "/assets", { assets: [ASSET] });
    const { tags, context } = await cloudinary.api.update("x", { tags: "", context: "" });
    const expected = clears ? [undefined, undefined] : [["t"], { custom: ASSET.context }];
    assertEquals([tags, context], expected);
  },
);

factTest(
  "context_empty_value",
  "add_context with an empty value → the key is gone, or holds it",
  async ({ cloudinary, control }, does) => {
    await control("POST", "/assets", { assets: [ASSET] });
    await cloudinary.uploader.add_context("alt=", ["x"]);
    const { context } = await cloudinary.api.resource("x");
    assertEquals(context?.custom?.alt, does === "stored" ? "" : undefined);
  },
);

factTest(
  "overwrite_keeps_fields",
  "upload over an asset without naming its tags and context → dropped, or kept",
  async ({ cloudinary }, keeps) => {
    const fields = { tags: "t", context: { alt: "A" } };
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", ...fields });
    const again = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    assertEquals(again.tags, keeps ? ["t"] : []);
    assertEquals(again.context, keeps ? { custom: { alt: "A" } } : undefined);
  },
);

factTest(
  "overwrite_moves_created_at",
  "upload over an asset → created_at stays, or moves as uploaded_at does",
  async ({ cloudinary, control }, moves) => {
    const first = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    await control("PUT", "/clock", { advance_ms: 60_000 });
    const again = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    assertEquals([again.asset_id, again.overwritten], [first.asset_id, true]);
    assertEquals(again.created_at !== first.created_at, moves);
    const { resources: [item] } = await cloudinary.api.resources();
    assertEquals(item.created_at, again.created_at);
  },
);

factTest(
  "edits_bump_version",
  "rename, edit of metadata → the version stays, or moves",
  async ({ cloudinary }, bumps) => {
    await cloudinary.api.add_metadata_field({ external_id: "m", type: "integer", label: "M" });
    const { version } = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    await cloudinary.uploader.add_tag("t", ["x"]);
    assertEquals((await cloudinary.api.resource("x")).version, version);
    await cloudinary.uploader.update_metadata({ m: 1 }, ["x"]);
    const edited = (await cloudinary.api.resource("x")).version;
    assertEquals(edited > version, bumps);
    const renamed = await cloudinary.uploader.rename("x", "y");
    assertEquals(renamed.version > edited, bumps);
  },
);

factTest(
  "context_value_limit",
  "context with a value of so many characters → kept, of one more → 400",
  async ({ cloudinary, control }, limit) => {
    await control("POST", "/assets", { assets: [{ public_id: "x" }] });
    const add = (length: number) =>
      cloudinary.uploader.add_context({ alt: "ü".repeat(length) }, ["x"]);
    await add(limit);
    assertEquals((await cloudinary.api.resource("x")).context.custom.alt.length, limit);
    assertEquals((await rejection(add(limit + 1))).status, 400);
    const long = { public_id: "y", context: { alt: "a".repeat(limit + 1) } };
    assertEquals((await rejection(cloudinary.uploader.upload(ONE_PIXEL, long))).status, 400);
    const update = cloudinary.api.update("x", { context: { alt: "a".repeat(limit + 1) } });
    assertEquals((await rejection(update)).status, 400);
  },
);

factTest(
  "public_id_case",
  "upload of a public_id that differs in case → another asset, or the same",
  async ({ cloudinary }, sensitivity) => {
    const first = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "Same" });
    const second = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "same" });
    if (sensitivity === "sensitive") {
      assertNotEquals(second.asset_id, first.asset_id);
      assertEquals((await rejection(cloudinary.api.resource("SAME"))).status, 404);
    } else {
      assertEquals([second.asset_id, second.public_id], [first.asset_id, "Same"]);
      assertEquals((await cloudinary.api.resource("SAME")).asset_id, first.asset_id);
    }
  },
);

factTest(
  "public_id_unicode",
  "upload of a public_id in decomposed form → kept so, or composed",
  async ({ cloudinary }, form) => {
    const [decomposed, composed] = ["e\u0301", "\u00e9"];
    const first = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: decomposed });
    assertEquals(first.public_id, form === "nfc" ? composed : decomposed);
    const second = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: composed });
    assertEquals(second.asset_id === first.asset_id, form === "nfc");
    assertEquals((await cloudinary.api.resource(decomposed)).asset_id, first.asset_id);
    const renamed = await cloudinary.uploader.rename(composed, `x${decomposed}`);
    assertEquals(renamed.public_id, form === "nfc" ? `x${composed}` : `x${decomposed}`);
  },
);

factTest(
  "upload_signature_elsewhere",
  "destroy with the signature of an upload of that name → done, or 401",
  async ({ cloudinary, emulator }, way) => {
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    const timestamp = Math.floor(Date.now() / 1000);
    const upload = { public_id: "x", overwrite: false, tags: "t", timestamp };
    const signed = cloudinary.utils.sign_request(upload);
    const response = await fetch(`${emulator.http}/v1_1/demo/image/destroy`, {
      method: "POST",
      body: new URLSearchParams(signed),
    });
    await response.body?.cancel();
    assertEquals(response.status, way === "taken" ? 200 : 401);
    // What the SDK signs for an endpoint it takes in any case.
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "y", tags: "t" });
    await cloudinary.uploader.add_tag("u", ["y"]);
    await cloudinary.uploader.add_context("k=v", ["y"]);
    await cloudinary.uploader.explicit("y", { type: "upload", tags: "w" });
    await cloudinary.uploader.rename("y", "z", { overwrite: true, invalidate: true });
    assertEquals(await cloudinary.uploader.destroy("z", { invalidate: true }), { result: "ok" });
  },
);

factTest(
  "rename_conflict_status",
  "rename onto a taken public_id → refused, nothing renamed",
  async ({ cloudinary, control }, status) => {
    await control("POST", "/assets", { assets: [{ public_id: "a" }, { public_id: "b" }] });
    const call = cloudinary.uploader.rename("a", "b");
    // The SDK knows 400 as an answer of the Upload API, and 409 as none.
    const { http_code, message } = await call.catch((error: unknown) => error);
    assertEquals(http_code, status);
    assert(status === 400 ? message.includes("already exists") : message.includes("409"));
    assertEquals((await cloudinary.api.resource("a")).public_id, "a");
  },
);

factTest(
  "stale_status",
  "a signed call of more than an hour ago → Stale request",
  async ({ cloudinary, control }, status) => {
    await control("PUT", "/clock", { advance_ms: 3_700_000 });
    const refused = await rejection(cloudinary.uploader.destroy("x"));
    assertEquals([refused.status, refused.message.slice(0, 13)], [status, "Stale request"]);
  },
);

factTest(
  "rate_limit_status",
  "a call beyond the hourly limit → refused with the time of the reset",
  async ({ cloudinary, control }, status) => {
    await control("PUT", "/faults", { rate_limit: 1 });
    await cloudinary.api.ping();
    const refused = await rejection(cloudinary.api.ping());
    assertEquals(refused.status, status);
    assert(/Try again on .* UTC$/.test(refused.message));
  },
);
