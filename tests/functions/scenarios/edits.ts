/** Edits of one side, or of both in different places: everything arrives, nothing is in conflict. */
import type { Scenario } from "../../support/scenario.ts";
import { here, product, there } from "../../support/scenario-steps.ts";
import { context, explicit, metadata, remove, tags } from "./calls.ts";

const synced = { sync_status: "synced" };

export const edits: Scenario[] = [
  {
    title: "nothing changed → nothing is written",
    expect: { rows: { one: { tags: ["a", "b"], ...synced } } },
  },
  {
    title: "new in Cloudinary → a row",
    there: [there.insert({ two: { tags: ["t"], context: { alt: "A|B=C" }, asset_folder: "f/g" } })],
    expect: {
      rows: { two: { tags: ["t"], context: { alt: "A|B=C" }, folder: "f/g", ...synced } },
      log: ["upload pull success two"],
    },
  },
  {
    title: "retagged in Cloudinary → the row has its tags",
    there: [there.set("one", { tags: ["b", "c"] })],
    expect: { rows: { one: { tags: ["b", "c"], ...synced } }, log: ["update pull success one"] },
  },
  {
    title: "all tags removed in Cloudinary → none in the row",
    there: [there.set("one", { tags: [] })],
    expect: { rows: { one: { tags: [], ...synced } }, log: ["update pull success one"] },
  },
  {
    title: "context changed, added and removed in Cloudinary → so in the row",
    there: [there.set("one", { context: { alt: "new", credit: "Ana" } })],
    expect: {
      rows: { one: { context: { alt: "new", credit: "Ana" }, ...synced } },
      log: ["update pull success one"],
    },
  },
  {
    title: "display_name changed in Cloudinary → so in the row",
    there: [there.set("one", { display_name: "New" })],
    expect: { rows: { one: { display_name: "New", ...synced } }, log: ["update pull success one"] },
  },
  {
    title: "metadata changed in Cloudinary → so in the row",
    given: [there.defineMetadata("price")],
    there: [there.set("one", { metadata: { price: "7" } })],
    expect: {
      rows: { one: { metadata: { price: "7" }, ...synced } },
      log: ["update pull success one"],
    },
  },
  {
    title: "content overwritten in Cloudinary → the row describes the new content",
    initial: { raw: { resource_type: "raw", tags: ["kept"], bytes: 3 } },
    there: [there.overwrite("raw", "longer content")],
    expect: {
      rows: { raw: { bytes: 14, tags: ["kept"], ...synced } },
      log: ["upload pull success raw"],
    },
  },
  {
    title: "rolled back to older content in Cloudinary → the row follows back",
    initial: { raw: { resource_type: "raw" } },
    given: [there.overwrite("raw", "first")],
    there: [there.overwrite("raw", "second, longer")],
    sync: [{ full: true }, there.overwrite("raw", "first"), { full: true }],
    expect: {
      rows: { raw: { bytes: 5, ...synced } },
      log: ["upload pull success raw", "upload pull success raw"],
    },
  },
  {
    title: "rolled back in Cloudinary while retagged here → older content, new tags on both sides",
    initial: { raw: { resource_type: "raw", tags: ["a"] } },
    given: [there.overwrite("raw", "first")],
    there: [there.overwrite("raw", "second"), there.overwrite("raw", "first")],
    here: [here.set("raw", { tags: ["a", "b"] })],
    expect: {
      rows: { raw: { bytes: 5, tags: ["a", "b"], ...synced } },
      cloudinary: { raw: { bytes: 5, tags: ["a", "b"] } },
      calls: { [tags]: 1 },
      log: ["upload pull success raw", "update push success raw"],
    },
  },
  {
    title: "retagged here → Cloudinary gets what was added and what was removed",
    here: [here.set("one", { tags: ["b", "c"] })],
    expect: {
      rows: { one: { tags: ["b", "c"], ...synced } },
      cloudinary: { one: { tags: ["b", "c"] } },
      calls: { [tags]: 2 },
      log: ["update push success one"],
    },
  },
  {
    title: "tags only reordered here → the row comes back, nothing is written in Cloudinary",
    here: [here.set("one", { tags: ["b", "a"] }, { rows: 1 })],
    expect: { rows: { one: synced } },
  },
  {
    title: "edited here and edited back → nothing is written in Cloudinary",
    here: [here.set("one", { display_name: "New" }), here.set("one", { display_name: "Old" })],
    expect: { rows: { one: { display_name: "Old", ...synced } } },
  },
  {
    title: "context changed here → one call, other keys untouched",
    here: [here.set("one", { context: { alt: "a=b|c\\d", caption: "old" } })],
    expect: {
      rows: { one: { context: { alt: "a=b|c\\d", caption: "old" }, ...synced } },
      cloudinary: { one: { context: { alt: "a=b|c\\d", caption: "old" } } },
      calls: { [context]: 1 },
      log: ["update push success one"],
    },
  },
  {
    title: "a context key removed here where an update replaces context → one call",
    given: [there.behavior({ update_context: "replace" })],
    here: [here.set("one", { context: { caption: "old" } })],
    expect: {
      rows: { one: { context: { caption: "old" }, ...synced } },
      cloudinary: { one: { context: { caption: "old" } } },
      calls: { [explicit]: 1 },
      log: ["update push success one"],
    },
  },
  {
    title: "a context key removed here where an update merges context → cleared and set anew",
    given: [there.behavior({ update_context: "merge" })],
    here: [here.set("one", { context: { caption: "old" } })],
    expect: {
      rows: { one: { context: { caption: "old" }, ...synced } },
      cloudinary: { one: { context: { caption: "old" } } },
      calls: { [explicit]: 1, [context]: 2 },
      log: ["update push success one"],
    },
  },
  {
    title: "a context key removed here, another added there → the one gone, the other there",
    given: [there.behavior({ update_context: "replace" })],
    there: [there.addContext("one", { credit: "Ana" })],
    here: [here.set("one", { context: { caption: "old" } })],
    expect: {
      rows: { one: { context: { caption: "old", credit: "Ana" }, ...synced } },
      cloudinary: { one: { context: { caption: "old", credit: "Ana" } } },
      calls: { [explicit]: 1 },
      log: ["update pull success one", "update push success one"],
    },
  },
  {
    title: "all context removed here → one call",
    here: [here.set("one", { context: {} })],
    expect: {
      rows: { one: { context: {}, ...synced } },
      cloudinary: { one: { context: {} } },
      calls: { [context]: 1 },
      log: ["update push success one"],
    },
  },
  {
    title: "display_name changed here → one call",
    here: [here.set("one", { display_name: "New" })],
    expect: {
      rows: { one: { display_name: "New", ...synced } },
      cloudinary: { one: { display_name: "New" } },
      calls: { [explicit]: 1 },
      log: ["update push success one"],
    },
  },
  {
    title: "metadata set and cleared here → one call",
    given: [
      there.defineMetadata("price"),
      there.defineMetadata("note"),
      there.set("one", { metadata: { price: "1", note: "x" } }),
    ],
    here: [here.set("one", { metadata: { price: "2" } })],
    expect: {
      rows: { one: { metadata: { price: "2" }, ...synced } },
      cloudinary: { one: { metadata: { price: "2" } } },
      calls: { [metadata]: 1 },
      log: ["update push success one"],
    },
  },
  {
    title: "the same edits of two assets here → they share each call",
    initial: { one: { tags: ["a"] }, two: { tags: [] } },
    here: [
      here.set("one", { tags: ["a", "new"], context: { alt: "same" } }),
      here.set("two", { tags: ["new"], context: { alt: "same" } }),
    ],
    expect: {
      rows: { one: { tags: ["a", "new"], ...synced }, two: { tags: ["new"], ...synced } },
      cloudinary: { one: { tags: ["a", "new"] }, two: { tags: ["new"] } },
      calls: { [tags]: 1, [context]: 1 },
      log: ["update push success one", "update push success two"],
    },
  },
  {
    title: "different fields edited on each side → both edits on both sides",
    there: [there.set("one", { tags: ["a", "b", "there"] })],
    here: [here.set("one", { display_name: "Here" })],
    expect: {
      rows: { one: { tags: ["a", "b", "there"], display_name: "Here", ...synced } },
      cloudinary: { one: { tags: ["a", "b", "there"], display_name: "Here" } },
      calls: { [explicit]: 1 },
      log: ["update pull success one", "update push success one"],
    },
  },
  {
    title: "retagged on both sides → the sets merge",
    there: [there.set("one", { tags: ["b", "there"] })],
    here: [here.set("one", { tags: ["a", "here"] })],
    expect: {
      rows: { one: { tags: ["here", "there"], ...synced } },
      cloudinary: { one: { tags: ["here", "there"] } },
      calls: { [tags]: 2 },
      log: ["update pull success one", "update push success one"],
    },
  },
  {
    title: "different context keys edited on each side → both on both sides",
    there: [there.addContext("one", { alt: "there" })],
    here: [here.set("one", { context: { alt: "old", caption: "here" } })],
    expect: {
      rows: { one: { context: { alt: "there", caption: "here" }, ...synced } },
      cloudinary: { one: { context: { alt: "there", caption: "here" } } },
      calls: { [context]: 1 },
      log: ["update pull success one", "update push success one"],
    },
  },
  {
    title: "the same edits on both sides → a false conflict: nothing to write, nothing to log",
    there: [
      there.set("one", { tags: ["a", "c"], display_name: "Same", context: { alt: "same" } }),
    ],
    here: [
      here.set("one", { tags: ["c", "a"], display_name: "Same", context: { alt: "same" } }),
    ],
    expect: {
      rows: {
        one: { tags: ["a", "c"], display_name: "Same", context: { alt: "same" }, ...synced },
      },
    },
  },
  {
    title: "content overwritten there, edited here → new content with the edit",
    initial: { raw: { resource_type: "raw", display_name: "Old" } },
    there: [there.overwrite("raw", "new content")],
    here: [here.set("raw", { display_name: "New" })],
    expect: {
      rows: { raw: { bytes: 11, display_name: "New", ...synced } },
      cloudinary: { raw: { bytes: 11, display_name: "New" } },
      calls: { [explicit]: 1 },
      log: ["upload pull success raw", "update push success raw"],
    },
  },
  {
    title: "edited here again while the push is under way → the later edit arrives too",
    here: [here.set("one", { display_name: "First" })],
    sync: [
      product.syncWhile({ direction: "push" }, here.set("one", { display_name: "Second" })),
      { full: true },
    ],
    expect: {
      rows: { one: { display_name: "Second", ...synced } },
      cloudinary: { one: { display_name: "Second" } },
      calls: { [explicit]: 2 },
      log: ["update push success one", "update push success one"],
    },
  },
  {
    title: "another field edited here while the push is under way → both edits arrive",
    here: [here.set("one", { display_name: "New" })],
    sync: [
      product.syncWhile({ direction: "push" }, here.set("one", { tags: ["a", "b", "late"] })),
      { full: true },
    ],
    expect: {
      rows: { one: { display_name: "New", tags: ["a", "b", "late"], ...synced } },
      cloudinary: { one: { display_name: "New", tags: ["a", "b", "late"] } },
      calls: { [explicit]: 1, [tags]: 1 },
      log: ["update push success one", "update push success one"],
    },
  },
  {
    title: "deleted here while its edit is being pushed → destroyed in the end",
    initial: { one: { display_name: "Old" }, two: {} },
    here: [here.set("one", { display_name: "New" })],
    sync: [
      product.syncWhile({ direction: "push" }, here.delete("one")),
      { full: true },
    ],
    expect: {
      rows: { one: { deleted: true, ...synced } },
      cloudinary: { one: null },
      calls: { [explicit]: 1, [remove]: 1 },
      log: ["update push success one", "delete push success one"],
    },
  },
  {
    title: "only direction push → the edit goes out, the remote change waits",
    initial: { one: { tags: ["a"] }, two: { tags: ["a"] } },
    there: [there.set("two", { tags: ["there"] })],
    here: [here.set("one", { tags: ["here"] })],
    sync: [{ direction: "push" }],
    settled: false,
    expect: {
      rows: { one: { tags: ["here"], ...synced }, two: { tags: ["a"] } },
      cloudinary: { one: { tags: ["here"] } },
      calls: { [tags]: 2 },
      log: ["update push success one"],
      differences: { two: ["tags"] },
    },
  },
  {
    title: "only direction pull → the remote change comes in, the edit waits",
    initial: { one: { tags: ["a"] }, two: { tags: ["a"] } },
    there: [there.set("two", { tags: ["there"] })],
    here: [here.set("one", { tags: ["here"] })],
    sync: [{ full: true, direction: "pull" }],
    settled: false,
    expect: {
      rows: { one: { tags: ["here"], sync_status: "pending" }, two: { tags: ["there"] } },
      log: ["update pull success two"],
      differences: { one: ["tags"] },
    },
  },
];
