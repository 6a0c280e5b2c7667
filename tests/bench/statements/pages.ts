/** Pages written and compared by our functions, and by the least that PostgreSQL must do for them. */
import type { Sql } from "postgres";
import { measureSeconds } from "../bench-result.ts";

/** What a listing tells of an asset, as columns. */
const COLUMNS =
  ("asset_id,public_id,resource_type,type,format,version,bytes,width,height,duration,pages,etag,url,secure_url," +
    "original_filename,folder,display_name,tags,context,metadata,access_mode,moderation_status,extra,uploaded_at,last_updated,created_at")
    .split(",");
const REQUIRED: Record<string, string> = {
  type: "'upload'",
  folder: "''",
  tags: "'{}'",
  context: "'{}'",
  metadata: "'{}'",
  extra: "'{}'",
  last_updated: "'{}'",
};
const OF_COPY = ["cloud_name", ...COLUMNS, "sync_status", "observed_at", "base"].join(", ");

/** As the function `sync` stores a page. */
const MERGE =
  `select count(*) from media_sync.merge_observations('demo', $1::text::jsonb, clock_timestamp(), 'api', null, '{"listed": true}')`;

/** One insert of the same rows, with every index and trigger of the table, but without looking, judging and the log. */
const INSERT = `
  insert into public.media_assets (cloud_name, ${
  COLUMNS.join(", ")
}, sync_status, observed_at, base)
  select 'demo', ${
  COLUMNS.map((name) => name in REQUIRED ? `coalesce(${name}, ${REQUIRED[name]})` : name).join(", ")
},
    'synced', clock_timestamp(), jsonb_build_object('public_id', public_id, 'folder', coalesce(folder, ''),
      'display_name', display_name, 'tags', coalesce(tags, '{}'), 'context', coalesce(context, '{}'), 'metadata', coalesce(metadata, '{}'))
  from jsonb_populate_recordset(null::public.media_assets, $1::text::jsonb)`;

/** Reads every value of a page, and finds its rows. */
const LOOK_UP = `
  select count(known.id), count(distinct page::text)
  from jsonb_populate_recordset(null::public.media_assets, $1::text::jsonb) as page
  cross join lateral (
    select id from public.media_assets as asset
    where asset.cloud_name = 'demo' and asset.asset_id = page.asset_id
    limit 1
  ) as known`;

/** A database of the benchmark. */
export type Database = Sql;

/** Seconds that the pages took altogether. */
export interface PageTimes {
  merged_s: number;
  inserted_s: number;
  copied_s: number;
  unchanged_s: number;
  looked_up_s: number;
}

/**
 * Writes each page three times, by turns, so that whatever else the machine does meets all ways: by `merge_observations`, by one
 * insert of a recordset, and by COPY. Then compares each page with its rows, and
 * does no more than find them.
 *
 * @param pages JSON arrays of observations, each page's assets new.
 */
export async function timePages(
  pages: readonly string[],
  ours: Database,
  plain: Database,
  copied: Database,
): Promise<PageTimes> {
  const folder = await Deno.makeTempDir({ prefix: "media-sync-bench-" });
  // For the server's own user.
  await Deno.chmod(folder, 0o777);
  try {
    return await takeTurns(pages, { ours, plain, copied, folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function takeTurns(
  pages: readonly string[],
  { ours, plain, copied, folder }: Record<"ours" | "plain" | "copied", Database> & {
    folder: string;
  },
): Promise<PageTimes> {
  const times = { merged_s: 0, inserted_s: 0, copied_s: 0, unchanged_s: 0, looked_up_s: 0 };
  const timed = async (name: keyof PageTimes, database: Database, text: string, page: string) => {
    const { seconds, result } = await measureSeconds(() =>
      database.unsafe(text, [page], { prepare: true })
    );
    times[name] += seconds;
    return result;
  };
  for (const page of pages) {
    await timed("merged_s", ours, MERGE, page);
    await timed("inserted_s", plain, INSERT, page);
    times.copied_s += await copyNewest(plain, copied, page, folder);
  }
  await ours.unsafe("vacuum (analyze) public.media_assets");
  for (const page of pages) {
    await timed("unchanged_s", ours, MERGE, page);
    await timed("looked_up_s", ours, LOOK_UP, page);
  }
  return times;
}

/** Copies the rows of a page from one database to another, by a file. @returns Seconds that the writing took. */
async function copyNewest(
  from: Database,
  to: Database,
  page: string,
  folder: string,
): Promise<number> {
  const ids = (JSON.parse(page) as { asset_id: string }[]).map(({ asset_id }) => `'${asset_id}'`);
  // The server makes the file, which may not be there yet.
  const file = `${folder}/${crypto.randomUUID()}`;
  await from.unsafe(
    `copy (select ${OF_COPY} from public.media_assets where cloud_name = 'demo' and asset_id in (${
      ids.join(",")
    })) to '${file}'`,
  );
  const { seconds } = await measureSeconds(() =>
    to.unsafe(`copy public.media_assets (${OF_COPY}) from '${file}'`)
  );
  return seconds;
}
