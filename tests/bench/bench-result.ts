/** What a benchmark found. */
export interface BenchResult {
  readonly name: string;
  /** Figures by name, units in the names. */
  readonly figures: Readonly<Record<string, number | string>>;
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
