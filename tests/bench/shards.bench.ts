import type { Child } from "../../scripts/local/child-process.ts";
import type { StackInfo } from "../../scripts/support/stack-info.ts";
import { startPostgres } from "../../scripts/support/postgres/start-postgres.ts";
import { type BenchResult, measureSeconds, runAsProcess } from "./bench-result.ts";
import { runSync, setLatency } from "./run-sync.ts";
import { startStackProcess } from "./stack-process.ts";

const INVOCATIONS = 4;

/**
 * Measures the first sync of 100,000 assets at 50 ms Cloudinary latency, by one invocation and by four that share the
 * shards, each in a function process of its own with a data API of its own, on one database.
 *
 * @param assets Size of the library.
 */
export async function benchShards(assets = 100_000): Promise<BenchResult> {
  const one_s = await measureInvocations(assets, 1);
  const four_s = await measureInvocations(assets, INVOCATIONS);
  return {
    name: "four invocations",
    figures: {
      assets,
      latency_ms: 50,
      one_s,
      four_s,
      ratio: four_s / one_s,
      cores: navigator.hardwareConcurrency,
    },
  };
}

async function measureInvocations(assets: number, invocations: number): Promise<number> {
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
    const { seconds } = await measureSeconds(() =>
      Promise.all(stacks.map(({ ready }) => runSync(ready)))
    );
    const sql = postgres.sql(database);
    const [row] = await sql`
      select count(*)::int as rows, (select count(*)::int from media_sync.runs where kind = 'full') as runs
      from public.media_assets`;
    if (row?.rows !== assets || row.runs !== 1) throw new Error(JSON.stringify(row));
    return seconds;
  } finally {
    for (const stack of stacks.reverse()) await stack.stop();
    await postgres.stop();
  }
}

if (import.meta.main) await runAsProcess(benchShards);
