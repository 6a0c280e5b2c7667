/** A push that dies between Cloudinary's confirmation and the database's commit: nothing is written a second time. */
import { assertEquals } from "@std/assert";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { here, product, type Step, there } from "../../support/scenario-steps.ts";
import {
  insertAssets,
  openScenarioWorld,
  productCalls,
  resetWorld,
  subtract,
} from "../../support/scenario-world.ts";
import { withStack, writesOf } from "../../support/stack.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { context, explicit, metadata, remove, rename, restore, tags, update } from "./calls.ts";

interface Interruption {
  title: string;
  /** What waits to be pushed. */
  edits: Step[];
  /** The calls that write: all of them made before the end, none after it. */
  calls: Record<string, number>;
  /** What happens in Cloudinary while nobody has noted its confirmation. */
  meanwhile?: Step[];
  /** Assets on both sides in the end. */
  assets: number;
}

const interruptions: Interruption[] = [
  {
    title: "tags added and removed",
    edits: [here.set("one", { tags: ["b", "c"] })],
    calls: { [tags]: 2 },
    assets: 2,
  },
  {
    title: "context set",
    edits: [here.set("one", { context: { alt: "new", caption: "old" } })],
    calls: { [context]: 1 },
    assets: 2,
  },
  {
    title: "a context key removed",
    edits: [
      there.behavior({ update_context: "replace" }),
      here.set("one", { context: { caption: "old" } }),
    ],
    calls: { [explicit]: 1 },
    assets: 2,
  },
  {
    title: "metadata set",
    edits: [there.defineMetadata("price"), here.set("one", { metadata: { price: "1" } })],
    calls: { [metadata]: 1 },
    assets: 2,
  },
  {
    title: "display name and folder",
    edits: [here.set("one", { display_name: "New", folder: "new" })],
    calls: { [explicit]: 1 },
    assets: 2,
  },
  {
    title: "moved to the root",
    edits: [here.set("two", { folder: "" })],
    calls: { [update]: 1 },
    assets: 2,
  },
  {
    title: "renamed",
    edits: [here.set("one", { public_id: "new" })],
    calls: { [rename]: 1 },
    assets: 2,
  },
  {
    title: "two names swapped",
    edits: [here.set("one", { public_id: "two" }), here.set("two", { public_id: "one" })],
    calls: { [rename]: 3 },
    assets: 2,
  },
  { title: "deleted", edits: [here.delete("one")], calls: { [remove]: 1 }, assets: 1 },
  {
    title: "restored from the backup",
    edits: [
      here.delete("one"),
      product.sync({ direction: "push" }, { status: "completed" }),
      here.restore("one", "requested"),
    ],
    calls: { [restore]: 1 },
    assets: 2,
  },
  {
    title: "retagged, and retagged there meanwhile",
    edits: [here.set("one", { tags: ["a", "b", "here"] })],
    calls: { [tags]: 1 },
    meanwhile: [there.set("one", { tags: ["a", "here", "there"] })],
    assets: 2,
  },
];

/** Lets every settlement of a push wait for whoever holds this advisory lock. */
const LOCK = 730_215;
const hold = `
  create function public.hold_settlement() returns trigger language plpgsql security definer as $$
  begin
      if new.sync_status = 'synced' and old.sync_status <> 'synced'
          or not exists (select from media_sync.push_leases where media_asset_id = new.id)
      then
          perform pg_advisory_xact_lock(${LOCK});
      end if;
      return new;
  end;
  $$;
  create trigger a_hold_settlement before update on public.media_assets for each row
  when (
      new.base is distinct from old.base or (new.sync_status = 'synced' and old.sync_status <> 'synced')
  ) execute function public.hold_settlement();`;

postgresTest(
  "the function dies after Cloudinary's confirmation → the next push writes nothing again",
  async (postgres, t) => {
    const database = await postgres.createDatabase();
    const sql = postgres.sql(database, { max: 2 });
    await withStack({ database }, async (stack) => {
      const world = await openScenarioWorld(stack);
      const { call } = world;
      for (const { title, edits, calls, meanwhile = [], assets } of interruptions) {
        await t.step(title, async () => {
          await resetWorld(world);
          await insertAssets(world, {
            one: { tags: ["a", "b"], context: { alt: "old", caption: "old" } },
            two: { asset_folder: "f" },
          });
          await product.sync({ full: true }, { status: "completed" })(world);
          for (const step of edits) await step(world);
          const before = await productCalls(world);

          const holder = await sql.reserve();
          await holder.unsafe(hold);
          try {
            await holder`select pg_advisory_lock(${LOCK})`;
            const broken = call("sync", { method: "POST", json: { direction: "push" } });
            const waiting = await waitUntil(async () => {
              const [lock] = await holder<{ pid: number }[]>`
                select pid from pg_locks
                where locktype = 'advisory' and objid = ${LOCK} and not granted`;
              return lock?.pid;
            }, { describe: "a settlement that waits" });
            assertEquals(writesOf(subtract(await productCalls(world), before)), calls);
            await stack.killFunction("sync");
            // Its transaction must not commit after all.
            await holder`select pg_cancel_backend(${waiting})`;
            assertEquals((await broken).status >= 500, true);
          } finally {
            await holder`select pg_advisory_unlock_all()`;
            await holder.unsafe("drop function public.hold_settlement() cascade");
            holder.release();
          }
          for (const step of meanwhile) await step(world);

          await stack.sql("update media_sync.push_leases set leased_until = now()");
          await product.sync({ full: true }, { status: "completed" })(world);
          assertEquals(
            writesOf(subtract(await productCalls(world), before)),
            calls,
            "written again",
          );
          await assertSidesEqual(stack, assets);
          const open = await stack.sql(
            "select public_id, sync_status from public.media_assets where sync_status <> 'synced'",
          );
          assertEquals(open, []);
          const conflicts = await stack.sql(
            "select changes from public.media_sync_log where operation = 'conflict'",
          );
          assertEquals(conflicts, []);
        });
      }
    });
  },
);
