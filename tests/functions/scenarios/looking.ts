/** Looking without touching: dry runs and verification. */
import type { Scenario } from "../../support/scenario.ts";
import { here, product, there } from "../../support/scenario-steps.ts";
import { explicit, remove, rename, tags } from "./calls.ts";

const library = {
  retagged: { tags: ["a"] },
  renamed: {},
  moved: { asset_folder: "f" },
  gone: {},
  deleted: {},
  both: { tags: ["a"], display_name: "Both" },
  same: {},
};

export const looking: Scenario[] = [
  {
    title: "a dry run of many changes on both sides → writes nothing, and plans what then happens",
    planned: true,
    initial: library,
    there: [
      there.insert({ new: {} }),
      there.rename("renamed", "renamed-there"),
      there.set("moved", { asset_folder: "g" }),
      there.destroy("gone"),
      there.set("both", { tags: ["a", "there"] }),
    ],
    here: [
      here.set("retagged", { tags: ["a", "here"] }),
      here.delete("deleted"),
      here.set("both", { display_name: "Here", public_id: "both-here" }),
    ],
    expect: {
      rows: {
        both: { tags: ["a", "there"], display_name: "Here", public_id: "both-here" },
        gone: { deleted: true },
        deleted: { deleted: true },
      },
      calls: { [tags]: 1, [explicit]: 1, [rename]: 1, [remove]: 1 },
      log: [
        "upload pull success new",
        "rename pull success renamed",
        "move pull success moved",
        "delete pull success gone",
        "update pull success both",
        "update push success retagged",
        "delete push success deleted",
        "rename push success both",
      ],
    },
  },
  {
    title: "a dry run where nothing changed → an empty plan",
    planned: true,
    initial: library,
  },
  {
    title: "a dry run of a conflict → plans what the policy decides",
    planned: true,
    given: [here.settings({ conflict_policy: "database" })],
    there: [there.set("one", { display_name: "There" })],
    here: [here.set("one", { display_name: "Here" })],
    expect: {
      rows: { one: { display_name: "Here" } },
      calls: { [explicit]: 1 },
      log: ["conflict pull conflict one", "update push success one"],
      conflicts: {
        one: {
          display_name: { base: "Old", database: "Here", cloudinary: "There", kept: "database" },
        },
      },
    },
  },
  {
    title: "a dry run of a deletion here with new content there → plans the restore",
    planned: true,
    initial: { raw: { resource_type: "raw" } },
    there: [there.overwrite("raw", "new content")],
    here: [here.delete("raw")],
    expect: {
      rows: { raw: { deleted: false, bytes: 11 } },
      log: ["restore pull success raw", "conflict pull conflict raw"],
      conflicts: {
        raw: {
          deleted_at: { base: null, database: "a time", cloudinary: null, kept: "cloudinary" },
        },
      },
    },
  },
  {
    title: "both sides equal → verified",
    initial: library,
    sync: [product.verify({ cloudinary_count: 7, database_count: 7 })],
  },
  {
    title: "each side ahead of the other → verification names every difference and writes nothing",
    initial: library,
    there: [
      there.insert({ new: {} }),
      there.destroy("gone"),
      there.set("both", { tags: ["there"] }),
      there.rename("renamed", "renamed-there"),
    ],
    here: [here.set("retagged", { tags: [], folder: "here" }), here.delete("deleted")],
    sync: [product.verify({
      cloudinary_count: 7,
      database_count: 6,
      missing_in_database: ["deleted", "new"],
      missing_in_cloudinary: ["gone"],
      differing: [
        { public_id: "both", fields: ["tags"] },
        { public_id: "renamed-there", fields: ["public_id", "secure_url", "url"] },
        { public_id: "retagged", fields: ["folder", "tags"] },
      ],
    })],
    settled: false,
    expect: {
      rows: { retagged: { sync_status: "pending" }, gone: { deleted: false } },
      cloudinary: { both: { tags: ["there"] } },
      differences: {
        new: ["asset_id"],
        gone: ["asset_id"],
        deleted: ["asset_id"],
        both: ["tags"],
        renamed: ["public_id", "secure_url", "url"],
        retagged: ["folder", "tags"],
      },
    },
  },
];
