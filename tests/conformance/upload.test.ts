import { createHash } from "node:crypto";
import { encode } from "fast-png";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { waitUntil } from "../support/wait-until.ts";
import { ONE_PIXEL, rejection, type Sdk, withEmulator } from "./support.ts";

/** Writes a file to a temporary folder for the time of a test. */
async function withFile(
  name: string,
  bytes: Uint8Array,
  test: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/${name}`, bytes);
    await test(`${folder}/${name}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function picture(width: number, height: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    encode({ width, height, channels: 3, data: new Uint8Array(width * height * 3) }),
  );
}

Deno.test("upload of a real picture file → its real size, format, md5, and the same bytes back", () =>
  withEmulator(
    {},
    ({ cloudinary }) =>
      withFile("Café au lait.png", picture(23, 17), async (path) => {
        const answer = await cloudinary.uploader.upload(path, { use_filename: true });
        assertEquals([answer.width, answer.height, answer.format], [23, 17, "png"]);
        assertEquals(answer.etag, createHash("md5").update(picture(23, 17)).digest("hex"));
        assertEquals(answer.bytes, picture(23, 17).length);
        const delivered = await fetch(answer.secure_url);
        assertEquals(new Uint8Array(await delivered.arrayBuffer()), picture(23, 17));
      }),
  ));

Deno.test("upload answer → every documented key", () =>
  withEmulator({}, async ({ cloudinary, emulator }) => {
    const answer = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "sample" });
    const keys =
      "access_mode api_key asset_folder asset_id bytes created_at display_name etag format height " +
      "original_filename placeholder public_id resource_type secure_url signature tags type url " +
      "version version_id width";
    assertEquals(Object.keys(answer).sort(), keys.split(" "));
    const text = `public_id=sample&version=${answer.version}${emulator.apiSecret}`;
    assertEquals(answer.signature, createHash("sha1").update(text).digest("hex"));
    assertMatch(answer.created_at, /Z$/);
  }));

Deno.test("upload with tags, context, metadata, folder, display name → all on the asset", () =>
  withEmulator({ assets: 1 }, async ({ cloudinary }) => {
    const context = { alt: "a=b|c", caption: 'say "hi"' };
    const metadata = { rating: 5, channels: ["web", "print"], shot_on: "2024-02-29" };
    await cloudinary.uploader.upload(ONE_PIXEL, {
      public_id: "x",
      tags: ["one", "two", "one"],
      context,
      metadata,
      asset_folder: "/a/b/",
      display_name: "Shown",
      moderation: "manual",
    });
    const detail = await cloudinary.api.resource("x");
    assertEquals(detail.tags, ["one", "two"]);
    assertEquals(detail.context.custom, context);
    assertEquals(detail.metadata, metadata);
    assertEquals([detail.asset_folder, detail.display_name], ["a/b", "Shown"]);
    assertEquals(detail.moderation, [{ status: "pending", kind: "manual" }]);
    assertEquals((await cloudinary.api.sub_folders("a")).folders[0].path, "a/b");
  }));

Deno.test("upload over an existing public_id → same asset_id, newer version, overwritten", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const first = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", tags: "old" });
    const second = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    assertEquals(second.asset_id, first.asset_id);
    assertEquals([second.overwritten, first.overwritten], [true, undefined]);
    assert(second.version > first.version);
    assertEquals(second.created_at, first.created_at);
  }));

Deno.test("a file whose name comes with directories → named without them", () =>
  withEmulator({}, async ({ cloudinary, emulator }) => {
    const timestamp = Math.floor(Date.now() / 1000);
    for (const name of ["test/resources/logo.png", "C:\\pictures\\logo.png"]) {
      const form = new FormData();
      const signed = cloudinary.utils.sign_request({ timestamp, use_filename: 1 });
      for (const [key, value] of Object.entries(signed)) form.set(key, String(value));
      const bytes = await (await fetch(ONE_PIXEL)).blob();
      form.set("file", new File([bytes], name));
      const response = await fetch(`${emulator.http}/v1_1/demo/image/upload`, {
        method: "POST",
        body: form,
      });
      const answer = await response.json();
      assertEquals(answer.original_filename, "logo");
      assertMatch(answer.public_id, /^logo_\w{6}$/);
    }
  }));

Deno.test("add-ons, which this account has not → refused by name", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const detect = (detection: string) => cloudinary.uploader.upload(ONE_PIXEL, { detection });
    const unknown = { status: 400, message: "Detection invalid model 'illegal'" };
    assertEquals(await rejection(detect("illegal")), unknown);
    assertEquals((await rejection(detect("adv_face"))).status, 420);
    await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    const updated = await rejection(cloudinary.api.update("x", { raw_convert: "illegal" }));
    assertEquals(updated, { status: 400, message: "Illegal value illegal for raw_convert" });
  }));

Deno.test("upload with overwrite false → the existing asset, untouched", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const first = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", tags: "old" });
    const second = await cloudinary.uploader.upload(ONE_PIXEL, {
      public_id: "x",
      tags: "new",
      overwrite: false,
    });
    assertEquals([second.existing, second.version], [true, first.version]);
    assertEquals(second.tags, ["old"]);
  }));

Deno.test("upload after a deletion → a new asset_id", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const first = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    await cloudinary.uploader.destroy("x");
    const second = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    assert(second.asset_id !== first.asset_id);
  }));

Deno.test("raw and auto uploads → the type that the bytes have; raw keeps its extension", () =>
  withEmulator(
    {},
    ({ cloudinary }) =>
      withFile("list.csv", new TextEncoder().encode("a,b\n"), async (path) => {
        const raw = await cloudinary.uploader.upload(path, { resource_type: "raw" });
        assertMatch(raw.public_id, /\.csv$/);
        assertEquals([raw.width, raw.format], [undefined, undefined]);
        const auto = await cloudinary.uploader.upload(path, { resource_type: "auto" });
        assertEquals(auto.resource_type, "raw");
        const image = await cloudinary.uploader.upload(ONE_PIXEL, { resource_type: "auto" });
        assertEquals(image.resource_type, "image");
        const wrong = await rejection(cloudinary.uploader.upload(path, {}));
        assertEquals(wrong, { status: 400, message: "Invalid image file" });
      }),
  ));

Deno.test("upload of a URL → fetched from this machine only; what is missing → Error in loading", () =>
  withEmulator({}, async ({ cloudinary, emulator }) => {
    const { secure_url } = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x" });
    const copy = await cloudinary.uploader.upload(secure_url, { public_id: "y" });
    assertEquals(copy.bytes, 70);
    const gone = `${emulator.http}/res/demo/image/upload/none.png`;
    const missing = await rejection(cloudinary.uploader.upload(gone, {}));
    assertEquals(missing, { status: 400, message: `Error in loading ${gone} - 404 Not Found` });
    const away = await rejection(cloudinary.uploader.upload("https://example.com/a.png", {}));
    assertEquals(away.status, 400);
  }));

Deno.test("fixed folder mode: folder → becomes the path of the public_id", () =>
  withEmulator({ folderMode: "fixed" }, async ({ cloudinary }) => {
    const answer = await cloudinary.uploader.upload(ONE_PIXEL, { folder: "a/b", public_id: "c" });
    assertEquals([answer.public_id, answer.folder], ["a/b/c", "a/b"]);
    assertEquals(answer.asset_folder, undefined);
  }));

Deno.test("async upload → pending with a batch id, the asset follows", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const answer = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", async: true });
    assertEquals([answer.status, answer.public_id, answer.asset_id], ["pending", "x", undefined]);
    await waitUntil(() => cloudinary.api.resource("x").then(() => true, () => false));
  }));

Deno.test("eager → derived versions in the answer and in the detail", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const eager = [{ width: 10, crop: "fill" }, { width: 20, crop: "fit", format: "webp" }];
    const answer = await cloudinary.uploader.upload(ONE_PIXEL, { public_id: "x", eager });
    assertEquals(answer.eager.map((item: { format: string }) => item.format), ["png", "webp"]);
    const detail = await cloudinary.api.resource("x");
    assertEquals(detail.derived.length, 2);
    const [{ id }] = detail.derived;
    const { deleted } = await cloudinary.api.delete_derived_resources([id]);
    assertEquals(deleted, { [id]: "deleted" });
    assertEquals((await cloudinary.api.resource("x")).derived.length, 1);
  }));

Deno.test("unsigned upload → by an unsigned preset only, with the preset's settings", () =>
  withEmulator({}, async ({ cloudinary }) => {
    await cloudinary.api.create_upload_preset({ name: "open", unsigned: true, tags: "web" });
    await cloudinary.api.create_upload_preset({ name: "closed" });
    const answer = await cloudinary.uploader.unsigned_upload(ONE_PIXEL, "open");
    assertEquals(answer.tags, ["web"]);
    for (const preset of ["closed", "missing"]) {
      const refused = cloudinary.uploader.unsigned_upload(ONE_PIXEL, preset);
      assertEquals((await rejection(refused)).status, 400);
    }
  }));

Deno.test("chunked upload → one asset of all parts", () =>
  withEmulator({}, async ({ cloudinary }) => {
    const bytes = new Uint8Array(9 * 1024 * 1024).map((_, index) => index % 251);
    await withFile("large.bin", bytes, async (path) => {
      const answer = await uploadLarge(cloudinary, path);
      assertEquals([answer.bytes, answer.resource_type], [bytes.length, "raw"]);
      assertEquals(answer.etag, createHash("md5").update(bytes).digest("hex"));
    });
  }));

// deno-lint-ignore no-explicit-any
function uploadLarge(cloudinary: Sdk, path: string): Promise<any> {
  const options = { resource_type: "raw", chunk_size: 6 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    cloudinary.uploader.upload_large(path, options, (error: unknown, result: unknown) => {
      error ? reject(error) : resolve(result);
    });
  });
}

Deno.test("upload with wrong values → 400 and nothing stored", () =>
  withEmulator({ assets: 1 }, async ({ cloudinary, control }) => {
    const wrong = [
      { public_id: "/slash" },
      { public_id: "x".repeat(256) },
      { display_name: "a/b" },
      { metadata: { nope: "1" } },
      { metadata: { rating: "many" } },
      { metadata: { licence: "unknown" } },
      { metadata: { shot_on: "2023-02-30" } },
      { tags: "t".repeat(256) },
      { type: "fetch" },
    ];
    for (const options of wrong) {
      const { status } = await rejection(cloudinary.uploader.upload(ONE_PIXEL, options));
      assertEquals(status, 400, JSON.stringify(options));
    }
    assertEquals(await control("GET", "/state?summary=true"), { assets: 1, deleted: 0 });
  }));
