/** One value changed on both sides: the policy decides, and the value that loses stands in a conflict row. */
import type { Scenario } from "../../support/scenario.ts";
import { here, there } from "../../support/scenario-steps.ts";
import { context, explicit, metadata, rename } from "./calls.ts";

const HOUR_MS = 3_600_000;
const synced = { sync_status: "synced", conflicts: null };
const bothRenamed: Pick<Scenario, "there" | "here"> = {
  there: [there.set("one", { display_name: "There" })],
  here: [here.set("one", { display_name: "Here" })],
};
const values = { base: "Old", database: "Here", cloudinary: "There" };
const open = { display_name: { ...values, kept: "open" } };

export const conflicts: Scenario[] = [
  {
    title: "one value changed on both sides, policy cloudinary → Cloudinary's stands, ours is kept",
    ...bothRenamed,
    expect: {
      rows: { one: { display_name: "There", ...synced } },
      cloudinary: { one: { display_name: "There" } },
      log: ["conflict pull conflict one", "update pull success one"],
      conflicts: { one: { display_name: { ...values, kept: "cloudinary" } } },
    },
  },
  {
    title: "one value changed on both sides, policy database → ours stands, Cloudinary's is kept",
    given: [here.settings({ conflict_policy: "database" })],
    ...bothRenamed,
    expect: {
      rows: { one: { display_name: "Here", ...synced } },
      cloudinary: { one: { display_name: "Here" } },
      calls: { [explicit]: 1 },
      log: ["conflict pull conflict one", "update push success one"],
      conflicts: { one: { display_name: { ...values, kept: "database" } } },
    },
  },
  {
    title: "one value changed on both sides, policy newest, here later → ours stands",
    given: [
      here.settings({ conflict_policy: "newest" }),
      there.behavior({ detail_last_updated: true }),
      there.clock(-HOUR_MS),
    ],
    ...bothRenamed,
    expect: {
      rows: { one: { display_name: "Here", ...synced } },
      cloudinary: { one: { display_name: "Here" } },
      calls: { [explicit]: 1 },
      log: ["conflict pull conflict one", "update push success one"],
      conflicts: { one: { display_name: { ...values, kept: "database" } } },
    },
    // The look-up told the times of change, the answer to the write does not: a second later they differ.
    untold: ["last_updated"],
  },
  {
    title: "one value changed on both sides, policy newest, there later → Cloudinary's stands",
    given: [
      here.settings({ conflict_policy: "newest" }),
      there.behavior({ detail_last_updated: true }),
      there.clock(HOUR_MS),
    ],
    ...bothRenamed,
    expect: {
      rows: { one: { display_name: "There", ...synced } },
      cloudinary: { one: { display_name: "There" } },
      log: ["conflict pull conflict one", "update pull success one"],
      conflicts: { one: { display_name: { ...values, kept: "cloudinary" } } },
    },
  },
  {
    title:
      "one value changed on both sides, policy newest, a listing meets it first → its detail tells the times",
    given: [
      here.settings({ conflict_policy: "newest" }),
      there.behavior({ detail_last_updated: true }),
    ],
    ...bothRenamed,
    // A listing tells no times of change.
    sync: [{ full: true, direction: "pull" }],
    expect: {
      rows: { one: { display_name: "Here", sync_status: "pending", conflicts: null } },
      cloudinary: { one: { display_name: "There" } },
      log: ["conflict pull conflict one"],
      conflicts: {
        one: {
          display_name: { base: "Old", database: "Here", cloudinary: "There", kept: "database" },
        },
      },
      differences: { one: ["display_name"] },
    },
    settled: false,
  },
  {
    title: "one value changed on both sides, policy manual → both stay until somebody decides",
    given: [here.settings({ conflict_policy: "manual" })],
    ...bothRenamed,
    expect: {
      rows: { one: { display_name: "Here", sync_status: "conflict", conflicts: open } },
      cloudinary: { one: { display_name: "There" } },
      log: ["conflict pull conflict one"],
      conflicts: { one: open },
      differences: { one: ["display_name"] },
    },
  },
  {
    title: "policy manual, resolved for Cloudinary → Cloudinary's on both sides",
    given: [here.settings({ conflict_policy: "manual" })],
    ...bothRenamed,
    sync: [{ full: true }, here.resolve("one", "cloudinary"), { full: true }],
    expect: {
      rows: { one: { display_name: "There", ...synced } },
      cloudinary: { one: { display_name: "There" } },
      log: ["conflict pull conflict one", "resolve success one"],
      conflicts: { one: open },
    },
  },
  {
    title: "policy manual, resolved for the database → ours on both sides",
    given: [here.settings({ conflict_policy: "manual" })],
    ...bothRenamed,
    sync: [{ full: true }, here.resolve("one", "database"), { full: true }],
    expect: {
      rows: { one: { display_name: "Here", ...synced } },
      cloudinary: { one: { display_name: "Here" } },
      calls: { [explicit]: 1 },
      log: ["conflict pull conflict one", "resolve success one", "update push success one"],
      conflicts: { one: open },
    },
  },
  {
    title:
      "policy manual, another edit there before it is resolved for the database → a new conflict",
    given: [here.settings({ conflict_policy: "manual" })],
    ...bothRenamed,
    sync: [
      { full: true },
      there.set("one", { display_name: "There again" }),
      here.resolve("one", "database"),
      { full: true },
    ],
    expect: {
      rows: { one: { display_name: "Here", sync_status: "conflict" } },
      cloudinary: { one: { display_name: "There again" } },
      log: [
        "conflict pull conflict one",
        "resolve success one",
        "conflict pull conflict one",
      ],
      conflicts: {
        one: {
          display_name: {
            base: "There",
            database: "Here",
            cloudinary: "There again",
            kept: "open",
          },
        },
      },
      differences: { one: ["display_name"] },
    },
  },
  {
    title: "policy manual, both come to the same by themselves → the conflict closes",
    given: [here.settings({ conflict_policy: "manual" })],
    ...bothRenamed,
    sync: [{ full: true }, there.set("one", { display_name: "Here" }), { full: true }],
    expect: {
      rows: { one: { display_name: "Here", ...synced } },
      cloudinary: { one: { display_name: "Here" } },
      log: ["conflict pull conflict one"],
      conflicts: { one: open },
    },
  },
  {
    title: "policy manual, a conflict in one field and an edit in another, resolved → all arrive",
    given: [here.settings({ conflict_policy: "manual" })],
    there: [there.set("one", { display_name: "There" })],
    here: [here.set("one", { display_name: "Here", context: { alt: "here", caption: "old" } })],
    sync: [{ full: true }, here.resolve("one", "cloudinary"), { full: true }],
    expect: {
      rows: {
        one: { display_name: "There", context: { alt: "here", caption: "old" }, ...synced },
      },
      cloudinary: { one: { display_name: "There", context: { alt: "here", caption: "old" } } },
      calls: { [context]: 1 },
      log: ["conflict pull conflict one", "resolve success one", "update push success one"],
      conflicts: { one: open },
    },
  },
  {
    title: "one context key changed on both sides, others on one → only that key is in conflict",
    there: [there.set("one", { context: { alt: "there", caption: "old", credit: "Ana" } })],
    here: [here.set("one", { context: { alt: "here", caption: "new" } })],
    expect: {
      rows: { one: { context: { alt: "there", caption: "new", credit: "Ana" }, ...synced } },
      cloudinary: { one: { context: { alt: "there", caption: "new", credit: "Ana" } } },
      calls: { [context]: 1 },
      log: [
        "conflict pull conflict one",
        "update pull success one",
        "update push success one",
      ],
      conflicts: {
        one: {
          "context.alt": {
            base: "old",
            database: "here",
            cloudinary: "there",
            kept: "cloudinary",
          },
        },
      },
    },
  },
  {
    title: "a context key removed here, changed there → Cloudinary's stands, the removal is told",
    there: [there.addContext("one", { alt: "there" })],
    here: [here.set("one", { context: { caption: "old" } })],
    expect: {
      rows: { one: { context: { alt: "there", caption: "old" }, ...synced } },
      cloudinary: { one: { context: { alt: "there", caption: "old" } } },
      log: ["conflict pull conflict one", "update pull success one"],
      conflicts: {
        one: { "context.alt": { base: "old", cloudinary: "there", kept: "cloudinary" } },
      },
    },
  },
  {
    title: "metadata changed on both sides, policy database → ours stands",
    given: [
      there.defineMetadata("price"),
      there.set("one", { metadata: { price: "1" } }),
      here.settings({ conflict_policy: "database" }),
    ],
    there: [there.set("one", { metadata: { price: "2" } })],
    here: [here.set("one", { metadata: { price: "3" } })],
    expect: {
      rows: { one: { metadata: { price: "3" }, ...synced } },
      cloudinary: { one: { metadata: { price: "3" } } },
      calls: { [metadata]: 1 },
      log: ["conflict pull conflict one", "update push success one"],
      conflicts: {
        one: {
          "metadata.price": { base: "1", database: "3", cloudinary: "2", kept: "database" },
        },
      },
    },
  },
  {
    title: "renamed on both sides, policy cloudinary → Cloudinary's name",
    there: [there.rename("one", "there")],
    here: [here.set("one", { public_id: "here" })],
    expect: {
      rows: { one: { public_id: "there", ...synced } },
      cloudinary: { one: { public_id: "there" } },
      log: ["conflict pull conflict one", "rename pull success one"],
      conflicts: {
        one: {
          public_id: { base: "one", database: "here", cloudinary: "there", kept: "cloudinary" },
        },
      },
    },
  },
  {
    title: "renamed on both sides, policy database → our name",
    given: [here.settings({ conflict_policy: "database" })],
    there: [there.rename("one", "there")],
    here: [here.set("one", { public_id: "here" })],
    expect: {
      rows: { one: { public_id: "here", ...synced } },
      cloudinary: { one: { public_id: "here" } },
      calls: { [rename]: 1 },
      log: ["conflict pull conflict one", "rename push success one"],
      conflicts: {
        one: {
          public_id: { base: "one", database: "here", cloudinary: "there", kept: "database" },
        },
      },
    },
  },
];
