/** The flags of `deno task demo`. */
import { parseArgs } from "node:util";

export const demoUsage =
  `Shows the main job on a local stack: a first sync, then round trips (an upload, a deletion and edits on
either side and on both at once) with their latencies, and whether both sides are equal.

  --assets N   assets in the emulated library (default 1000)
  --seed N     makes the emulated library repeatable (default: a random one, which is printed)
  --keep       leaves the stack up until Ctrl+C: prints what is where, READY {json}, and writes
               .local/stack.json
  --open       as --keep, and opens the console in a browser
  --json       prints one JSON object and nothing else
  --help       this text

Nothing to install or to set first; every port is a free one. Exits 0 only if everything holds.`;

/** What the flags say. */
export type DemoOptions =
  | { kind: "run"; assets: number; seed: number; keep: boolean; open: boolean; json: boolean }
  | { kind: "help" }
  | { kind: "error"; message: string };

/**
 * Reads the flags.
 *
 * @param randomSeed Gives the seed when none is named.
 */
export function parseDemoOptions(args: string[], randomSeed: () => number): DemoOptions {
  try {
    const { values } = parseArgs({
      args,
      options: {
        assets: { type: "string", default: "1000" },
        seed: { type: "string" },
        keep: { type: "boolean", default: false },
        open: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return { kind: "help" };
    return {
      kind: "run",
      assets: integer("assets", values.assets, 1, 1_000_000),
      seed: values.seed === undefined ? randomSeed() : integer("seed", values.seed, 0, 999_999_999),
      keep: values.keep || values.open,
      open: values.open,
      json: values.json,
    };
  } catch (error) {
    return { kind: "error", message: error instanceof Error ? error.message : String(error) };
  }
}

function integer(flag: string, text: string, minimum: number, maximum: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new Error(`--${flag} takes a whole number from ${minimum} to ${maximum}`);
}
