/** Writes that are on their way: undone, overtaken, or never answered, they lose nothing and both sides end equal. */
import type { Scenario } from "../../support/scenario.ts";
import { here, product, there } from "../../support/scenario-steps.ts";
import { explicit, metadata, remove, rename, restore, tags } from "./calls.ts";

const synced = { sync_status: "synced" };
const live = { deleted: false, ...synced };
const two = { one: { public_id: "one" }, two: { public_id: "two" } };
/** What is left, if anything, and a look at everything. */
const pushed = [product.sync({ direction: "push" }), { full: true }];
const unanswered = (match: string, times: number) =>
  there.faults({
    fail_next: Array.from({ length: times }, () => ({ match, status: 503, body: {} })),
  });

export const onTheWay: Scenario[] = [
  {
    title: "edited, and taken back while the push is under way → the old values on both sides",
    here: [here.set("one", { display_name: "New", tags: ["n"], folder: "new" })],
    sync: [
      product.syncWhile(
        { direction: "push" },
        here.set("one", { display_name: "Old", tags: ["a", "b"], folder: "" }),
      ),
      ...pushed,
    ],
    expect: {
      rows: { one: { display_name: "Old", tags: ["a", "b"], folder: "", ...synced } },
      cloudinary: { one: { display_name: "Old", tags: ["a", "b"], asset_folder: "" } },
    },
    lenient: true,
  },
  {
    title: "renamed, and renamed back while the push is under way → the old name on both sides",
    here: [here.set("one", { public_id: "new" })],
    sync: [
      product.syncWhile({ direction: "push" }, here.set("one", { public_id: "one" })),
      ...pushed,
    ],
    expect: {
      rows: { one: { public_id: "one", ...synced } },
      cloudinary: { one: { public_id: "one" } },
      calls: { [rename]: 2 },
      log: ["rename push success one", "rename push success one"],
    },
  },
  {
    title: "deleted, and restored while the deletion is under way → it comes back from the backup",
    here: [here.delete("one")],
    sync: [
      product.syncWhile({ direction: "push" }, here.restore("one", "requested")),
      ...pushed,
    ],
    expect: {
      rows: { one: live },
      cloudinary: { one: { public_id: "one" } },
      calls: { [remove]: 1, [restore]: 1 },
    },
    lenient: true,
  },
  {
    title: "restored twice while the deletion is under way → one wish",
    here: [here.delete("one")],
    sync: [
      product.syncWhile({ direction: "push" }, async (world) => {
        await here.restore("one", "requested")(world);
        await here.restore("one", "requested")(world);
      }),
      ...pushed,
    ],
    expect: {
      rows: { one: live },
      cloudinary: { one: { public_id: "one" } },
      calls: { [remove]: 1, [restore]: 1 },
    },
    lenient: true,
  },
  {
    title: "deleted again while a restore is under way → deleted on both sides",
    here: [here.delete("one")],
    sync: [
      product.sync({ direction: "push" }),
      here.restore("one", "requested"),
      product.syncWhile({ direction: "push" }, here.delete("one")),
      ...pushed,
    ],
    expect: {
      rows: { one: { deleted: true, ...synced } },
      cloudinary: { one: null },
      calls: { [remove]: 2, [restore]: 1 },
    },
    lenient: true,
  },
  {
    title: "names swapped one after the other, with a push in between → both as people meant them",
    initial: two,
    here: [here.set("one", { public_id: "two" })],
    sync: [
      product.sync({ direction: "push" }),
      here.set("two", { public_id: "one" }),
      ...pushed,
    ],
    expect: {
      rows: { one: { public_id: "two", ...synced }, two: { public_id: "one", ...synced } },
      cloudinary: { one: { public_id: "two" }, two: { public_id: "one" } },
    },
    lenient: true,
  },
  {
    title: "renamed to a name whose holder leaves it later → both renames arrive",
    initial: two,
    here: [here.set("one", { public_id: "two" })],
    sync: [
      product.sync({ direction: "push" }),
      here.set("two", { public_id: "three" }),
      ...pushed,
    ],
    expect: {
      rows: { one: { public_id: "two", ...synced }, two: { public_id: "three", ...synced } },
      cloudinary: { one: { public_id: "two" }, two: { public_id: "three" } },
    },
    lenient: true,
  },
  {
    title:
      "renamed to a name that is given up in Cloudinary → the rename arrives with the next sync",
    initial: two,
    here: [here.set("one", { public_id: "two" })],
    sync: [product.sync({ direction: "push" }), there.rename("two", "three"), { full: true }],
    expect: {
      rows: { one: { public_id: "two", ...synced }, two: { public_id: "three", ...synced } },
      cloudinary: { one: { public_id: "two" }, two: { public_id: "three" } },
    },
    lenient: true,
  },
  {
    title:
      "moved out of the mirrored folders, a pull before the push → the move arrives all the same",
    initial: { one: { asset_folder: "in" } },
    given: [here.settings({ include_folders: ["in"] })],
    here: [here.set("one", { folder: "out" })],
    sync: [{ direction: "pull", full: true }, ...pushed],
    expect: {
      rows: { one: { folder: "out", in_scope: false, ...synced } },
      cloudinary: { one: { asset_folder: "out" } },
      calls: { [explicit]: 1 },
      log: ["move push success one"],
    },
  },
  {
    title:
      "a write without an answer, the value changed there before it is repeated → a conflict row",
    here: [here.set("one", { display_name: "Here" })],
    sync: [
      unanswered("explicit", 1),
      product.syncWhile({ direction: "push" }, there.set("one", { display_name: "There" })),
      ...pushed,
    ],
    expect: {
      rows: { one: synced },
      conflicts: {
        one: {
          display_name: { base: "Old", database: "Here", cloudinary: "There", kept: "cloudinary" },
        },
      },
    },
    lenient: true,
  },
  {
    title: "tagged here while names are swapped there → the tag ends on the asset that was meant",
    initial: { one: { public_id: "one" }, two: { public_id: "two" } },
    here: [here.set("one", { tags: ["mine"] })],
    sync: [
      product.syncWhile({ direction: "push" }, async (world) => {
        await there.rename("one", "between")(world);
        await there.rename("two", "one")(world);
        await there.rename("one", "two")(world);
      }),
      // A write that met neither name is tried again after a pause.
      here.sql("update public.media_assets set next_attempt_at = null"),
      ...pushed,
      { full: true },
    ],
    expect: {
      rows: { one: { tags: ["mine"], ...synced }, two: { tags: [], ...synced } },
      cloudinary: { one: { tags: ["mine"] }, two: { tags: [] } },
    },
    lenient: true,
  },
  {
    title: "a name changed and a context key taken away at once, no notification → both arrive",
    given: [there.behavior({ update_context: "replace" })],
    here: [here.set("one", { display_name: "New", context: { caption: "old" } })],
    expect: {
      rows: { one: { display_name: "New", context: { caption: "old" }, ...synced } },
      cloudinary: { one: { display_name: "New", context: { caption: "old" } } },
      calls: { [explicit]: 2 },
      log: ["update push success one"],
    },
  },
  {
    title: "every kind of edit at once → all of it, and synced",
    given: [there.defineMetadata("price"), there.behavior({ update_context: "replace" })],
    here: [
      here.set("one", {
        tags: ["b", "c"],
        context: { alt: "new", credit: "Ana" },
        metadata: { price: "7" },
        display_name: "New",
        folder: "f",
        public_id: "renamed",
      }),
    ],
    sync: pushed,
    expect: {
      rows: {
        one: {
          tags: ["b", "c"],
          context: { alt: "new", credit: "Ana" },
          metadata: { price: "7" },
          display_name: "New",
          folder: "f",
          public_id: "renamed",
          ...synced,
        },
      },
      cloudinary: { one: { public_id: "renamed", display_name: "New", asset_folder: "f" } },
      calls: { [tags]: 2, [metadata]: 1, [explicit]: 2, [rename]: 1 },
      log: ["rename push success one"],
    },
  },
  {
    title:
      "policy newest: a value edited here first, another later → each is compared by its own time",
    given: [
      here.settings({ conflict_policy: "newest" }),
      there.behavior({ detail_last_updated: true }),
    ],
    here: [
      here.set("one", { context: { alt: "Here", caption: "old" } }),
      there.clock(1_800_000),
      there.addContext("one", { alt: "There" }),
      here.set("one", { tags: ["later"] }),
    ],
    sync: pushed,
    expect: {
      rows: { one: { context: { alt: "There", caption: "old" }, tags: ["later"], ...synced } },
      cloudinary: { one: { context: { alt: "There", caption: "old" }, tags: ["later"] } },
      conflicts: {
        one: {
          "context.alt": { base: "old", database: "Here", cloudinary: "There", kept: "cloudinary" },
        },
      },
    },
    untold: ["last_updated"],
    lenient: true,
  },
  {
    title: "policy manual: deleted and restored with an open conflict → it is still open",
    given: [here.settings({ conflict_policy: "manual" })],
    there: [there.set("one", { display_name: "There" })],
    here: [here.set("one", { display_name: "Here" })],
    sync: [{ full: true }, here.delete("one"), here.restore("one", "restored"), { full: true }],
    expect: {
      rows: { one: { display_name: "Here", sync_status: "conflict", deleted: false } },
      cloudinary: { one: { display_name: "There" } },
      conflicts: {
        one: {
          display_name: { base: "Old", database: "Here", cloudinary: "There", kept: "open" },
        },
      },
      differences: { one: ["display_name"] },
    },
    lenient: true,
  },
  {
    title:
      "edited and deleted here, the same value changed there → both values in the conflict row",
    there: [there.set("one", { display_name: "There" })],
    here: [here.set("one", { display_name: "Here" }), here.delete("one")],
    sync: pushed,
    expect: {
      rows: { one: { deleted: true, ...synced } },
      cloudinary: { one: null },
      calls: { [remove]: 1 },
      conflicts: {
        one: {
          display_name: { base: "Old", database: "Here", cloudinary: "There", kept: "cloudinary" },
        },
      },
    },
    lenient: true,
  },
  {
    title:
      "a context set as a whole, a key added there meanwhile → nothing of the context is emptied",
    given: [there.behavior({ update_context: "merge" })],
    here: [here.set("one", { context: { caption: "kept" } })],
    sync: [
      unanswered("/context", 1),
      product.sync({ direction: "push" }),
      here.sql("update public.media_assets set next_attempt_at = null"),
      ...pushed,
    ],
    expect: {
      rows: { one: { context: { caption: "kept" }, ...synced } },
      cloudinary: { one: { context: { caption: "kept" } } },
    },
    lenient: true,
  },
  {
    title: "a tag that had arrived, taken off there before anybody looked → off on both sides",
    here: [
      // Where notifications come, a push leaves it to them to tell what arrived.
      here.sql(
        "insert into media_sync.webhook_events (dedup_key, notification_type, body) values ('earlier', 'upload', '{}')",
      ),
      here.set("one", { tags: ["a", "b", "n"] }),
    ],
    sync: [
      product.sync({ direction: "push" }),
      there.set("one", { tags: ["a", "b"] }),
      { full: true },
      ...pushed,
    ],
    expect: {
      rows: { one: { tags: ["a", "b"], ...synced } },
      cloudinary: { one: { tags: ["a", "b"] } },
      calls: { [tags]: 1 },
    },
    lenient: true,
  },
  {
    title: "renamed here while its name is given to another asset there → that one keeps it",
    initial: { one: { public_id: "one" }, two: { public_id: "two" } },
    here: [here.set("one", { public_id: "new" })],
    sync: [
      product.syncWhile({ direction: "push" }, async (world) => {
        // Our rename is on its way, slow as it is; these overtake it.
        await there.isCalled(rename)(world);
        await there.faults({ latency_ms: 0 })(world);
        await there.rename("one", "elsewhere")(world);
        await there.rename("two", "one")(world);
      }, 900),
      ...pushed,
    ],
    expect: {
      rows: { two: { public_id: "one", ...synced } },
      cloudinary: { one: { public_id: "elsewhere" }, two: { public_id: "one" } },
      conflicts: {
        one: {
          public_id: { base: "one", database: "new", cloudinary: "elsewhere", kept: "cloudinary" },
        },
      },
    },
    lenient: true,
  },
  {
    title:
      "restored here, deleted there under a name that nobody here had seen → told, not tried for ever",
    initial: two,
    there: [
      there.rename("one", "elsewhere"),
      there.destroy("one"),
      there.rename("two", "elsewhere"),
    ],
    sync: [{ full: true }, here.restore("one", "requested"), ...pushed],
    expect: {
      rows: { one: { deleted: true, ...synced } },
      cloudinary: { one: null },
      log: ["restore push error one name_taken"],
    },
    lenient: true,
  },
];
