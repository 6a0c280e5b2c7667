/** Tags with commas and context keys with = or |, as only Cloudinary itself can bring them: the rest stays editable. */
import type { Scenario } from "../../support/scenario.ts";
import { here, there } from "../../support/scenario-steps.ts";
import { context, explicit, rename, tags } from "./calls.ts";

const initial = {
  one: {
    tags: ["a", "b", "x,y"],
    context: { alt: "old", caption: "old", "k=v": "odd" },
    display_name: "Old",
  },
};
const synced = { sync_status: "synced", sync_error: null };

export const oddNames: Scenario[] = [
  {
    title: "a comma tag and a key with = stay, everything else is edited → pushed",
    initial,
    given: [there.defineMetadata("note")],
    here: [
      here.set("one", {
        tags: ["b", "new", "x,y"],
        context: { alt: 'a=b|c\\d"e', caption: "old", "k=v": "odd" },
        metadata: { note: "a=b|c\\d" },
        display_name: 'N=|\\"e,w',
        public_id: "new",
      }),
    ],
    expect: {
      rows: { one: { tags: ["b", "new", "x,y"], public_id: "new", ...synced } },
      cloudinary: {
        one: {
          tags: ["b", "new", "x,y"],
          context: { alt: 'a=b|c\\d"e', caption: "old", "k=v": "odd" },
          metadata: { note: "a=b|c\\d" },
          display_name: 'N=|\\"e,w',
          public_id: "new",
        },
      },
    },
    lenient: true,
  },
  {
    title: "the comma tag and another removed here → the list of the others is written",
    initial,
    here: [here.set("one", { tags: ["a"] })],
    expect: {
      rows: { one: { tags: ["a"], ...synced } },
      cloudinary: { one: { tags: ["a"] } },
      calls: { [tags]: 1 },
      log: ["update push success one"],
    },
  },
  {
    title: "the comma tag, the only one, removed here → no tags there",
    initial: { one: { tags: ["x,y"] } },
    here: [here.set("one", { tags: [] })],
    expect: {
      rows: { one: { tags: [], ...synced } },
      cloudinary: { one: { tags: [] } },
      calls: { [tags]: 1 },
      log: ["update push success one"],
    },
  },
  {
    title: "one of two comma tags removed here → a sentence on the row, the rest is pushed",
    initial: { one: { tags: ["a", "b", "x,y", "z,z"], display_name: "Old" } },
    here: [
      here.set("one", { tags: ["a", "z,z", "new"], display_name: "New", public_id: "new" }),
    ],
    expect: {
      rows: {
        one: {
          sync_status: "error",
          sync_error:
            `Cloudinary's API separates tags by commas, so that "x,y" cannot be removed while "z,z" stays.`,
          public_id: "new",
        },
      },
      cloudinary: {
        one: { tags: ["a", "new", "x,y", "z,z"], display_name: "New", public_id: "new" },
      },
      calls: { [tags]: 2, [explicit]: 1, [rename]: 1 },
      log: ["rename push error one inexpressible"],
      differences: { one: ["tags"] },
    },
  },
  {
    title:
      "another key removed and one set beside a key with =, where an empty value removes → so there",
    initial,
    given: [there.behavior({ context_empty_value: "removes" })],
    here: [here.set("one", { context: { caption: "new", "k=v": "odd" } })],
    expect: {
      rows: { one: { context: { caption: "new", "k=v": "odd" }, ...synced } },
      cloudinary: { one: { context: { caption: "new", "k=v": "odd" } } },
      calls: { [context]: 1, [explicit]: 1 },
      log: ["update push success one"],
    },
  },
  {
    title:
      "another key removed beside a key with =, where an empty value is stored → told, the rest is pushed",
    initial,
    given: [there.behavior({ context_empty_value: "stored" })],
    here: [
      here.set("one", { context: { caption: "new", "k=v": "odd" }, display_name: "New" }),
    ],
    expect: {
      rows: { one: { context: { alt: "", caption: "new", "k=v": "odd" }, display_name: "New" } },
      cloudinary: {
        one: { context: { alt: "", caption: "new", "k=v": "odd" }, display_name: "New" },
      },
      calls: { [context]: 1, [explicit]: 2 },
      log: [
        "conflict pull conflict one",
        "update push error one not_applied",
        "update pull success one",
      ],
      conflicts: {
        one: { "context.alt": { base: "old", cloudinary: "", kept: "cloudinary" } },
      },
    },
  },
  {
    title: "the key with = removed here → the others are written as a whole",
    initial,
    given: [there.behavior({ update_context: "replace" })],
    here: [here.set("one", { context: { alt: "old", caption: "old" } })],
    expect: {
      rows: { one: { context: { alt: "old", caption: "old" }, ...synced } },
      cloudinary: { one: { context: { alt: "old", caption: "old" } } },
      calls: { [explicit]: 1 },
      log: ["update push success one"],
    },
  },
  {
    title:
      "the value of a key with = changed, others removed → a sentence on the row, the rest is pushed",
    initial,
    given: [there.behavior({ context_empty_value: "removes" })],
    here: [
      here.set("one", { context: { caption: "old", "k=v": "new" }, display_name: "New" }),
    ],
    expect: {
      rows: {
        one: {
          sync_status: "error",
          sync_error:
            `Cloudinary's API writes context as key=value|key=value, so that the key "k=v" can be neither set nor removed alone.`,
        },
      },
      cloudinary: { one: { context: { caption: "old", "k=v": "odd" }, display_name: "New" } },
      calls: { [context]: 1, [explicit]: 2 },
      log: ["update push error one inexpressible"],
      differences: { one: ["context"] },
    },
  },
  {
    title: "one of two keys with = removed here, and the edit taken back → told, then synced",
    initial: { one: { context: { "a=": "1", "b|": "2" } } },
    here: [here.set("one", { context: { "a=": "1" } })],
    sync: [{ full: true }, here.set("one", { context: { "a=": "1", "b|": "2" } }), { full: true }],
    expect: {
      rows: { one: { context: { "a=": "1", "b|": "2" }, ...synced } },
      cloudinary: { one: { context: { "a=": "1", "b|": "2" } } },
      log: ["update push error one inexpressible"],
    },
  },
  {
    title:
      "an empty display name beside a removed key and a new name → only the display name is not pushed",
    here: [here.set("one", { display_name: "", context: { alt: "old" }, public_id: "new" })],
    expect: {
      rows: { one: { sync_status: "error", public_id: "new" } },
      cloudinary: { one: { display_name: "Old", context: { alt: "old" }, public_id: "new" } },
      differences: { one: ["display_name"] },
    },
    lenient: true,
  },
];
