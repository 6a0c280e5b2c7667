/** Accounts that behave otherwise than most: what Cloudinary's pages leave open, each way. */
import type { Scenario } from "../../support/scenario.ts";
import { here, there } from "../../support/scenario-steps.ts";
import { metadata, rename, tags } from "./calls.ts";

const synced = { sync_status: "synced" };
const gone = { deleted: true };

/** More than a look-up answers there. */
const many = Object.fromEntries(Array.from({ length: 14 }, (_, index) => [`a${index}`, {}]));
const kept = Object.keys(many).slice(2);

/** Every call of sync pulls what has changed. */
const tick = here.settings({ incremental_interval: "0" });

export const accounts: Scenario[] = [
  ...[true, false].map((isSilent): Scenario => ({
    title: `a look-up answers ten ids and ${
      isSilent ? "leaves out the others without a word" : "refuses more"
    }, many edited here, two gone there → every edit arrives, only those two are gone`,
    given: [there.behavior({ look_up_cap: 10, look_up_cap_silent: isSilent })],
    initial: many,
    there: [there.destroy("a0", "a1")],
    here: kept.map((name) => here.set(name, { tags: ["new"] })),
    expect: {
      rows: {
        a0: gone,
        a1: gone,
        ...Object.fromEntries(kept.map((name) => [name, { tags: ["new"], ...synced }])),
      },
      calls: { [tags]: 1 },
      log: [
        "delete pull success a0",
        "delete pull success a1",
        ...kept.map((name) => `update push success ${name}`),
      ],
    },
  })),
  {
    title: "a look-up answers in pages, many edited here → every edit arrives, nothing is gone",
    given: [there.behavior({ look_up_pages: true })],
    initial: many,
    here: kept.map((name) => here.set(name, { tags: ["new"] })),
    expect: {
      rows: Object.fromEntries(kept.map((name) => [name, { tags: ["new"], ...synced }])),
      calls: { [tags]: 1 },
      log: kept.map((name) => `update push success ${name}`),
    },
  },
  {
    title:
      "deleted assets are shown as placeholders in every answer, one deleted there → deleted here",
    given: [there.behavior({ backup: true, placeholders: true })],
    initial: { one: {}, two: {} },
    there: [there.destroy("one")],
    expect: {
      rows: { one: gone, two: synced },
      cloudinary: { one: null },
      log: ["delete pull success one"],
    },
  },
  {
    title: "a search tells no metadata, metadata and tags changed there → a tick brings both",
    given: [
      there.defineMetadata("colour"),
      there.behavior({ search_metadata: "refused", search_last_updated: "told" }),
      tick,
    ],
    initial: { one: {}, two: {}, three: {} },
    there: [
      there.set("one", { metadata: { colour: "red" } }),
      there.set("two", { tags: ["new"] }),
    ],
    sync: [{}],
    expect: {
      rows: { one: { metadata: { colour: "red" } }, two: { tags: ["new"] }, three: synced },
      log: ["update pull success one", "update pull success two"],
    },
  },
  {
    title:
      "a search tells neither metadata nor times of change, metadata changed there → a reconcile brings it",
    given: [
      there.defineMetadata("colour"),
      there.behavior({ search_metadata: "refused", search_last_updated: "refused" }),
      tick,
    ],
    there: [there.set("one", { metadata: { colour: "red" } })],
    sync: [{}, { full: true }],
    expect: {
      rows: { one: { metadata: { colour: "red" }, ...synced } },
      log: ["update pull success one"],
    },
  },
  {
    title: "a search tells no times of change, tags changed there → a tick brings them",
    given: [there.behavior({ search_last_updated: "refused" }), tick],
    there: [there.set("one", { tags: ["new"] })],
    sync: [{}],
    expect: {
      rows: { one: { tags: ["new"], ...synced } },
      log: ["update pull success one"],
    },
  },
  {
    title: "edits give an asset a new version, renamed and edited here → both sides are equal",
    given: [there.defineMetadata("colour"), there.behavior({ edits_bump_version: true })],
    here: [here.set("one", { public_id: "new", metadata: { colour: "red" } })],
    expect: {
      rows: { one: { public_id: "new", metadata: { colour: "red" }, ...synced } },
      cloudinary: { one: { public_id: "new", metadata: { colour: "red" } } },
      calls: { [metadata]: 1, [rename]: 1 },
      // The new version looks like new content.
      log: [
        "rename push success one",
        "upload pull success one",
      ],
    },
  },
];
