/** `deno task dev`: the local stack in the foreground, until SIGINT or SIGTERM. */
import { fileURLToPath } from "node:url";
import { developmentUsage, parseDevelopmentOptions } from "./local/dev-options.ts";
import { runFirstSync } from "./local/first-sync.ts";
import { describeStack } from "./local/stack-summary.ts";
import { startStack } from "./local/stack.ts";
import type { Stack, StackOptions } from "./local/stack-options.ts";
import { warmConsole } from "./local/warm-console.ts";
import { describeError } from "./support/describe-error.ts";
import { removeStackFile, writeStackFile } from "./support/stack-file.ts";
import { printLine } from "./support/print-line.ts";

type RunOptions = Extract<Awaited<ReturnType<typeof parseDevelopmentOptions>>, { kind: "run" }>;

async function main(): Promise<number> {
  const parsed = await parseDevelopmentOptions(Deno.args, Deno.env.toObject());
  if (parsed.kind === "help") {
    printLine(developmentUsage);
    return 0;
  }
  if (parsed.kind === "error") {
    printError(`${parsed.message}\nSee: deno task dev --help`);
    return 2;
  }

  const ended = new AbortController();
  // Registered before anything starts: a signal during the start stops the stack right after it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => ended.abort());
  }
  const say = parsed.options.quiet ? () => {} : printLine;
  try {
    say("Starting the local stack.");
    const stack = await startStack({ ...parsed.options, onProgress: say });
    try {
      await serve(stack, parsed, say, ended.signal);
    } finally {
      await stack.stop();
    }
    return 0;
  } catch (error) {
    // Ctrl+C reaches the stack's parts too, one of which may end before the others have begun.
    if (ended.signal.aborted) return 0;
    printError(describeError(error));
    return 1;
  }
}

/** Announces the stack, brings its library here, and waits for the end. */
async function serve(
  stack: Stack,
  { options, infoFile }: RunOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const file = await writeStackFile(stack.info, infoFile);
  try {
    const { cloudinary = "emulated", assets = 0, dataDirectory, cron = true } = options;
    const path = fileURLToPath(file);
    say("");
    for (
      const line of describeStack(stack.info, {
        ...{ cloudinary, assets, cron, file: path },
        ...(dataDirectory === undefined ? {} : { dataDirectory }),
      })
    ) say(line);
    say("");
    printLine(`READY ${JSON.stringify(stack.info)}`);
    const working = prepare(stack, options, say, signal);
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    }
    await working;
  } finally {
    await removeStackFile(stack.info, file);
  }
}

/** What a person finds done who looks around: the library is here, the console is built. */
async function prepare(
  stack: Stack,
  { cloudinary, assets = 0, cron = true, quiet = false }: StackOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  // Whoever wants no jobs wants to decide himself when a sync runs.
  if (cron && (cloudinary === "real" || assets > 0)) await tellFirstSync(stack, say, signal);
  if (!quiet && !signal.aborted) await tellConsole(stack, signal);
}

async function tellFirstSync(
  stack: Stack,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const result = await runFirstSync(stack.info, signal);
  if (result.kind === "complete") {
    say(`The library is here: ${result.assets.toLocaleString("en-US")} assets.`);
  } else if (result.kind === "failed") {
    printError(
      `The first sync ended early: ${result.reason}\nThe jobs try again within a minute.`,
    );
  }
}

async function tellConsole(stack: Stack, signal: AbortSignal): Promise<void> {
  const problem = await warmConsole(stack.info.console_url, signal);
  if (problem !== null) printError(problem);
}

function printError(message: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${message}\n`));
}

if (import.meta.main) Deno.exit(await main());
