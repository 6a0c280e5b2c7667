/** Many seeds, shared among processes. */
import { TextLineStream } from "../../../scripts/local/text-lines.ts";

/** A process slows down with every run that it has played: after so many a fresh one goes on. */
const SEEDS_A_PROCESS = 50;

/** What a process said of its seeds in the end. */
export interface Played {
  seeds: number;
  messages: number;
  broken: number;
}

/** The line that tells it, and that another process reads. */
export function toLine({ seeds, messages, broken }: Played, operations: number, minutes: number) {
  return `${seeds} seeds, ${seeds * operations} acts, ${messages} messages, ${broken} broken, ` +
    `${(seeds / minutes).toFixed(1)} seeds a minute`;
}

/** What `toLine` told; `undefined` for any other line. */
export function fromLine(line: string): Played | undefined {
  const told = /^(\d+) seeds, \d+ acts, (\d+) messages, (\d+) broken, /.exec(line);
  if (told === null) return undefined;
  const [seeds, messages, broken] = told.slice(1).map(Number);
  return { seeds: seeds!, messages: messages!, broken: broken! };
}

/**
 * Plays seeds in processes side by side, each with its share of them at a time, and passes on what they print.
 *
 * @param jobs Processes at once.
 * @param failures After so many broken seeds no further share is begun; 0 = never.
 * @param flags For each process, beside the seeds.
 * @throws Error when a process ends without saying what it played.
 */
export async function playInParallel(
  { jobs, seed, seeds, failures }: Record<"jobs" | "seed" | "seeds" | "failures", number>,
  flags: string[],
  print: (line: string) => void,
): Promise<Played> {
  const total: Played = { seeds: 0, messages: 0, broken: 0 };
  let next = seed;
  const work = async () => {
    while (next < seed + seeds && (failures === 0 || total.broken < failures)) {
      const share = Math.min(SEEDS_A_PROCESS, Math.ceil(seeds / jobs), seed + seeds - next);
      const first = next;
      next += share;
      const played = await playShare([`--seed=${first}`, `--seeds=${share}`, ...flags], print);
      if (played === undefined) {
        throw new Error(
          `The process of the seeds from ${first} on ended before it had played them.`,
        );
      }
      for (const figure of ["seeds", "messages", "broken"] as const) {
        total[figure] += played[figure];
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return total;
}

async function playShare(
  flags: string[],
  print: (line: string) => void,
): Promise<Played | undefined> {
  const root = new URL("../../../", import.meta.url);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      `--config=${decodeURIComponent(new URL("deno.json", root).pathname)}`,
      new URL("./command.ts", import.meta.url).href,
      ...flags,
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  let played: Played | undefined;
  for await (const line of lines) {
    const told = fromLine(line);
    if (told === undefined) print(line);
    else played = told;
  }
  await child.status;
  return played;
}
