/**
 * `deno task demo`: the main job on a fresh machine. Boots the local stack with an emulated library, runs
 * the first sync, then the round trips, and exits 0 only if all of them hold and both sides are equal.
 */
import { fileURLToPath } from "node:url";
import { compareStack, type Verdict } from "./demo/compare.ts";
import { askForFacts, firstSync, reconcile } from "./demo/first-sync.ts";
import { demoUsage, parseDemoOptions } from "./demo/options.ts";
import { describeSteps, describeVerdict, seconds } from "./demo/report.ts";
import { roundTrips } from "./demo/round-trips.ts";
import { type DemoContext, DemoError, type StepResult } from "./demo/step.ts";
import { openTwoSides } from "./demo/two-sides.ts";
import { describeStack } from "./local/stack-summary.ts";
import { startStack } from "./local/stack.ts";
import { openInBrowser } from "./support/open-in-browser.ts";
import { removeStackFile, writeStackFile } from "./support/stack-file.ts";
import type { Stack } from "./local/stack-options.ts";
import { printLine } from "./support/print-line.ts";
import { createProgressBar, createProgressLines, silentProgress } from "./support/progress.ts";

type RunOptions = Extract<ReturnType<typeof parseDemoOptions>, { kind: "run" }>;

interface Result {
  stack_ms: number;
  steps: StepResult[];
  verdict: Verdict;
}

async function main(signal: AbortSignal): Promise<number> {
  const options = parseDemoOptions(Deno.args, () => Math.floor(Math.random() * 1e9));
  if (options.kind === "help") {
    printLine(demoUsage);
    return 0;
  }
  if (options.kind === "error") {
    printError(`${options.message}\nSee: deno task demo --help`);
    return 2;
  }
  const say = options.json ? () => {} : printLine;
  try {
    say(`Starting the local stack with ${options.assets} emulated assets, seed ${options.seed}`);
    const begun = performance.now();
    const stack = await startStack({ quiet: true, assets: options.assets, seed: options.seed });
    try {
      signal.throwIfAborted();
      const stack_ms = Math.round(performance.now() - begun);
      say(`The stack is up after ${seconds(stack_ms)}`);
      const { steps, verdict } = await runSteps(stack, options, signal);
      return await conclude(stack, { stack_ms, steps, verdict }, options, signal);
    } finally {
      await stack.stop();
    }
  } catch (error) {
    if (signal.aborted) {
      printError("Interrupted; everything is stopped.");
      return 130;
    }
    return fail(error, options);
  }
}

/** The steps in their order; each leaves the stack as the next one expects it. */
async function runSteps(
  stack: Stack,
  options: RunOptions,
  signal: AbortSignal,
): Promise<Omit<Result, "stack_ms">> {
  const progress = options.json
    ? silentProgress
    : Deno.stdout.isTerminal()
    ? createProgressBar("First sync")
    : createProgressLines("First sync");
  const context: DemoContext = { stack, progress, now: () => performance.now(), signal };
  const steps = [await firstSync(context, options.assets)];
  const sides = await openTwoSides(stack);
  try {
    for (const roundTrip of roundTrips) {
      signal.throwIfAborted();
      steps.push(await roundTrip(context, sides));
    }
  } finally {
    await sides.close();
  }
  // What always holds: after all changes stop and one full reconcile ends, both sides are equal.
  await reconcile(context);
  steps.push(await askForFacts(context));
  return { steps, verdict: await compareStack(stack) };
}

async function conclude(
  stack: Stack,
  result: Result,
  options: RunOptions,
  signal: AbortSignal,
): Promise<number> {
  const success = result.verdict.equal && result.steps.every(({ holds }) => holds);
  if (options.json) {
    const { assets, seed, keep } = options;
    const info = keep ? { stack: stack.info } : {};
    printLine(JSON.stringify({ success, assets, seed, ...result, ...info }));
  } else {
    for (const line of describeSteps(result.steps)) printLine(line);
    printLine();
    for (const line of describeVerdict(result.verdict)) printLine(line);
    if (!options.keep) { for (const line of whereToLook(options)) printLine(line); }
  }
  if (options.keep) await keepUp(stack, options, signal);
  return success ? 0 : 1;
}

function whereToLook({ assets, seed }: RunOptions): string[] {
  return [
    "",
    "To look at it yourself, library and console side by side:",
    `  npx -y deno task demo --assets ${assets} --seed ${seed} --open`,
  ];
}

/** Leaves the stack up until a signal, as `deno task dev` does. */
async function keepUp(stack: Stack, options: RunOptions, signal: AbortSignal): Promise<void> {
  const file = await writeStackFile(stack.info);
  try {
    if (!options.json) {
      printLine();
      const { assets } = options;
      const path = fileURLToPath(file);
      const summary = { cloudinary: "emulated", assets, cron: true, file: path } as const;
      for (const line of describeStack(stack.info, summary)) printLine(line);
      printLine();
      printLine(`READY ${JSON.stringify(stack.info)}`);
    }
    if (options.open && !await openInBrowser(stack.info.console_url)) {
      printError(`No browser could be opened here: open ${stack.info.console_url} yourself.`);
    }
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    }
  } finally {
    await removeStackFile(stack.info, file);
  }
}

function fail(error: unknown, options: RunOptions): number {
  const reason = error instanceof Error ? error.message : String(error);
  const message = error instanceof DemoError
    ? reason
    : `The demo could not be carried through: ${reason}\n` +
      "`deno task dev` starts the same stack and shows what its parts write.";
  if (options.json) printLine(JSON.stringify({ success: false, error: message }));
  else printError(message);
  return 1;
}

function printError(message: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${message}\n`));
}

if (import.meta.main) {
  const interrupt = new AbortController();
  // Registered before anything starts. The first signal stops everything in order; a second one ends this
  // process at once, and with it its children, which watch their standard input.
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(name, () => {
      if (interrupt.signal.aborted) Deno.exit(130);
      interrupt.abort();
    });
  }
  Deno.exit(await main(interrupt.signal));
}
