import type { BenchResult } from "../../scripts/bench/bench-result.ts";
import { printLine } from "../../scripts/support/print-line.ts";
import { sharedProvider } from "../../scripts/support/postgres/start-postgres.ts";

export type { BenchResult };

/** Runs a benchmark as this process: prints `RESULT {json}`, and ends the PostgreSQL cluster if one was started. */
export async function runAsProcess(bench: () => Promise<BenchResult>): Promise<void> {
  try {
    printLine(`RESULT ${JSON.stringify(await bench())}`);
  } finally {
    await sharedProvider().stop();
  }
}

/** The middle of some figures; NaN when there are none. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}

/** Runs `work` and tells how long it took, in seconds. */
export async function measureSeconds<Result>(
  work: () => Promise<Result>,
): Promise<{ seconds: number; result: Result }> {
  const started = performance.now();
  const result = await work();
  return { seconds: (performance.now() - started) / 1_000, result };
}
