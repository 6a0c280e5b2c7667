import { startStack } from "../../scripts/local/stack.ts";
import { type Postgres, startPostgres } from "../../scripts/support/postgres/start-postgres.ts";
import { type BenchResult, measureSeconds, runAsProcess } from "./bench-result.ts";
import { functionsBeside } from "./functions-beside.ts";
import { listLibrary, observe } from "./list-library.ts";
import { cpuSeconds, peakMemoryMb } from "./process-usage.ts";
import { runSync } from "./run-sync.ts";

const SMALL = 1_000;
const LARGE = 100_000;

/**
 * Measures the first sync of 1,000 and of 100,000 assets into PostgreSQL: assets a second, assets per second of the
 * function's CPU time, its peak memory (which is mostly what V8 has not collected yet) and its heap after a collection, and how near it comes to the slower of its two halves done alone (listing
 * from Cloudinary, inserting by the same SQL function).
 *
 * @param assets Size of the large library.
 */
export async function benchFirstSync(assets = LARGE): Promise<BenchResult> {
  const postgres = await startPostgres();
  const functions = await functionsBeside("measured", MEASURED, "sync");
  try {
    const small = await measureRun(postgres, SMALL, functions.directory);
    const large = await measureRun(postgres, assets, functions.directory);
    return {
      name: "first sync",
      figures: {
        assets,
        run_s: large.run_s,
        assets_per_s: assets / large.run_s,
        assets_per_cpu_s: assets / large.cpu_s,
        memory_1000_mb: small.memory_mb,
        memory_mb: large.memory_mb,
        heap_1000_mb: small.heap_mb,
        heap_mb: large.heap_mb,
        heap_growth_mb: large.heap_mb - small.heap_mb,
        list_alone_s: large.list_s,
        insert_alone_s: large.insert_s,
        efficiency: Math.max(large.list_s, large.insert_s) / large.run_s,
      },
    };
  } finally {
    await Deno.remove(functions.root, { recursive: true });
    await postgres.stop();
  }
}

/** The function `sync`, which also tells what its heap holds after a collection, in bytes. */
const MEASURED = `
import sync from "../sync/index.ts";

declare const gc: () => void;

export default {
  fetch: (request: Request): Response | Promise<Response> => {
    const url = new URL(request.url);
    if (url.pathname.endsWith("/heap")) {
      gc();
      return Response.json(Deno.memoryUsage().heapUsed);
    }
    url.pathname = url.pathname.replace("/measured", "/sync");
    return sync.fetch(new Request(url, request));
  },
};
`;

interface Measured {
  run_s: number;
  cpu_s: number;
  memory_mb: number;
  heap_mb: number;
  list_s: number;
  insert_s: number;
}

async function measureRun(
  postgres: Postgres,
  assets: number,
  functionsDirectory: URL,
): Promise<Measured> {
  const database = await postgres.createDatabase();
  const stack = await startStack({
    ...{ quiet: true, cron: false, assets, seed: 1, database, functionsDirectory },
    functionNames: ["measured"],
    environment: { DENO_V8_FLAGS: "--expose-gc" },
  });
  try {
    const pid = stack.functionPid("measured");
    if (pid === null) throw new Error("the function sync does not run");
    const before = await cpuSeconds(pid);
    const { seconds: run_s } = await measureSeconds(() => runSync(stack.info, {}, "measured"));
    if (stack.functionPid("measured") !== pid) throw new Error("the function sync died");
    const [row] = await stack.sql<{ rows: number }>(
      "select count(*)::int as rows from public.media_assets",
    );
    if (row?.rows !== assets) throw new Error(`${row?.rows} of ${assets} assets arrived`);
    const cpu_s = await cpuSeconds(pid) - before;
    const memory_mb = await peakMemoryMb(pid);
    const heap = await fetch(`${stack.info.url}/functions/v1/measured/heap`, {
      headers: { apikey: stack.info.secret_key },
    });
    const heap_mb = await heap.json() / 1_000_000;

    const listed = await measureSeconds(() => listLibrary(stack));
    const pages = listed.result.map((resources) => JSON.stringify(resources.map(observe)));
    const inserted = await measureSeconds(async () =>
      insertAll(await freshDatabase(postgres), pages)
    );
    return { run_s, cpu_s, memory_mb, heap_mb, list_s: listed.seconds, insert_s: inserted.result };
  } finally {
    await stack.stop();
  }
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
