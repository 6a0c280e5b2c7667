/** What cannot be: refused here at once, or by Cloudinary, with an error that says so on the row. */
import type { Scenario } from "../../support/scenario.ts";
import { here, there } from "../../support/scenario-steps.ts";
import { explicit, metadata, tags } from "./calls.ts";

const redrive = here.sql(
  "update public.media_assets set sync_status = 'pending' where sync_status = 'error'",
);

export const refusals: Scenario[] = [
  {
    title: "a tag with a comma → refused here",
    here: [here.refused("one", { tags: ["a,b"] }, "must not contain a comma")],
    expect: { rows: { one: { tags: ["a", "b"], sync_status: "synced" } } },
  },
  {
    title: "a context value that is no string, a key with = → refused here",
    here: [
      here.refused("one", { context: { alt: { nested: true } } }, "must be a string"),
      here.refused("one", { context: { "a=b": "x" } }, "contain = or |"),
    ],
    expect: { rows: { one: { sync_status: "synced" } } },
  },
  {
    title: "metadata that Cloudinary does not define → an error on the row, nothing else lost",
    here: [here.set("one", { metadata: { unknown: "x" }, tags: ["a", "b", "c"] })],
    expect: {
      rows: { one: { sync_status: "error", metadata: { unknown: "x" }, sync_attempts: 1 } },
      cloudinary: { one: { tags: ["a", "b", "c"] } },
      calls: { [metadata]: 1, [tags]: 1 },
      log: ["update push error one cloudinary_bad_request"],
      differences: { one: ["metadata"] },
    },
  },
  {
    title: "the cause of an error removed, then set to pending → pushed",
    here: [here.set("one", { metadata: { price: "5" } })],
    sync: [{ full: true }, there.defineMetadata("price"), redrive, { full: true }],
    expect: {
      rows: {
        one: {
          sync_status: "synced",
          sync_error: null,
          sync_attempts: 0,
          metadata: { price: "5" },
        },
      },
      cloudinary: { one: { metadata: { price: "5" } } },
      calls: { [metadata]: 2 },
      log: ["update push error one cloudinary_bad_request", "update push success one"],
    },
  },
  {
    title: "set to pending with the cause still there → an error again",
    here: [here.set("one", { metadata: { price: "5" } })],
    sync: [{ full: true }, redrive, { full: true }],
    expect: {
      rows: { one: { sync_status: "error", sync_attempts: 1 } },
      calls: { [metadata]: 2 },
      log: [
        "update push error one cloudinary_bad_request",
        "update push error one cloudinary_bad_request",
      ],
      differences: { one: ["metadata"] },
    },
  },
  {
    title: "an error, and the edit taken back here → synced",
    here: [here.set("one", { metadata: { price: "5" } })],
    sync: [{ full: true }, here.set("one", { metadata: {} }), { full: true }],
    expect: {
      rows: { one: { sync_status: "synced", sync_error: null } },
      calls: { [metadata]: 1 },
      log: ["update push error one cloudinary_bad_request"],
    },
  },
  {
    title: "an error in one field, another edited there → the row follows and keeps its error",
    here: [here.set("one", { metadata: { price: "5" } })],
    sync: [{ full: true }, there.set("one", { display_name: "There" }), { full: true }],
    expect: {
      rows: {
        one: { sync_status: "error", display_name: "There", metadata: { price: "5" } },
      },
      calls: { [metadata]: 1 },
      log: ["update push error one cloudinary_bad_request", "update pull success one"],
      differences: { one: ["metadata"] },
    },
  },
  {
    title: "a bad edit among good ones that would share its call → the good ones arrive",
    initial: { one: {}, two: {}, three: {} },
    given: [there.defineMetadata("price")],
    here: [
      here.set("one", { metadata: { price: "1" } }),
      here.set("two", { metadata: { unknown: "1" } }),
      here.set("three", { metadata: { price: "1" } }),
    ],
    expect: {
      rows: {
        one: { sync_status: "synced" },
        two: { sync_status: "error" },
        three: { sync_status: "synced" },
      },
      calls: { [metadata]: 2 },
      log: [
        "update push success one",
        "update push error two cloudinary_bad_request",
        "update push success three",
      ],
      differences: { two: ["metadata"] },
    },
  },
  {
    title: "one edit refused, the rest of the asset's edits accepted → only that one differs",
    here: [
      here.set("one", { display_name: "New", metadata: { unknown: "1" }, public_id: "new" }),
    ],
    expect: {
      rows: { one: { sync_status: "error", display_name: "New", public_id: "new" } },
      cloudinary: { one: { display_name: "New", public_id: "one" } },
      calls: { [metadata]: 1, [explicit]: 1 },
      log: ["update push error one cloudinary_bad_request"],
      // The rename comes last, once everything else that goes by the old name is through.
      differences: { one: ["metadata", "public_id"] },
    },
  },
  {
    title: "a display name cleared here → an error, since Cloudinary cannot clear it",
    here: [here.set("one", { display_name: "" })],
    expect: {
      rows: {
        one: {
          sync_status: "error",
          sync_error: "Cloudinary cannot clear a display name; give the asset another one.",
        },
      },
      cloudinary: { one: { display_name: "Old" } },
      log: ["update push error one inexpressible"],
      differences: { one: ["display_name"] },
    },
  },
];
