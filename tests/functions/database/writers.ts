/**
 * Whoever writes rows of `media_assets`, one act each: all of them on overlapping assets, named in any order. Only of what
 * clients write by a statement of their own into several rows the order is the statement's: these name them in one.
 */
import type { JSONValue, ReservedSql } from "postgres";
import type { Random } from "../../support/random.ts";

/** One kind of writer. */
export interface Writer {
  title: string;
  write(sql: ReservedSql, random: Random): Promise<void>;
}

/** Some assets, in an order of their own. */
async function someIds(sql: ReservedSql, random: Random): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id from public.media_assets`;
  return shuffled(rows.map(({ id }) => id), random).slice(0, random.between(3, rows.length));
}

async function someAssets(sql: ReservedSql, random: Random): Promise<string[]> {
  const rows = await sql<{ asset_id: string }[]>`select asset_id from public.media_assets`;
  return shuffled(rows.map((row) => row.asset_id), random).slice(0, random.between(3, rows.length));
}

function shuffled<Item>(items: Item[], random: Random): Item[] {
  return items.map((item) => [random.next(), item] as const)
    .sort(([one], [other]) => one - other)
    .map(([, item]) => item);
}

function observations(assetIds: string[], random: Random): JSONValue {
  return assetIds.map((asset_id) => ({
    asset_id,
    public_id: asset_id,
    resource_type: "image",
    type: "upload",
    folder: random.pick(["", "in"]),
    tags: random.pick([["x"], ["x", "y"], []]),
    context: { alt: String(random.between(1, 9)) },
    metadata: {},
  }));
}

const cloud = "demo";

async function applyPage(sql: ReservedSql, page: JSONValue): Promise<void> {
  await sql`select public.media_sync_apply_observations(${cloud}, ${
    sql.json(page)
  }, clock_timestamp(), 'api')`;
}

/** Every kind. */
export const writers: Writer[] = [
  {
    title: "a page of a pull",
    write: async (sql, random) => {
      await applyPage(sql, observations(await someAssets(sql, random), random));
    },
  },
  {
    title: "a page with what cannot be stored",
    write: async (sql, random) => {
      const assets = observations(await someAssets(sql, random), random) as {
        [name: string]: JSONValue;
      }[];
      await applyPage(
        sql,
        assets.map((asset) => ({
          ...asset,
          ...random.pick([{}, {}, {}, { unstorable: "It is odd." }, { resource_type: "odd" }]),
        })),
      );
    },
  },
  {
    title: "a push",
    write: async (sql, random) => {
      const worker = crypto.randomUUID();
      const [begun] = await sql`
        select clock_timestamp() as now,
          public.media_sync_begin_push(${cloud}, ${worker}, 1000, 1, 'api') -> 'tasks' as tasks`;
      const ids = (begun!.tasks as { asset_id: string }[]).map((task) => task.asset_id);
      if (ids.length === 0) return;
      const [absent, seen] = random.chance(0.1) ? [ids.slice(0, 1), ids.slice(1)] : [[], ids];
      const [plan] = await sql`
        select public.media_sync_plan_push(
          ${cloud}, ${worker}, ${
        sql.json(observations(seen, random))
      }, ${absent}, clock_timestamp(), 'api'
        ) -> 'tasks' as tasks`;
      type Task = { id: string; action: string; attempt: string; difference: JSONValue };
      const results = shuffled(plan!.tasks as Task[], random).map((
        { id, action, attempt, difference },
      ) =>
        action === "delete"
          ? { id, action, attempt, destroyed: true }
          : { id, action, attempt, landed: [{ difference }] }
      );
      await sql`
        select public.media_sync_confirm_push(${cloud}, ${worker}, ${begun!.now}, ${
        sql.json(results)
      }, 'api')`;
      await sql`select public.media_sync_release_pending(${worker}, array(select id from public.media_assets))`;
    },
  },
  {
    title: "a notification",
    write: async (sql, random) => {
      const effects = (await someAssets(sql, random)).map((asset_id) => ({
        kind: "delta",
        asset_id,
        public_id: asset_id,
        fields: { tags: { added: [random.pick(["x", "y", "z"])], removed: [] } },
      }));
      const event = {
        dedup_key: crypto.randomUUID(),
        notification_type: "resource_tags_changed",
        body: "{}",
        triggered_at: new Date(Date.now() + random.between(-9, 9)).toISOString(),
        effects,
      };
      await sql`select public.media_sync_receive_event(${cloud}, ${sql.json(event)})`;
    },
  },
  {
    title: "what listings do not tell",
    write: async (sql, random) => {
      const worker = crypto.randomUUID();
      const [begun] = await sql`
        select public.media_sync_start_run(${cloud}, 'facts', 'cron', ${worker}, 1, '{}', ${
        sql.json([{ shard: "search" }])
      }) -> 'run' ->> 'run_id' as run`;
      const page = observations(await someAssets(sql, random), random) as { asset_id: string }[];
      const told = page.map((asset) => ({
        ...asset,
        etag: "e",
        last_updated: { updated_at: new Date().toISOString() },
      }));
      await sql`
        select public.media_sync_continue_facts(
          ${begun!.run}, ${worker}, 1, '{}', 9, true, ${random.pick(["search", "detail"])}, ${
        sql.json(told)
      }, ${page.map(({ asset_id }) => asset_id)}
        )`;
      await sql`select public.media_sync_pause_run(${begun!.run}, ${worker})`;
    },
  },
  {
    title: "a folder's rename",
    write: async (sql, random) => {
      const [from, to] = random.pick([["in", "out"], ["out", "in"]]);
      await sql`select media_sync.rename_folder(${cloud}, ${from!}, ${to!}, now(), 'webhook')`;
    },
  },
  {
    title: "a look-up",
    write: async (sql, random) => {
      const worker = crypto.randomUUID();
      await sql`select media_sync.queue_refresh(${cloud}, ${await someAssets(
        sql,
        random,
      )}, 'a test')`;
      const [claim] = await sql`
        select clock_timestamp() as now,
          public.media_sync_claim_refresh(${cloud}, ${worker}, 100, 1) -> 'asset_ids' as ids`;
      const ids = shuffled(claim!.ids as string[], random);
      const seen = random.chance(0.2) ? ids.slice(1) : ids;
      await sql`
        select public.media_sync_settle_look_up(${cloud}, ${ids}, ${
        sql.json(observations(seen, random))
      }, ${claim!.now}, 'api')`;
      await sql`select public.media_sync_release_refresh(${cloud}, ${worker})`;
    },
  },
  {
    title: "an edit of many",
    write: async (sql, random) => {
      const patch = random.pick<JSONValue>([
        { add_tags: [random.pick(["x", "y", "z"])] },
        { context: { alt: String(random.between(1, 9)) } },
        { folder: random.pick(["in", "out", ""]) },
      ]);
      await sql`select public.edit_media_assets(${await someIds(sql, random)}, ${sql.json(patch)})`;
    },
  },
  {
    title: "an edit of one",
    write: async (sql, random) => {
      const [id] = await someIds(sql, random);
      await sql`update public.media_assets set display_name = ${
        String(random.between(1, 99))
      } where id = ${id!}`;
    },
  },
  {
    title: "a deletion",
    write: async (sql, random) => {
      await sql`select public.soft_delete_media_assets(${await someIds(sql, random)}, true)`;
    },
  },
  {
    title: "a restoring",
    write: async (sql, random) => {
      for (const id of await someIds(sql, random)) {
        try {
          await sql`select public.restore_media_asset(${id})`;
        } catch (error) {
          // Out of scope by now.
          if ((error as { code?: string }).code !== "PT404") throw error;
        }
      }
    },
  },
  {
    title: "usage",
    write: async (sql, random) => {
      const ids = await someIds(sql, random);
      const place = String(random.between(1, 3));
      await sql`
        insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id)
        select id, 'page', 'pages', ${place} from unnest(${ids}::uuid[]) as id
        order by id
        on conflict do nothing`;
      await sql`
        update public.media_usage as usage set removed_at = now()
        from (
          select id from public.media_usage
          where reference_id = ${place} and removed_at is null
          order by media_asset_id
          for update
        ) as held
        where usage.id = held.id`;
    },
  },
  {
    title: "collections",
    write: async (sql, random) => {
      const slug = random.pick(["one", "two"]);
      const ids = await someIds(sql, random);
      await sql`
        insert into public.media_collection_items (collection_id, media_asset_id)
        select collection.id, asset_id
        from public.media_collections as collection
        cross join unnest(${ids}::uuid[]) as asset_id
        where collection.slug = ${slug}
        order by asset_id
        on conflict do nothing`;
      await sql`
        delete from public.media_collection_items as item
        using (
          select held.collection_id, held.media_asset_id
          from public.media_collection_items as held
          join public.media_collections as collection on collection.id = held.collection_id
          where collection.slug = ${slug}
          order by held.media_asset_id
          for update of held
        ) as held
        where item.collection_id = held.collection_id and item.media_asset_id = held.media_asset_id`;
    },
  },
  {
    title: "acts on usage",
    write: async (sql, random) => {
      const ids = await someIds(sql, random);
      const place = () => ({
        usage_type: random.pick(["page", "cover"]),
        reference_table: "pages",
        reference_id: String(random.between(1, 3)),
      });
      const [here, there] = [place(), place()];
      await sql`select public.attach_media_assets(${ids}, ${sql.json(here)})`;
      await sql`select public.reorder_media_usage(${ids.toReversed()}, ${sql.json(here)})`;
      if (JSON.stringify(here) !== JSON.stringify(there)) {
        await sql`select public.move_media_usage(${ids}, ${sql.json(here)}, ${sql.json(there)})`;
      }
      await sql`select public.detach_media_assets(${ids}, ${sql.json(there)})`;
    },
  },
  {
    title: "acts on collections",
    write: async (sql, random) => {
      const ids = await someIds(sql, random);
      const rows = await sql<{ id: string }[]>`select id from public.media_collections`;
      const [here, there] = shuffled(rows, random).map(({ id }) => id);
      await sql`select public.add_to_media_collection(${here!}, ${ids})`;
      await sql`select public.reorder_media_collection(${here!}, ${ids.toReversed()})`;
      await sql`select public.move_between_media_collections(${here!}, ${ids}, ${there!})`;
      await sql`select public.remove_from_media_collection(${there!}, ${ids})`;
    },
  },
  {
    title: "deciding conflicts",
    write: async (sql, random) => {
      await sql`select public.resolve_media_conflicts(${await someIds(sql, random)}, ${
        random.pick(["cloudinary", "database"])
      })`;
    },
  },
  {
    title: "a change of scope",
    write: async (sql, random) => {
      await sql`update media_sync.settings set include_folders = ${
        random.pick([[], ["in"], ["in", "out"]])
      }`;
    },
  },
  {
    title: "the cleaning up",
    write: async (sql) => {
      await sql`select public.cleanup_old_sync_logs()`;
    },
  },
  {
    title: "retrying what failed",
    write: async (sql, random) => {
      const ids = await someIds(sql, random);
      await sql`update public.media_assets set sync_status = 'pending' where id = ${ids[
        0
      ]!} and sync_status = 'error'`;
    },
  },
];
