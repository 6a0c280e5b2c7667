import type { Child } from "../../scripts/local/child-process.ts";
import type { StackInfo } from "../../scripts/support/stack-info.ts";
import { startPostgres } from "../../scripts/support/postgres/start-postgres.ts";
import { type BenchResult, measureSeconds, runAsProcess } from "./bench-result.ts";
import { cpuSecondsOfAll } from "./process-usage.ts";
import { runSync, setLatency } from "./run-sync.ts";
import { startStackProcess } from "./stack-process.ts";

const INVOCATIONS = 4;

/**
 * Measures the first sync of 100,000 assets at 50 ms Cloudinary latency, by one invocation and by four that share the
 * shards, each in a function process of its own with a data API of its own, on one database.
 *
 * All of it, the database and the emulator too, shares the machine's cores: `least_ratio` is what the CPU time of the four
 * would come to were no core idle for a moment, and no arrangement of the work can be below it (on a machine that does
 * nothing else).
 *
 * @param assets Size of the library.
 */
export async function benchShards(assets = 100_000): Promise<BenchResult> {
  const one = await measureInvocations(assets, 1);
  const four = await measureInvocations(assets, INVOCATIONS);
  const cores = navigator.hardwareConcurrency;
  return {
    name: "four invocations",
    figures: {
      assets,
      latency_ms: 50,
      one_s: one.seconds,
      four_s: four.seconds,
      ratio: four.seconds / one.seconds,
      one_cpu_s: one.cpu_s,
      four_cpu_s: four.cpu_s,
      least_ratio: four.cpu_s / cores / one.seconds,
      cores,
    },
  };
}

async function measureInvocations(
  assets: number,
  invocations: number,
): Promise<{ seconds: number; cpu_s: number }> {
  const postgres = await startPostgres();
  const stacks: Child<StackInfo>[] = [];
  try {
    const database = await postgres.createDatabase();
    const first = await startStackProcess({ cron: false, assets, seed: 1, database });
    stacks.push(first);
    while (stacks.length < invocations) {
      stacks.push(
        await startStackProcess({
          cron: false,
          database,
          sharesDatabase: true,
          functionNames: ["sync"],
          cloudinary: "real",
          environment: { CLOUDINARY_URL: first.ready.cloudinary_url },
        }),
      );
    }
    await setLatency(first.ready, 50);
    const before = await cpuSecondsOfAll();
    const { seconds } = await measureSeconds(() =>
      Promise.all(stacks.map(({ ready }) => runSync(ready)))
    );
    const cpu_s = await cpuSecondsOfAll() - before;
    const sql = postgres.sql(database);
    const [row] = await sql`
      select count(*)::int as rows, (select count(*)::int from media_sync.runs where kind = 'full') as runs
      from public.media_assets`;
    if (row?.rows !== assets || row.runs !== 1) throw new Error(JSON.stringify(row));
    return { seconds, cpu_s };
  } finally {
    for (const stack of stacks.reverse()) await stack.stop();
    await postgres.stop();
  }
}

if (import.meta.main) await runAsProcess(benchShards);
