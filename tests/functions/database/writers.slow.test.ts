/**
 * Every kind of writer beside every other, in sessions of their own on the same assets: none is ended by a deadlock, and
 * none waits for long.
 */
import { assertEquals } from "@std/assert";
import type { ReservedSql, Sql } from "postgres";
import type { Postgres } from "../../../scripts/support/postgres/start-postgres.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { createRandom } from "../../support/random.ts";
import { type Writer, writers } from "./writers.ts";

const ASSETS = 16;
/** Calls of each writer against each other. */
const ROUNDS = 20;
/** Sessions of each. */
const SESSIONS = 2;

/** A database whose sessions give a lock up after a second, and look for deadlocks long before. */
async function setUp(postgres: Postgres): Promise<Sql> {
  const url = await postgres.createDatabase();
  const sql = postgres.sql(url, { max: 2 * SESSIONS + 1 });
  const [name] = await sql`select current_database() as name`;
  await sql.unsafe(`alter database ${name!.name} set lock_timeout = '1s'`);
  await sql.unsafe(`alter database ${name!.name} set deadlock_timeout = '20ms'`);
  return postgres.sql(url, { max: 2 * SESSIONS + 1 });
}

/** The library as it is at first, whatever writers before have made of it. */
async function begin(sql: Sql): Promise<void> {
  await sql`truncate public.media_assets, public.media_collections cascade`;
  await sql`update media_sync.settings set include_folders = '{}'`;
  await sql`
    insert into public.media_assets (cloud_name, asset_id, public_id, resource_type, observed_at, base)
    select 'demo', 'a' || place, 'a' || place, 'image', now(), jsonb_build_object(
      'public_id', 'a' || place, 'folder', '', 'display_name', null,
      'tags', '[]'::jsonb, 'context', '{}'::jsonb, 'metadata', '{}'::jsonb
    )
    from generate_series(1, ${ASSETS}::integer) as place
    order by md5(place::text)`;
  await sql`insert into public.media_collections (slug, name) values ('one', 'one'), ('two', 'two')`;
}

/** Lets two writers work side by side, and counts what they met. */
async function meet(sql: Sql, one: Writer, other: Writer): Promise<Record<string, number>> {
  await begin(sql);
  const failures: Record<string, number> = {};
  const work = async (writer: Writer, place: number) => {
    const session: ReservedSql = await sql.reserve();
    try {
      const random = createRandom(`writer ${place}`);
      for (let round = 0; round < ROUNDS; round++) {
        try {
          await writer.write(session, random);
        } catch (error) {
          const { code, message } = error as { code?: string; message: string };
          const kind = code === "40P01" ? "deadlock" : code === "55P03" ? "wait" : message;
          failures[kind] = (failures[kind] ?? 0) + 1;
        }
      }
    } finally {
      session.release();
    }
  };
  await Promise.all(
    Array.from(
      { length: SESSIONS },
      (_, place) => [work(one, 2 * place), work(other, 2 * place + 1)],
    ).flat(),
  );
  const unnoted = await sql`
    select from public.media_collection_items as item
    join public.media_assets as asset on asset.id = item.media_asset_id
    where not item.collection_id = any (asset.collection_ids)`;
  if (unnoted.length > 0) failures["a collection is not noted on its asset"] = unnoted.length;
  return failures;
}

postgresTest(
  `${writers.length} kinds of writers, each beside each → no deadlock, and no wait over a second`,
  async (postgres, t) => {
    const sql = await setUp(postgres);
    for (const [index, one] of writers.entries()) {
      await t.step(`${one.title} beside each other writer`, async () => {
        const found: Record<string, Record<string, number>> = {};
        for (const other of writers.slice(index)) {
          let failures = await meet(sql, one, other);
          // A second is short on a busy machine: what is no fault of ours does not happen twice.
          if (Object.keys(failures).join() === "wait") failures = await meet(sql, one, other);
          if (Object.keys(failures).length > 0) found[other.title] = failures;
        }
        assertEquals(found, {});
      });
    }
  },
);
