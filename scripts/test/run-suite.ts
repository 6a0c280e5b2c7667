import { printLine } from "../support/print-line.ts";
import { processesOf, signalGroup } from "./process-group.ts";
import { type Counts, describeFailures, readReport } from "./report.ts";

/** What {@linkcode runSuite} needs. */
export interface SuiteRun {
  /** The project's folder; test files are relative to it. */
  root: string;
  files: string[];
  /** Added to the environment of the tests. */
  env: Record<string, string>;
  /** Passed on to `deno test`. */
  flags: string[];
  /** Ends the tests. */
  signal: AbortSignal;
}

/** How a suite ended. */
export interface SuiteResult {
  counts: Counts;
  /** A paragraph for each failure. */
  failures: string[];
}

/** How long processes that the tests started may take to end after them, in milliseconds. */
const FAREWELL_MS = 10_000;

/**
 * Runs test files in one `deno test` process, its output going straight through. The tests and everything
 * they start form one process group, so that nothing of it is left behind.
 *
 * @returns Counts from the runner's JUnit report; leaving processes behind counts as a failure.
 */
export async function runSuite(
  { root, files, env, flags, signal }: SuiteRun,
): Promise<SuiteResult> {
  const report = await Deno.makeTempFile({ prefix: "media-sync-report-", suffix: ".xml" });
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["test", "--allow-all", "--parallel", `--junit-path=${report}`, ...flags, ...files],
      cwd: root,
      env,
      stdin: "null",
      detached: true,
    }).spawn();
    const stop = () => signalGroup(child.pid, "SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    const { success } = await child.status;
    signal.removeEventListener("abort", stop);
    const xml = await Deno.readTextFile(report);
    const [counts, failures] = [count(xml, success), describeFailures(xml)];
    if (counts.failed > failures.length) {
      failures.push(
        "Something failed outside of the tests, such as a module that cannot be loaded; see above.",
      );
    }
    if (await endGroup(child.pid)) return { counts, failures };
    failures.push("Processes were left behind; see above.");
    return { counts: { ...counts, failed: counts.failed + 1 }, failures };
  } finally {
    await Deno.remove(report);
  }
}

/** @returns Whether the group ended by itself; what did not is named and ended. */
async function endGroup(group: number): Promise<boolean> {
  const deadline = performance.now() + FAREWELL_MS;
  let left = await processesOf(group);
  while (left.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = await processesOf(group);
  }
  if (left.length === 0) return true;
  printLine(`Processes that the tests left behind:\n  ${left.join("\n  ")}`);
  signalGroup(group, "SIGKILL");
  return false;
}

/**
 * The report's counts. It knows nothing of what fails before or between the tests (a module that cannot be
 * loaded, a type error, a crash, an interrupt), but then the runner fails, which is at least one failure.
 */
export function count(xml: string, success: boolean): Counts {
  const counts = readReport(xml);
  return success ? counts : { ...counts, failed: Math.max(counts.failed, 1) };
}
