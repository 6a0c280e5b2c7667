/**
 * Runs the tests: `deno task test [--suite unit,functions] [--filter TEXT] [file or folder …]`.
 *
 * Ends with one line, `N passed, N failed` or `N passed, N failed, N skipped`; exits 0 only if something ran
 * and nothing failed.
 */
import { BROKER_VARIABLE, serveBroker } from "../tests/support/postgres/broker.ts";
import { createLocalProvider } from "../tests/support/postgres/provider.ts";
import { printLine } from "./support/print-line.ts";
import { isSelected, readOptions, type TestOptions } from "./test/options.ts";
import { addCounts, type Counts, summaryLine } from "./test/report.ts";
import { runSuite } from "./test/run-suite.ts";
import { findTestFiles } from "./test/suites.ts";

const root = new URL("../", import.meta.url).pathname;

async function main(options: TestOptions, signal: AbortSignal): Promise<Counts> {
  const { suites, stray } = await findTestFiles(root);
  const results: Counts[] = [];
  for (const file of stray) {
    printLine(`${file} is in no suite's folder, so that nothing runs it.`);
    results.push({ passed: 0, failed: 1, skipped: 0 });
  }
  const provider = createLocalProvider();
  const broker = serveBroker(provider);
  try {
    for (const suite of options.suites) {
      const files = suites[suite].filter((file) => isSelected(file, options.paths));
      if (files.length === 0 || signal.aborted) continue;
      printLine(`== ${suite} (${files.length} files)`);
      const env = { [BROKER_VARIABLE]: broker.url };
      results.push(await runSuite({ root, files, env, flags: options.flags, signal }));
    }
  } finally {
    await broker.stop();
    await provider.stop();
  }
  return addCounts(results);
}

if (import.meta.main) {
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
