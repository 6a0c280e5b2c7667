/** Runs the tests: `deno task test`, `deno task test:fast`. */
import { BROKER_VARIABLE, serveBroker } from "./support/postgres/broker.ts";
import { createLocalProvider, leftOutProvider } from "./support/postgres/provider.ts";
import { answerHelp } from "./support/answer-help.ts";
import { printLine } from "./support/print-line.ts";
import { longestFirst } from "./test/durations.ts";
import { fastFiles, POSTGRES_LEFT_OUT, writeWorkerModules } from "./test/fast-suite.ts";
import { isSelected, readOptions, type TestOptions, testUsage } from "./test/options.ts";
import { addCounts, type Counts, summaryLine } from "./test/report.ts";
import { runSuite } from "./test/run-suite.ts";
import { findTestFiles } from "./test/suites.ts";

const root = new URL("../", import.meta.url).pathname;

/** What `--behavior=both` runs a second time: whatever an account is like, these tell the same story. */
const SCENARIOS =
  /\/scenarios\/(values|existence|interrupted-push|fixed-folders)(\.slow)?\.test\.ts$/;

async function main(options: TestOptions, signal: AbortSignal): Promise<Counts> {
  const { suites, stray } = await findTestFiles(root);
  const results: Counts[] = [];
  const failures: string[] = [];
  for (const file of stray) {
    printLine(`${file} is in no suite's folder, so that nothing runs it.`);
    results.push({ passed: 0, failed: 1, skipped: 0 });
  }
  const provider = options.fast ? leftOutProvider(POSTGRES_LEFT_OUT) : createLocalProvider();
  const broker = serveBroker(provider);
  try {
    const behavior = options.behavior === "b" ? "b" : "a";
    const runs: { name: string; files: string[]; behavior: "a" | "b" }[] = options.fast
      ? [{ name: "fast", files: fastFiles(suites), behavior }]
      : options.suites.map((name) => ({ name, files: suites[name], behavior }));
    if (options.behavior === "both" && options.suites.includes("functions")) {
      const files = suites.functions.filter((file) => SCENARIOS.test(file));
      runs.push({ name: "functions under b", files, behavior: "b" });
    }
    for (const run of runs) {
      const selected = run.files.filter((file) => isSelected(file, options.paths));
      if (selected.length === 0 || signal.aborted) continue;
      printLine(`== ${run.name} (${selected.length} files)`);
      const files = options.fast
        ? await writeWorkerModules(root, selected, navigator.hardwareConcurrency)
        : longestFirst(selected);
      // Types are the business of `deno task check`; here they would take a quarter of the time.
      const flags = options.fast ? ["--no-check", ...options.flags] : options.flags;
      const env = {
        [BROKER_VARIABLE]: broker.url,
        CLOUDINARY_BEHAVIOR: run.behavior,
      };
      const result = await runSuite({ root, files, env, flags, signal });
      results.push(result.counts);
      failures.push(...result.failures);
    }
  } finally {
    await broker.stop();
    await provider.stop();
  }
  if (failures.length > 0) printLine(`\nFailed:\n\n${failures.join("\n\n")}\n`);
  return addCounts(results);
}

if (import.meta.main) {
  answerHelp(testUsage);
  const options = readOptions(Deno.args);
  if ("error" in options) {
    printLine(options.error);
    Deno.exit(2);
  }
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => interrupt.abort());
  }
  const counts = await main(options, interrupt.signal);
  const ran = counts.passed + counts.failed;
  if (ran === 0) printLine("No test ran, which counts as a failure.");
  printLine(summaryLine(counts));
  Deno.exit(interrupt.signal.aborted ? 130 : ran > 0 && counts.failed === 0 ? 0 : 1);
}
