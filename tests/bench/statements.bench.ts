/** What our SQL functions cost beside the least that PostgreSQL must do for the same. */
import { parseArgs } from "node:util";
import { startStack } from "../../scripts/local/stack.ts";
import { startPostgres } from "../../scripts/support/postgres/start-postgres.ts";
import { type BenchResult, runAsProcess } from "./bench-result.ts";
import { listLibrary, observe } from "./list-library.ts";
import { PLAIN_FUNCTION, timeEvents } from "./statements/events.ts";
import { timePages } from "./statements/pages.ts";

const EVENTS = 400;
/** Before any is measured: a session plans each function at its first calls. */
const WARM_UP_EVENTS = 20;

/**
 * Measures, as SQL and without a network: a first sync's pages beside one recordset insert and beside COPY, unchanged pages
 * beside parsing and looking up, and notifications about tags beside their three plain statements, on tables without
 * statistics and with them.
 *
 * @param assets How many are listed.
 */
export async function benchStatements(assets = 30_000): Promise<BenchResult> {
  const server = await startPostgres();
  const open = async () => {
    const sql = server.sql(await server.createDatabase(), { max: 1 });
    // Statistics come when the benchmark says so.
    await sql`alter table public.media_assets set (autovacuum_enabled = false)`;
    return sql;
  };
  const databases = await Promise.all([open(), open(), open()]);
  const [ours, plain, copied] = databases as [
    typeof databases[0],
    typeof databases[0],
    typeof databases[0],
  ];
  try {
    const pages = await observedPages(assets);
    const rows = pages.reduce((sum, page) => sum + page.length, 0);
    const ids = pages.flat().slice(0, WARM_UP_EVENTS + EVENTS * 2).map(({ asset_id }) => asset_id);
    const texts = pages.map((page) => JSON.stringify(page));
    const page = await timePages(texts, ours, plain, copied);

    await plain.unsafe(PLAIN_FUNCTION);
    for (const sql of [ours, plain]) {
      // As a table is that was filled and never analyzed.
      await sql`delete from pg_catalog.pg_statistic where starelid = 'public.media_assets'::regclass`;
      await sql`update pg_catalog.pg_class set reltuples = -1, relpages = 0 where oid = 'public.media_assets'::regclass`;
    }
    await timeEvents(ids.splice(0, WARM_UP_EVENTS), ours, plain);
    const unanalyzed = await timeEvents(ids.slice(0, EVENTS), ours, plain);
    for (const sql of [ours, plain]) await sql.unsafe("vacuum (analyze) public.media_assets");
    const analyzed = await timeEvents(ids.slice(EVENTS), ours, plain);
    return {
      name: "statements",
      figures: {
        assets: rows,
        inserted_per_s: rows / page.merged_s,
        recordset_per_s: rows / page.inserted_s,
        copy_per_s: rows / page.copied_s,
        insert_share: page.inserted_s / page.merged_s,
        reconcile_ratio: page.unchanged_s / page.looked_up_s,
        event_ms: analyzed.ours_s / EVENTS * 1_000,
        event_ratio: analyzed.ours_s / analyzed.plain_s,
        event_ratio_never_analyzed: unanalyzed.ours_s / unanalyzed.plain_s,
      },
    };
  } finally {
    for (const sql of databases) await sql.end();
    await server.stop();
  }
}

/** The emulated library, as the function `sync` reads it: pages of 500. */
async function observedPages(assets: number) {
  const stack = await startStack({ quiet: true, cron: false, assets, seed: 1, functionNames: [] });
  try {
    return (await listLibrary(stack)).map((resources) => resources.map(observe));
  } finally {
    await stack.stop();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { assets: { type: "string", default: "30000" } },
  });
  await runAsProcess(() => benchStatements(Number(values.assets)));
}
