/** What the sync itself costs the database when the library is large and old. */
import { parseArgs } from "node:util";
import type { SqlRunner } from "../../scripts/local/database.ts";
import { startPostgres } from "../../scripts/support/postgres/start-postgres.ts";
import { type BenchResult, measureSeconds, median, runAsProcess } from "./bench-result.ts";
import { growLibrary } from "./growth/rows.ts";
import { fillLibrary } from "./library/rows.ts";

const WORKER = "00000000-0000-4000-8000-00000000000a";
const RUN = "00000000-0000-4000-8000-00000000000b";
const CLAIMED = 1_000;
const PAGE = 500;
const PAGES = 20;
/** As many as a listing of so many assets is planned with. */
const WINDOWS = 16;
const OLD_ROWS = 300_000;

/**
 * Measures, by the functions that do it, as SQL and without a network: health, what is due, claiming 1,000 of 5,000
 * edited rows, beginning the sweep after a complete listing, comparing both sides, and cleaning up.
 *
 * @param assets Size of the library; the log has five rows an asset.
 * @param times How often; the medians are told. What must be prepared anew is done once more.
 */
export async function benchGrowth({ assets = 1_000_000, times = 5 } = {}): Promise<BenchResult> {
  const server = await startPostgres();
  const sql = server.sql(await server.createDatabase(), { max: 1 });
  const database: SqlRunner = {
    query: async <Row>(text: string, parameters: unknown[] = []) =>
      [...await sql.unsafe(text, parameters as never[], { prepare: true })] as Row[],
    exec: async (text) => void await sql.unsafe(text),
  };
  try {
    await fillLibrary(database, assets);
    await growLibrary(database, assets);
    const milliseconds = async (statement: string, after: string[] = []) => {
      const measured: number[] = [];
      // The first plans it, and brings its pages into memory.
      for (let time = 0; time <= times; time++) {
        const { seconds } = await measureSeconds(() => database.query(statement));
        if (time > 0) measured.push(seconds * 1_000);
        for (const next of after) await database.exec(next);
      }
      return median(measured);
    };
    return {
      name: "growth",
      figures: {
        assets,
        health_ms: await milliseconds("select public.get_sync_health_summary()"),
        due_ms: await milliseconds("select public.media_sync_due('bench')"),
        claim_ms: await milliseconds(CLAIM, RELEASE),
        sweep_ms: await prepareSweep(database).then(() => milliseconds(SWEEP, REOPEN)),
        verified_per_s: await verifyPages(database),
        cleaned_per_s: await cleanUp(database),
      },
    };
  } finally {
    await sql.end();
    await server.stop();
  }
}

const CLAIM =
  `select public.media_sync_begin_push('bench', '${WORKER}', ${CLAIMED}, 60, 'cron') ->> 'more'`;
const RELEASE = [
  `select public.media_sync_release_pending('${WORKER}', array(select media_asset_id from media_sync.push_leases))`,
  "vacuum public.media_assets",
];

/** A full run of which every page is stored, in windows as they are planned: the listing showed every asset but ten. */
async function prepareSweep(database: SqlRunner): Promise<void> {
  await database.exec(`
    insert into media_sync.runs (id, kind, cloud_name, source, started_at) values ('${RUN}', 'full', 'bench', 'cron', clock_timestamp());
    insert into media_sync.run_cursors (run_id, shard, resource_type, status, created_from, created_until)
    select
      '${RUN}', resource_type || ' ' || place, resource_type, 'completed',
      case place when 1 then '1970-01-02' else oldest + (newest - oldest) / ${WINDOWS} * (place - 1) end,
      case when place < ${WINDOWS} then oldest + (newest - oldest) / ${WINDOWS} * place end
    from (select min(created_at) as oldest, max(created_at) as newest from public.media_assets) as edges
    cross join generate_series(1, ${WINDOWS}) as place
    cross join unnest('{image,video,raw}'::text[]) as resource_type;
    insert into media_sync.run_pages (run_id, shard, page, media_asset_ids, observed_at)
    select run_id, shard, place / ${PAGE}, array_agg(id), clock_timestamp()
    from (
      select cursors.run_id, cursors.shard, asset.id, row_number() over (partition by cursors.shard order by asset.created_at) as place
      from media_sync.run_cursors as cursors
      join public.media_assets as asset
        on asset.resource_type = cursors.resource_type
        and asset.created_at >= cursors.created_from
        and asset.created_at < coalesce(cursors.created_until, 'infinity')
      where cursors.run_id = '${RUN}'
    ) as listed
    where place > 10 or shard <> 'image 1'
    group by run_id, shard, place / ${PAGE};
    update media_sync.run_cursors as cursors
    set seen = (select sum(cardinality(media_asset_ids)) from media_sync.run_pages as page where page.run_id = cursors.run_id and page.shard = cursors.shard)
    where run_id = '${RUN}';
    analyze media_sync.run_cursors;
    analyze media_sync.run_pages;`);
}
const SWEEP = `select public.media_sync_begin_sweep('${RUN}', 100)`;
const REOPEN = [
  `update media_sync.runs set status = 'running', blocked_by = null where id = '${RUN}'; delete from media_sync.run_absences;`,
];

/** What a listing tells of an asset. */
const TOLD =
  ("asset_id,public_id,resource_type,type,format,version,bytes,width,height,duration,url,secure_url,folder," +
    "display_name,tags,context,metadata,created_at").split(",");

/** Compares pages as `verify` does. @returns Assets a second. */
async function verifyPages(database: SqlRunner): Promise<number> {
  const pages = await database.query<{ page: unknown }>(
    `select jsonb_agg(jsonb_build_object(${
      TOLD.map((field) => `'${field}', ${field}`).join(", ")
    })) as page
     from (
       select *, row_number() over (order by created_at) / ${PAGE} as number
       from public.media_assets where deleted_at is null and in_scope and sync_status = 'synced' order by created_at limit ${
      PAGE * PAGES
    }
     ) as asset
     group by number`,
  );
  let counted = 0;
  const { seconds } = await measureSeconds(async () => {
    for (const { page } of pages) {
      const [row] = await database.query<{ compared: { counted: number; differing: unknown[] } }>(
        "select public.media_sync_compare_page('bench', $1::jsonb) as compared",
        [page],
      );
      if (row!.compared.differing.length > 0) {
        throw new Error(`they differ: ${JSON.stringify(row!.compared.differing[0])}`);
      }
      counted += row!.compared.counted;
    }
  });
  return counted / seconds;
}

/** Deletes what grew too old since the last cleanup. @returns Log rows a second. */
async function cleanUp(database: SqlRunner): Promise<number> {
  await database.exec(`
    set session_replication_role = replica;
    insert into public.media_sync_log (operation, status, source, asset_id, created_at)
    select 'update', 'success', 'cron', md5('old ' || i), clock_timestamp() - interval '40 days' - i * interval '1 second'
    from generate_series(1, ${OLD_ROWS}) as i;
    set session_replication_role = origin;`);
  const { seconds, result } = await measureSeconds(() =>
    database.query<{ rows: string }>("select public.cleanup_old_sync_logs() as rows")
  );
  if (Number(result[0]?.rows) !== OLD_ROWS) {
    throw new Error(`${result[0]?.rows} of ${OLD_ROWS} rows went`);
  }
  return OLD_ROWS / seconds;
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { assets: { type: "string", default: "1000000" } },
  });
  await runAsProcess(() => benchGrowth({ assets: Number(values.assets) }));
}
