import { startStack } from "../../scripts/local/stack.ts";
import type { Stack } from "../../scripts/local/stack-options.ts";
import {
  type Observation,
  toObservation,
} from "../../supabase/functions/_shared/cloudinary/observation.ts";
import { type Postgres, startPostgres } from "../../scripts/support/postgres/start-postgres.ts";
import { type BenchResult, measureSeconds, runAsProcess } from "./bench-result.ts";
import { cpuSeconds, peakMemoryMb } from "./process-usage.ts";
import { runSync } from "./run-sync.ts";

const SMALL = 1_000;
const LARGE = 100_000;

/**
 * Measures the first sync of 1,000 and of 100,000 assets into PostgreSQL: assets a second, assets per second of the
 * function's CPU time, its peak memory, and how near it comes to the slower of its two halves done alone (listing
 * from Cloudinary, inserting by the same SQL function).
 *
 * @param assets Size of the large library.
 */
export async function benchFirstSync(assets = LARGE): Promise<BenchResult> {
  const postgres = await startPostgres();
  try {
    const small = await measureRun(postgres, SMALL);
    const large = await measureRun(postgres, assets);
    return {
      name: "first sync",
      figures: {
        assets,
        run_s: large.run_s,
        assets_per_s: assets / large.run_s,
        assets_per_cpu_s: assets / large.cpu_s,
        memory_1000_mb: small.memory_mb,
        memory_mb: large.memory_mb,
        memory_growth_mb: large.memory_mb - small.memory_mb,
        list_alone_s: large.list_s,
        insert_alone_s: large.insert_s,
        efficiency: Math.max(large.list_s, large.insert_s) / large.run_s,
      },
    };
  } finally {
    await postgres.stop();
  }
}

interface Measured {
  run_s: number;
  cpu_s: number;
  memory_mb: number;
  list_s: number;
  insert_s: number;
}

async function measureRun(postgres: Postgres, assets: number): Promise<Measured> {
  const database = await postgres.createDatabase();
  const stack = await startStack({ quiet: true, cron: false, assets, seed: 1, database });
  try {
    const pid = stack.functionPid("sync");
    if (pid === null) throw new Error("the function sync does not run");
    const before = await cpuSeconds(pid);
    const { seconds: run_s } = await measureSeconds(() => runSync(stack.info));
    if (stack.functionPid("sync") !== pid) throw new Error("the function sync died");
    const [row] = await stack.sql<{ rows: number }>(
      "select count(*)::int as rows from public.media_assets",
    );
    if (row?.rows !== assets) throw new Error(`${row?.rows} of ${assets} assets arrived`);
    const cpu_s = await cpuSeconds(pid) - before;
    const memory_mb = await peakMemoryMb(pid);

    const listed = await measureSeconds(() => listAll(stack));
    const pages = listed.result.map((resources) => JSON.stringify(resources.map(observe)));
    const inserted = await measureSeconds(async () =>
      insertAll(await freshDatabase(postgres), pages)
    );
    return { run_s, cpu_s, memory_mb, list_s: listed.seconds, insert_s: inserted.result };
  } finally {
    await stack.stop();
  }
}

/** Lists the library as the function does, one page after the other. */
async function listAll({ info }: Stack): Promise<unknown[][]> {
  const { username, password, hostname } = new URL(info.cloudinary_url);
  const headers = { authorization: `Basic ${btoa(`${username}:${password}`)}` };
  const pages: unknown[][] = [];
  for (const type of ["image", "video", "raw"]) {
    let cursor: string | undefined = "";
    while (cursor !== undefined) {
      const query = new URLSearchParams({
        ...{ tags: "true", context: "true", metadata: "true", moderations: "true" },
        max_results: "500",
        ...(cursor === "" ? {} : { next_cursor: cursor }),
      });
      const response = await fetch(
        `${info.cloudinary_http}/v1_1/${hostname}/resources/${type}?${query}`,
        { headers },
      );
      const page: { resources: unknown[]; next_cursor?: string } = await response.json();
      pages.push(page.resources);
      cursor = page.next_cursor;
    }
  }
  return pages;
}

function observe(resource: unknown): Observation {
  return toObservation(resource, { folderMode: "dynamic" });
}

async function freshDatabase(postgres: Postgres) {
  const sql = postgres.sql(await postgres.createDatabase(), { max: 1 });
  await sql`select 1`;
  return sql;
}

/** Stores pages by the function's own SQL, without the function, HTTP and the data API. @returns Seconds. */
async function insertAll(
  sql: Awaited<ReturnType<typeof freshDatabase>>,
  pages: string[],
): Promise<number> {
  const { seconds } = await measureSeconds(async () => {
    for (const page of pages) {
      await sql.unsafe(
        `select count(*) from media_sync.merge_observations('demo', $1::text::jsonb, clock_timestamp(), 'api')`,
        [page],
        { prepare: true },
      );
    }
  });
  return seconds;
}

if (import.meta.main) await runAsProcess(benchFirstSync);
