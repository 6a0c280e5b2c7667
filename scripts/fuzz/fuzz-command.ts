import { startStack } from "../local/stack.ts";
import type { Command } from "../support/command.ts";
import { readFlags, wholeNumber } from "../support/read-flags.ts";
import { prepareLibrary } from "./prepare-library.ts";
import { runFuzz } from "./run-fuzz.ts";

const usage = `Sends random requests of every role to a fresh local stack and judges every answer.

  --runs N   requests (default 20000)
  --seed N   repeats a run
  --help     this text

Exits 1 for a 5xx, an answer that takes over 10 s, a secret, words of a driver, or a row that the role may not see.`;

/** `deno task fuzz`: random requests by every role. */
export const fuzzCommand: Command = async (args, { print }) => {
  const flags = readFlags("fuzz", args, {
    runs: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
    help: { type: "boolean" },
  });
  if (flags.help) {
    print(usage);
    return 0;
  }
  const runs = wholeNumber("fuzz", "runs", flags.runs, 1, 10_000_000);
  const seed = wholeNumber("fuzz", "seed", flags.seed, 0, 2 ** 31 - 1);
  const stack = await startStack({ quiet: true, cron: false });
  try {
    const known = await prepareLibrary(stack);
    const report = await runFuzz(stack, { runs, seed, known });
    print(JSON.stringify(report, null, 2));
    return report.findings.length === 0 ? 0 : 1;
  } finally {
    await stack.stop();
  }
};
