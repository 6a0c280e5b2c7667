/** Seeds, shared among processes. */
import { playInParallel } from "./in-parallel.ts";

/** After so many a fresh process goes on. */
const SEEDS_A_PROCESS = 50;

/** What came of seeds. */
export interface Played {
  seeds: number;
  messages: number;
  broken: number;
}

/** The line that tells it, and that another process reads. */
export function toLine(
  { seeds, messages, broken }: Played,
  operations: number,
  minutes: number,
): string {
  return `${seeds} seeds, ${seeds * operations} acts, ${messages} messages, ${broken} broken, ` +
    `${(seeds / minutes).toFixed(1)} seeds a minute`;
}

function fromLine(line: string): Played | undefined {
  const told = /^(\d+) seeds, \d+ acts, (\d+) messages, (\d+) broken, /.exec(line);
  if (told === null) return undefined;
  const [seeds, messages, broken] = told.slice(1).map(Number);
  return { seeds: seeds!, messages: messages!, broken: broken! };
}

/**
 * Plays seeds in processes side by side and passes on what they print.
 *
 * @param failures After so many broken seeds no further share is begun; 0 = never.
 * @param flags For each process, beside the seeds.
 */
export async function playSeeds(
  { jobs, seed, seeds, failures }: Record<"jobs" | "seed" | "seeds" | "failures", number>,
  flags: string[],
  print: (line: string) => void,
): Promise<Played> {
  const total: Played = { seeds: 0, messages: 0, broken: 0 };
  const end = seed + seeds;
  let next = seed;
  await playInParallel(
    jobs,
    () => {
      if (next >= end || (failures > 0 && total.broken >= failures)) return undefined;
      const share = Math.min(SEEDS_A_PROCESS, Math.ceil(seeds / jobs), end - next);
      next += share;
      return [`--seed=${next - share}`, `--seeds=${share}`, ...flags];
    },
    (line) => {
      const played = fromLine(line);
      if (played === undefined) print(line);
      return played;
    },
    (played) => {
      for (const figure of ["seeds", "messages", "broken"] as const) {
        total[figure] += played[figure];
      }
    },
  );
  return total;
}
