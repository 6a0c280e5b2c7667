/** include_folders: which part of the library is mirrored. Narrowing and widening it deletes nothing on either side. */
import type { Scenario } from "../../support/scenario.ts";
import { here, product, there } from "../../support/scenario-steps.ts";
import { explicit } from "./calls.ts";

const initial = {
  one: { asset_folder: "in", display_name: "One" },
  deep: { asset_folder: "in/deeper" },
  out: { asset_folder: "outside", display_name: "Out" },
  like: { asset_folder: "inside" },
};
const narrow = here.settings({ include_folders: ["in"] });
const widen = here.settings({ include_folders: [] });
const inScope = { in_scope: true, deleted: false, sync_status: "synced" };
const hidden = { in_scope: false, deleted: false };

/** More than the guard lets a change of scope hide. */
const many = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [`a${index}`, { asset_folder: "in" }]),
);
const ofMany = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.keys(many).map((name) => [name, row]));

export const scope: Scenario[] = [
  {
    title: "include_folders misspelt, all of 12 would be hidden → waits, nothing is hidden",
    initial: many,
    here: [here.settings({ include_folders: ["ni"] })],
    expect: { rows: ofMany(inScope) },
  },
  {
    title: "include_folders that hide all of 12, allowed by name → hidden, nothing is deleted",
    initial: many,
    here: [here.settings({ include_folders: ["ni"] })],
    sync: [{ full: true }, product.allowMassDelete({ status: "completed" }), { full: true }],
    expect: { rows: ofMany(hidden), cloudinary: ofMany({}) },
  },
  {
    title: "include_folders narrowed → the rest is hidden, nothing is deleted on either side",
    initial,
    here: [narrow],
    expect: {
      rows: { one: inScope, deep: inScope, out: hidden, like: hidden },
      cloudinary: { one: {}, deep: {}, out: {}, like: {} },
    },
  },
  {
    title: "include_folders narrowed and widened → everything is back",
    initial,
    here: [narrow],
    sync: [{ full: true }, widen, { full: true }],
    expect: { rows: { one: inScope, deep: inScope, out: inScope, like: inScope } },
  },
  {
    title: "new outside of include_folders → no row; widened, a row",
    initial,
    given: [narrow],
    there: [there.insert({ new: { asset_folder: "outside" } })],
    sync: [{ full: true }, widen, { full: true }],
    expect: {
      rows: { new: inScope, out: inScope, like: inScope },
      log: ["upload pull success new", "upload pull success out", "upload pull success like"],
    },
  },
  {
    title: "moved out of include_folders there → hidden; moved back, it is there again",
    initial: { one: { asset_folder: "in" }, two: { asset_folder: "in" } },
    given: [narrow],
    there: [there.set("one", { asset_folder: "outside" })],
    sync: [{ full: true }, there.set("one", { asset_folder: "in" }), { full: true }],
    expect: {
      rows: { one: inScope, two: inScope },
      log: ["move pull success one", "move pull success one"],
    },
  },
  {
    title: "moved into include_folders there → a row",
    initial,
    given: [narrow],
    there: [there.set("out", { asset_folder: "in/new" })],
    expect: {
      rows: { out: { ...inScope, folder: "in/new" } },
      log: ["upload pull success out"],
      differences: { like: ["asset_id"] },
    },
  },
  {
    title: "edited here, then left out by include_folders → not pushed until it is back",
    initial,
    here: [here.set("out", { display_name: "Edited" }), narrow],
    sync: [{ full: true }, { full: true }, widen, { full: true }, { full: true }],
    expect: {
      rows: { out: { ...inScope, display_name: "Edited" } },
      cloudinary: { out: { display_name: "Edited" } },
      calls: { [explicit]: 1 },
      log: ["update push success out"],
    },
  },
  {
    title:
      "left out by include_folders, changed and deleted there → followed quietly, none destroyed",
    initial,
    here: [narrow],
    sync: [
      { full: true },
      there.set("out", { display_name: "There" }),
      there.destroy("like"),
      { full: true },
    ],
    expect: {
      rows: { out: { ...hidden, display_name: "There" }, like: { deleted: true } },
      cloudinary: { out: { display_name: "There" }, like: null },
      log: ["update pull success out", "delete pull success like"],
    },
  },
];
