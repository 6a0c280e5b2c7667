/** Random requests by every role: `deno task fuzz`. */
import { prepareLibrary } from "./fuzz/prepare-library.ts";
import { runFuzz } from "./fuzz/run-fuzz.ts";
import { startStack } from "./local/stack.ts";
import { answerHelp } from "./support/answer-help.ts";
import { printLine } from "./support/print-line.ts";
import { readFlags } from "./support/read-flags.ts";

const usage = `Sends random requests of every role to a fresh local stack and judges every answer.

  --runs N   requests (default 20000)
  --seed N   repeats a run
  --help     this text

Exits 1 for a 5xx, an answer that takes over 10 s, a secret, words of a driver, or a row that the role may not see.`;

if (import.meta.main) {
  answerHelp(usage);
  const flags = readFlags("fuzz", Deno.args, {
    runs: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
  });
  const stack = await startStack({ quiet: true, cron: false });
  let code = 1;
  try {
    const known = await prepareLibrary(stack);
    const report = await runFuzz(stack, {
      runs: Number(flags.runs),
      seed: Number(flags.seed),
      known,
    });
    printLine(JSON.stringify(report, null, 2));
    code = report.findings.length === 0 ? 0 : 1;
  } finally {
    await stack.stop();
  }
  Deno.exit(code);
}
