/** The first sync of an emulated library into PGlite. */
import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { assertSidesEqual } from "../support/compare-sides.ts";
import {
  type Call,
  control,
  randomSeed,
  rowPositions,
  syncUntilCompleted,
  writeCalls,
} from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";

const seed = randomSeed();
let stack: Stack;
let call: Call;
/** Assets in the library; grows from test to test. */
let count = 1_000;

const stackTest = stackTests({ assets: count, seed }, (world) => ({ stack, call } = world));

stackTest(`1,000 assets, seed ${seed}: first sync → nothing missing, nothing extra`, async () => {
  const { body } = await syncUntilCompleted(call);
  await assertSidesEqual(stack, count);
  const { synced_items, updated_items, deleted_items, error_count, progress } = body.data;
  assertEquals({ synced_items, updated_items, deleted_items, error_count, progress }, {
    synced_items: 1_000,
    updated_items: 0,
    deleted_items: 0,
    error_count: 0,
    progress: { seen: 1_000, expected: 1_000, percent: 100 },
  });
});

for (const json of [{ full: true }, { force: true }]) {
  const name = `${JSON.stringify(json)} right after a full sync, seed ${seed}`;
  stackTest(`${name} → no row touched, nothing written to Cloudinary`, async () => {
    const before = await rowPositions(stack);
    assert(before.length >= 2 * count);
    const { body } = await syncUntilCompleted(call, json);
    assertEquals(await rowPositions(stack), before);
    assertEquals(await writeCalls(stack), {});
    assertEquals(body.data.unchanged_items, count);
  });
}

const encoder = new TextEncoder();
const longestId = `${"長".repeat(84)}xyz`;
const hostile = [
  { public_id: "with space/and more space", why: "spaces" },
  { public_id: "salt&pepper", why: "&" },
  { public_id: "100%25 of 100%", why: "%" },
  { public_id: "one+one", why: "+" },
  { public_id: `it's "quoted"`, why: "quotes" },
  { public_id: "👩‍🚀 in 🚀", why: "emoji" },
  { public_id: "مرحبا/שלום", why: "right-to-left text" },
  { public_id: longestId, why: "255 bytes" },
];
const kinds = [
  { public_id: "contracts/signed.docx", resource_type: "raw", why: "raw file" },
  {
    public_id: "clips/opening",
    resource_type: "video",
    format: "mp4",
    width: 1920,
    height: 1080,
    duration: 12.5,
    why: "video",
  },
  { public_id: "vault/a", type: "private", why: "private image" },
  { public_id: "vault/b", type: "authenticated", why: "authenticated image" },
  { public_id: "vault/c.zip", resource_type: "raw", type: "private", why: "private raw file" },
  ...["image", "video", "raw"].map((resource_type) => ({
    public_id: "one name",
    resource_type,
    why: `one public_id as ${resource_type}`,
  })),
  ...["upload", "private", "authenticated"].map((type) => ({
    public_id: "one name, three deliveries",
    type,
    why: `one public_id delivered as ${type}`,
  })),
  {
    public_id: "guarded",
    access_control: [{ access_type: "token" }],
    moderation: [{ kind: "manual", status: "pending" }],
    why: "access control and moderation",
  },
];
const named = [...hostile, ...kinds].map((asset, index) => ({
  asset_id: index.toString(16).padStart(32, "a"),
  resource_type: "image",
  type: "upload",
  asset_folder: "named/sub folder",
  display_name: `Named ${index} – ${asset.why}`,
  tags: ["z last", "a first", "100%", "été", "مدينة"],
  context: { alt: `a=b|c "d" \\ ${asset.public_id}`, empty: "" },
  ...asset,
}));

stackTest("assets of every kind and name → each arrives intact under its own name", async () => {
  assertEquals(encoder.encode(longestId).length, 255);
  await control(stack, "POST /assets", { assets: named });
  count += named.length;
  await syncUntilCompleted(call);
  for (const asset of named) {
    const rows = await stack.sql<Record<string, unknown> & { tags: string[] }>(
      `select public_id, resource_type, type, folder, display_name, tags, context,
         extra -> 'access_control' as access_control, moderation_status
       from public.media_assets where asset_id = $1 and deleted_at is null`,
      [asset.asset_id],
    );
    // Cloudinary may answer the tags in another order.
    for (const row of rows) row.tags = row.tags.toSorted();
    assertEquals(rows, [{
      public_id: asset.public_id,
      resource_type: asset.resource_type,
      type: asset.type,
      folder: asset.asset_folder,
      display_name: asset.display_name,
      tags: asset.tags.toSorted(),
      context: asset.context,
      access_control: "access_control" in asset ? asset.access_control : null,
      moderation_status: "moderation" in asset ? "pending" : null,
    }], asset.why);
  }
  await assertSidesEqual(stack, count, `seed ${seed}`);
});

// A page of some megabytes comes in many pieces; a piece that ends inside a character must not break it.
stackTest("a page full of characters of several bytes → every one arrives", async () => {
  const text = "日本語テキスト、長い説明文。🎈👩‍🚀مدينة";
  await control(stack, "POST /assets", {
    assets: Array.from({ length: 500 }, (_, index) => ({
      public_id: `多バイト/${"x".repeat(index % 7)}${text}${index}`,
      context: Object.fromEntries(
        Array.from({ length: 8 }, (_, key) => [`鍵${key}`, text.repeat(6 + (index + key) % 5)]),
      ),
      tags: [`札${index}`, text],
    })),
  });
  count += 500;
  await syncUntilCompleted(call);
  await assertSidesEqual(stack, count, `seed ${seed}`);
});
