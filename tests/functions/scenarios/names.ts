/** Renames and moves on either side: the same row and the same asset, by whatever name. */
import type { Scenario } from "../../support/scenario.ts";
import { here, product, there } from "../../support/scenario-steps.ts";
import { explicit, rename, tags, update } from "./calls.ts";

const synced = { sync_status: "synced" };
const two = { one: { display_name: "One" }, two: { display_name: "Two" } };

export const names: Scenario[] = [
  {
    title: "renamed there → the same row by its new name",
    there: [there.rename("one", "new")],
    expect: { rows: { one: { public_id: "new", ...synced } }, log: ["rename pull success one"] },
  },
  {
    title: "renamed here → one call, the same asset by its new name",
    here: [here.set("one", { public_id: "new" })],
    expect: {
      rows: { one: { public_id: "new", ...synced } },
      cloudinary: { one: { public_id: "new", tags: ["a", "b"] } },
      calls: { [rename]: 1 },
      log: ["rename push success one"],
    },
  },
  {
    title: "two names swapped there → two renames, no deletion",
    initial: two,
    there: [there.rename("one", "between"), there.rename("two", "one"), there.rename("one", "two")],
    expect: {
      rows: { one: { public_id: "two", ...synced }, two: { public_id: "one", ...synced } },
      log: ["rename pull success one", "rename pull success two"],
    },
  },
  {
    title: "two names swapped here → the swap arrives, over a name in between",
    initial: { one: { display_name: "One" }, two: { display_name: "Two" } },
    here: [here.set("one", { public_id: "two" }), here.set("two", { public_id: "one" })],
    expect: {
      rows: {
        one: { sync_status: "synced", public_id: "two", display_name: "One" },
        two: { sync_status: "synced", public_id: "one", display_name: "Two" },
      },
      cloudinary: {
        one: { public_id: "two", display_name: "One" },
        two: { public_id: "one", display_name: "Two" },
      },
      calls: { [rename]: 3 },
      log: ["rename push success one", "rename push success two"],
    },
  },
  {
    title: "one renamed here to the name that another gives up here → both renames arrive",
    initial: { one: {}, two: {}, three: {} },
    here: [
      here.set("one", { public_id: "two" }),
      here.set("two", { public_id: "three" }),
      here.set("three", { public_id: "four" }),
    ],
    expect: {
      rows: {
        one: { sync_status: "synced", public_id: "two" },
        two: { sync_status: "synced", public_id: "three" },
        three: { sync_status: "synced", public_id: "four" },
      },
      cloudinary: {
        one: { public_id: "two" },
        two: { public_id: "three" },
        three: { public_id: "four" },
      },
      calls: { [rename]: 3 },
      log: [
        "rename push success one",
        "rename push success two",
        "rename push success three",
      ],
    },
  },
  {
    title: "renamed there, retagged here → both, under the new name",
    there: [there.rename("one", "new")],
    here: [here.set("one", { tags: ["a", "b", "here"] })],
    expect: {
      rows: { one: { public_id: "new", tags: ["a", "b", "here"], ...synced } },
      cloudinary: { one: { public_id: "new", tags: ["a", "b", "here"] } },
      calls: { [tags]: 1 },
      log: ["rename pull success one", "update push success one"],
    },
  },
  {
    title: "renamed and retagged here → both, the tags by the old name first",
    here: [here.set("one", { public_id: "new", tags: ["a"] })],
    expect: {
      rows: { one: { public_id: "new", tags: ["a"], ...synced } },
      cloudinary: { one: { public_id: "new", tags: ["a"] } },
      calls: { [tags]: 1, [rename]: 1 },
      log: ["rename push success one"],
    },
  },
  {
    title: "renamed to the same name on both sides → nothing to write",
    there: [there.rename("one", "new")],
    here: [here.set("one", { public_id: "new" })],
    expect: { rows: { one: { public_id: "new", ...synced } } },
  },
  {
    title: "renamed here onto a name that is taken → it waits, both assets whole",
    initial: two,
    here: [here.set("one", { public_id: "two" })],
    expect: {
      rows: { one: { public_id: "two", sync_status: "pending" }, two: synced },
      cloudinary: { one: { public_id: "one" }, two: { public_id: "two" } },
      log: ["update push error one name_taken"],
      differences: { one: ["public_id"] },
    },
    // Waiting ends with time, so that a slow machine sees a second attempt.
    lenient: true,
    settled: false,
  },
  {
    title: "moved there → the row's folder",
    there: [there.set("one", { asset_folder: "new/folder" })],
    expect: { rows: { one: { folder: "new/folder", ...synced } }, log: ["move pull success one"] },
  },
  {
    title: "moved here → one call, the public_id stays",
    here: [here.set("one", { folder: "/new//folder/" })],
    expect: {
      rows: { one: { folder: "new/folder", public_id: "one", ...synced } },
      cloudinary: { one: { asset_folder: "new/folder", public_id: "one" } },
      calls: { [explicit]: 1 },
      log: ["move push success one"],
    },
  },
  {
    title: "moved here to the root → one call",
    initial: { one: { asset_folder: "f/g" } },
    here: [here.set("one", { folder: "" })],
    expect: {
      rows: { one: { folder: "", ...synced } },
      cloudinary: { one: { asset_folder: "" } },
      calls: { [update]: 1 },
      log: ["move push success one"],
    },
  },
  {
    title: "moved on both sides, policy cloudinary → Cloudinary's folder",
    there: [there.set("one", { asset_folder: "there" })],
    here: [here.set("one", { folder: "here" })],
    expect: {
      rows: { one: { folder: "there", ...synced } },
      cloudinary: { one: { asset_folder: "there" } },
      log: ["conflict pull conflict one", "move pull success one"],
      conflicts: {
        one: { folder: { base: "", database: "here", cloudinary: "there", kept: "cloudinary" } },
      },
    },
  },
  {
    title: "moved there, renamed here → both",
    there: [there.set("one", { asset_folder: "there" })],
    here: [here.set("one", { public_id: "here" })],
    expect: {
      rows: { one: { folder: "there", public_id: "here", ...synced } },
      cloudinary: { one: { asset_folder: "there", public_id: "here" } },
      calls: { [rename]: 1 },
      log: ["move pull success one", "rename push success one"],
    },
  },
  {
    title: "a folder renamed there → every asset inside and below moves",
    initial: { one: { asset_folder: "f" }, two: { asset_folder: "f/g" }, three: {} },
    there: [there.renameFolder("f", "new")],
    expect: {
      rows: { one: { folder: "new", ...synced }, two: { folder: "new/g" }, three: { folder: "" } },
      log: ["move pull success one", "move pull success two"],
    },
  },
  {
    title: "a folder renamed there, an asset inside moved out here → it leaves, the others follow",
    initial: { one: { asset_folder: "f" }, two: { asset_folder: "f" } },
    given: [here.settings({ conflict_policy: "database" })],
    there: [there.renameFolder("f", "new")],
    here: [here.set("one", { folder: "out" })],
    expect: {
      rows: { one: { folder: "out", ...synced }, two: { folder: "new", ...synced } },
      cloudinary: { one: { asset_folder: "out" }, two: { asset_folder: "new" } },
      calls: { [explicit]: 1 },
      log: [
        "conflict pull conflict one",
        "move push success one",
        "move pull success two",
      ],
      conflicts: {
        one: { folder: { base: "f", database: "out", cloudinary: "new", kept: "database" } },
      },
    },
  },
  misplaced("named here", { display_name: "New" }),
  misplaced("a context key taken away here", { context: { caption: "one" } }),
];

/** Two names swapped there, without a notification, after the look-up on which an edit's write rests. */
function misplaced(
  title: string,
  edit: { display_name?: string; context?: Record<string, string> },
): Scenario {
  const one = { public_id: "two", display_name: "One", context: { alt: "one", caption: "one" } };
  const other = { public_id: "one", display_name: "Two", context: { alt: "two", credit: "two" } };
  return {
    title: `${title} while names are swapped there → the other asset has its own again`,
    initial: { one: { ...one, public_id: "one" }, two: { ...other, public_id: "two" } },
    given: [there.behavior({ update_context: "replace" }), there.faults({ webhook_drop_rate: 1 })],
    here: [here.set("one", edit)],
    sync: [
      product.syncWhile({ direction: "push" }, async (world) => {
        // The write is on its way; the people are faster.
        await there.isCalled(explicit)(world);
        await there.faults({ latency_ms: 0 })(world);
        await there.rename("one", "between")(world);
        await there.rename("two", "one")(world);
        await there.rename("one", "two")(world);
      }, 1_000),
      here.sql("update public.media_assets set next_attempt_at = null"),
      product.sync({ direction: "push" }),
      { full: true },
    ],
    expect: {
      rows: { one: { ...one, ...edit, ...synced }, two: { ...other, ...synced } },
      cloudinary: {
        one: { public_id: "two", display_name: edit.display_name ?? "One" },
        two: { public_id: "one", display_name: "Two" },
      },
    },
    lenient: true,
  };
}
