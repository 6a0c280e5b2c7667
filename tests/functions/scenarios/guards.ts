/** Absence from a listing is evidence, not an instruction: what the delete guard stops, and what it lets through. */
import type { Scenario } from "../../support/scenario.ts";
import { here, product, there } from "../../support/scenario-steps.ts";
import type { AssetDescription } from "../../support/scenario-world.ts";

const gone = { deleted: true, sync_status: "synced" };
const live = { deleted: false, sync_status: "synced" };

/** `count` assets: asset1, asset2, … */
function many(count: number): Record<string, AssetDescription> {
  return Object.fromEntries(names(count).map((name) => [name, { tags: [] }]));
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `asset${index + 1}`);
}

function every<T>(count: number, value: T): Record<string, T> {
  return Object.fromEntries(names(count).map((name) => [name, value]));
}

const deleted = (count: number) => names(count).map((name) => `delete pull success ${name}`);
const html = "<html><body>Under maintenance</body></html>";

export const guards: Scenario[] = [
  {
    title: "11 of 20 gone there → blocked before anything is deleted",
    initial: many(20),
    there: [there.destroy(...names(11))],
    sync: [product.sync({ full: true }, { status: "blocked", deleted_items: 0 })],
    expect: {
      rows: every(20, live),
      differences: every(11, ["asset_id"]),
    },
  },
  {
    title: "10 of 20 gone there, exactly the limit → deleted",
    initial: many(20),
    there: [there.destroy(...names(10))],
    expect: { rows: { ...every(20, live), ...every(10, gone) }, log: deleted(10) },
  },
  {
    title: "9 of 10 gone there, a library too small for shares → deleted",
    initial: many(10),
    there: [there.destroy(...names(9))],
    expect: { rows: { ...every(10, live), ...every(9, gone) }, log: deleted(9) },
  },
  {
    title: "3 of 12 gone there, the limits set tighter → blocked",
    initial: many(12),
    given: [here.settings({ delete_guard_percent: 20, delete_guard_minimum: 3 })],
    there: [there.destroy(...names(3))],
    sync: [product.sync({ full: true }, { status: "blocked" })],
    expect: { rows: every(12, live), differences: every(3, ["asset_id"]) },
  },
  {
    title: "blocked, then allowed once by name → deleted, and the guard stands again afterwards",
    initial: many(30),
    there: [there.destroy(...names(16))],
    sync: [
      product.sync({ full: true }, { status: "blocked" }),
      product.allowMassDelete({ status: "completed", deleted_items: 16 }),
      there.destroy(...names(28).slice(16)),
      product.sync({ full: true }, { status: "blocked" }),
    ],
    expect: {
      rows: { ...every(30, live), ...every(16, gone) },
      log: deleted(16),
      differences: Object.fromEntries(names(28).slice(16).map((name) => [name, ["asset_id"]])),
    },
  },
  {
    title: "an empty listing of a library that is there → blocked, whatever its size",
    initial: many(2),
    there: [there.faults({ empty_listing: true })],
    sync: [
      product.sync({ full: true }, { status: "blocked" }),
      there.faults({ empty_listing: false }),
    ],
    expect: { rows: every(2, live) },
  },
  {
    title: "an empty listing that is allowed all the same → looked up, alive, nothing deleted",
    initial: many(2),
    there: [there.faults({ empty_listing: true })],
    sync: [
      product.sync({ full: true }, { status: "blocked" }),
      product.allowMassDelete({ status: "completed", deleted_items: 0 }),
      there.faults({ empty_listing: false }),
    ],
    expect: { rows: every(2, live) },
  },
  {
    title: "everything deleted there → blocked; allowed, everything is deleted here",
    initial: many(2),
    there: [there.destroy("asset1", "asset2")],
    sync: [
      product.sync({ full: true }, { status: "blocked" }),
      product.allowMassDelete({ status: "completed", deleted_items: 2 }),
    ],
    expect: { rows: every(2, gone), log: deleted(2) },
  },
  {
    title: "a listing that ends too early, few missing → looked up, alive, nothing deleted",
    initial: many(12),
    there: [there.faults({ truncate_listing: 8 })],
    sync: [
      { full: true, batch_size: 4 },
      there.faults({ truncate_listing: 0 }),
    ],
    expect: { rows: every(12, live) },
  },
  {
    title: "a listing that ends too early, most missing → blocked",
    initial: many(20),
    there: [there.faults({ truncate_listing: true })],
    sync: [
      product.sync({ full: true, batch_size: 5 }, { status: "blocked" }),
      there.faults({ truncate_listing: 0 }),
    ],
    expect: { rows: every(20, live) },
  },
  {
    title: "a page that fails in the middle → asked again, nothing missing, nothing deleted",
    initial: many(12),
    there: [
      there.destroy("asset1"),
      there.faults({
        fail_next: [
          { match: "GET /resources/image", status: 500 },
          { match: "GET /resources/image", status: 503, body: html },
        ],
      }),
    ],
    sync: [{ full: true, batch_size: 4 }],
    expect: { rows: { ...every(12, live), ...every(1, gone) }, log: deleted(1) },
  },
  {
    title: "HTML with status 200 in place of a page → no answer; asked again, nothing deleted",
    initial: many(3),
    there: [
      there.faults({ fail_next: [{ match: "GET /resources/image", status: 200, body: html }] }),
    ],
    expect: { rows: every(3, live) },
  },
  {
    title:
      "JSON of another kind with status 200 in place of a page → the call fails, nothing deleted",
    initial: many(3),
    there: [
      there.faults({
        fail_next: [{ match: "GET /resources/image", status: 200, body: { status: "ok" } }],
      }),
    ],
    sync: [product.syncFails({ full: true }, "cloudinary_unavailable"), { full: true }],
    expect: { rows: every(3, live) },
  },
  {
    title: "an error object in place of a look-up → nothing deleted, what is gone goes next time",
    initial: many(3),
    there: [
      there.destroy("asset1"),
      there.faults({
        fail_next: [{
          match: "by_asset_ids",
          status: 400,
          body: { error: { message: "Something is wrong" } },
        }],
      }),
    ],
    sync: [product.syncFails({ full: true }, "cloudinary_bad_request"), { full: true }],
    expect: { rows: { ...every(3, live), ...every(1, gone) }, log: deleted(1) },
  },
  {
    title: "wrong credentials for a page → the run fails, nothing deleted",
    initial: many(3),
    there: [
      there.destroy("asset1"),
      there.faults({
        fail_next: [{
          match: "GET /resources/image",
          status: 401,
          body: { error: { message: "Invalid credentials" } },
        }],
      }),
    ],
    sync: [product.syncFails({ full: true }, "cloudinary_unauthorized"), { full: true }],
    expect: { rows: { ...every(3, live), ...every(1, gone) }, log: deleted(1) },
  },
  {
    title: "only videos reconciled while an image is gone there → the image's row stays",
    initial: { one: {}, film: { resource_type: "video" } },
    there: [there.destroy("one"), there.set("film", { tags: ["there"] })],
    sync: [{ resource_type: "video" }],
    settled: false,
    expect: {
      rows: { one: live, film: { ...live, tags: ["there"] } },
      log: ["update pull success film"],
      differences: { one: ["asset_id"] },
    },
  },
];
