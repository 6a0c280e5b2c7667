/** Deletions and restores, on either side and on both. */
import type { Scenario } from "../../support/scenario.ts";
import { here, there } from "../../support/scenario-steps.ts";
import { context, explicit, remove, restore } from "./calls.ts";

const gone = { deleted: true, sync_status: "synced" };
const live = { deleted: false, sync_status: "synced" };
const two = { one: { tags: ["a"] }, two: { tags: ["a"] } };
const raw = { raw: { resource_type: "raw", display_name: "Old" } };

export const deletes: Scenario[] = [
  {
    title: "deleted there → soft-deleted here",
    initial: two,
    there: [there.destroy("one")],
    expect: { rows: { one: gone, two: live }, log: ["delete pull success one"] },
  },
  {
    title: "deleted here → destroyed there",
    initial: two,
    here: [here.delete("one")],
    expect: {
      rows: { one: gone, two: live },
      cloudinary: { one: null, two: {} },
      calls: { [remove]: 1 },
      log: ["delete push success one"],
    },
  },
  {
    title: "deleted on both sides → not found confirms, no call that writes",
    initial: two,
    there: [there.destroy("one")],
    here: [here.delete("one")],
    expect: { rows: { one: gone }, cloudinary: { one: null }, log: ["delete push success one"] },
  },
  {
    title: "deleted there and made anew under the same name → another asset, another row",
    there: [there.destroy("one"), there.insert({ new: { public_id: "one", tags: ["new"] } })],
    expect: {
      rows: { one: { ...gone, tags: ["a", "b"] }, new: { ...live, public_id: "one" } },
      log: ["upload pull success new", "delete pull success one"],
    },
  },
  {
    title: "deleted here, its name taken by a new asset there → the new asset lives",
    there: [there.rename("one", "elsewhere"), there.insert({ new: { public_id: "one" } })],
    here: [here.delete("one")],
    expect: {
      rows: { one: gone, new: { ...live, public_id: "one" } },
      cloudinary: { one: null, new: { public_id: "one" } },
      calls: { [remove]: 1 },
      log: ["conflict pull conflict one", "delete push success one", "upload pull success new"],
      conflicts: {
        one: {
          public_id: { base: "one", database: null, cloudinary: "elsewhere", kept: "deleted" },
        },
      },
    },
  },
  {
    title: "deleted here, only retagged there → destroyed there, the lost tags in a conflict row",
    initial: two,
    there: [there.set("one", { tags: ["there"] })],
    here: [here.delete("one")],
    expect: {
      rows: { one: gone },
      cloudinary: { one: null },
      calls: { [remove]: 1 },
      log: ["conflict pull conflict one", "delete push success one"],
      conflicts: {
        one: { tags: { base: ["a"], database: null, cloudinary: ["there"], kept: "deleted" } },
      },
    },
  },
  {
    title: "deleted here, content changed there → the new content survives, a conflict says so",
    initial: raw,
    there: [there.overwrite("raw", "new content")],
    here: [here.delete("raw")],
    expect: {
      rows: { raw: { ...live, bytes: 11 } },
      cloudinary: { raw: { bytes: 11 } },
      log: ["restore pull success raw", "conflict pull conflict raw"],
      conflicts: {
        raw: {
          deleted_at: { base: null, database: "a time", cloudinary: null, kept: "cloudinary" },
        },
      },
    },
  },
  {
    title: "deleted there with unsent edits here → deleted, the edits stay on the row and are told",
    there: [there.destroy("one")],
    here: [here.set("one", { display_name: "Unsent", tags: ["a"] })],
    expect: {
      rows: { one: { ...gone, display_name: "Unsent", tags: ["a"] } },
      cloudinary: { one: null },
      log: ["delete pull success one", "conflict pull conflict one"],
      conflicts: {
        one: {
          display_name: { base: "Old", database: "Unsent", cloudinary: null, kept: "deleted" },
          tags: { base: ["a", "b"], database: ["a"], cloudinary: null, kept: "deleted" },
        },
      },
    },
  },
  {
    title: "deleting what is in use → refused, nothing happens",
    here: [here.use("one"), here.delete("one", { outcome: "in_use" })],
    expect: { rows: { one: { ...live, usage_count: 1 } }, cloudinary: { one: {} } },
  },
  {
    title: "deleting what is in use by force → destroyed",
    here: [here.use("one"), here.delete("one", { force: true })],
    expect: {
      rows: { one: gone },
      cloudinary: { one: null },
      calls: { [remove]: 1 },
      log: ["delete push success one"],
    },
  },
  {
    title: "deleted twice here → destroyed once",
    here: [here.delete("one"), here.delete("one", { outcome: "already_deleted" })],
    expect: { rows: { one: gone }, calls: { [remove]: 1 }, log: ["delete push success one"] },
  },
  {
    title: "deleted here and restored before the push → nothing reaches Cloudinary",
    here: [here.delete("one"), here.restore("one", "restored")],
    expect: {
      rows: { one: { ...live, deleted_by: null } },
      cloudinary: { one: {} },
      log: ["restore push success one"],
    },
  },
  {
    title: "edited, deleted and restored here before the push → the edit arrives",
    here: [
      here.set("one", { display_name: "New" }),
      here.delete("one"),
      here.restore("one", "restored"),
    ],
    expect: {
      rows: { one: { ...live, display_name: "New" } },
      cloudinary: { one: { display_name: "New" } },
      calls: { [explicit]: 1 },
      log: ["restore push success one", "update push success one"],
    },
  },
  {
    title: "restored after the deletion was confirmed → back from the backup, the same asset",
    here: [here.delete("one")],
    sync: [{ full: true }, here.restore("one", "requested"), { full: true }],
    expect: {
      rows: { one: { ...live, tags: ["a", "b"], restore_requested_at: null } },
      cloudinary: { one: { tags: ["a", "b"] } },
      calls: { [remove]: 1, [restore]: 1 },
      log: ["delete push success one", "restore pull success one"],
    },
  },
  {
    title: "deleted there, restored here → back from the backup",
    initial: two,
    there: [there.destroy("one")],
    sync: [{ full: true }, here.restore("one", "requested"), { full: true }],
    expect: {
      rows: { one: live },
      cloudinary: { one: {} },
      calls: { [restore]: 1 },
      log: ["delete pull success one", "restore pull success one"],
    },
  },
  {
    title: "deleted there with unsent edits here, then restored → the edits arrive after all",
    initial: { one: { context: { alt: "old", caption: "old" } }, two: {} },
    there: [there.destroy("one")],
    here: [here.set("one", { context: { alt: "unsent", caption: "old" } })],
    sync: [{ full: true }, here.restore("one", "requested"), { full: true }, { full: true }],
    expect: {
      rows: { one: { ...live, context: { alt: "unsent", caption: "old" } } },
      cloudinary: { one: { context: { alt: "unsent", caption: "old" } } },
      calls: { [restore]: 1, [context]: 1 },
      log: [
        "delete pull success one",
        "conflict pull conflict one",
        "restore pull success one",
        "update push success one",
      ],
      conflicts: {
        one: {
          context: {
            base: { alt: "old", caption: "old" },
            database: { alt: "unsent", caption: "old" },
            cloudinary: null,
            kept: "deleted",
          },
        },
      },
    },
  },
  {
    title: "restored where Cloudinary keeps no backup → stays deleted, the error is told",
    given: [there.behavior({ backup: false })],
    here: [here.delete("one")],
    sync: [{ full: true }, here.restore("one", "requested"), { full: true }],
    expect: {
      rows: {
        one: {
          ...gone,
          sync_error: "Cloudinary no longer holds the content, and no backup of it exists.",
        },
      },
      cloudinary: { one: null },
      calls: { [remove]: 1, [restore]: 1 },
      log: ["delete push success one", "restore push error one content_gone"],
    },
  },
  {
    title: "a row that disappears here → comes back, nothing is destroyed there",
    initial: two,
    here: [here.sql("delete from public.media_assets where public_id = 'one'")],
    expect: { rows: { one: live }, cloudinary: { one: {} }, log: ["upload pull success one"] },
  },
  {
    title: "all sync state lost here → everything comes back, nothing is destroyed there",
    initial: two,
    here: [here.sql("truncate public.media_assets, media_sync.runs cascade")],
    expect: {
      rows: { one: live, two: live },
      cloudinary: { one: {}, two: {} },
      log: ["upload pull success one", "upload pull success two"],
    },
  },
  {
    title: "base lost here while the sides differ → a conflict, no deletion",
    here: [
      here.set("one", { display_name: "Here" }),
      here.sql("update public.media_assets set base = base - 'display_name'"),
    ],
    expect: {
      rows: { one: { display_name: "Old", sync_status: "synced" } },
      cloudinary: { one: { display_name: "Old" } },
      log: ["conflict pull conflict one", "update pull success one"],
      conflicts: {
        one: { display_name: { database: "Here", cloudinary: "Old", kept: "cloudinary" } },
      },
    },
  },
];
