/** What every command that operates a project has in common: its surroundings, its signals, its end. */
import type { FunctionBundle } from "../bundle/bundle-functions.ts";
import { redactText } from "../../supabase/functions/_shared/http/redact.ts";
import { askForYes } from "./ask.ts";
import { CommandError } from "./command-error.ts";
import { describeError } from "./describe-error.ts";
import type { DatabaseQuery } from "./database-query.ts";
import { printLine } from "./print-line.ts";
import { readStackFile } from "./stack-file.ts";
import type { StackInfo } from "./stack-info.ts";
import { type RunSupabase, runSupabase } from "./supabase-cli.ts";

/** What surrounds a command; tests replace it. */
export interface Surroundings {
  environment: Record<string, string | undefined>;
  /** The running `deno task dev`; null where none runs. */
  readStack(): Promise<StackInfo | null>;
  /** The ref of the linked project; null where none is. */
  readLinkedRef(): Promise<string | null>;
  runSupabase: RunSupabase;
  /** Takes the place of the database that options name. */
  database?: DatabaseQuery;
  /** Takes the place of this project's folder of migrations. */
  migrations?: URL;
  /** Takes the place of bundling the functions, which takes seconds. */
  bundleFunctions?: () => Promise<FunctionBundle[]>;
  print(line: string): void;
  printError(line: string): void;
  /** Whether somebody can be asked. */
  isTerminal: boolean;
  /** Asks for a yes; only on a terminal. Rejects when it is interrupted. */
  confirm(question: string): boolean | Promise<boolean>;
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Aborted by Ctrl+C. */
  signal: AbortSignal;
}

/** A command: takes its arguments, gives its exit code. Throws {@linkcode CommandError}. */
export type Command = (args: string[], surroundings: Surroundings) => Promise<number>;

const LINKED_REF = new URL("../../supabase/.temp/project-ref", import.meta.url);

/** Runs a command as this process and ends it. */
export async function runAsProcess(command: Command): Promise<never> {
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(name, () => {
      if (interrupt.signal.aborted) Deno.exit(130);
      interrupt.abort();
    });
  }
  Deno.exit(await runCommand(command, Deno.args, platformSurroundings(interrupt.signal)));
}

/**
 * Runs a command and turns what it throws into a message and an exit code.
 *
 * @returns 0 done, 1 failed, 2 wrong arguments, 130 interrupted, or what the command says.
 */
export async function runCommand(
  command: Command,
  args: string[],
  surroundings: Surroundings,
): Promise<number> {
  try {
    return await command(args, surroundings);
  } catch (error) {
    if (surroundings.signal.aborted) {
      surroundings.printError(
        "Interrupted. Run the command again to go on; nothing is done twice.",
      );
      return 130;
    }
    const known = error instanceof CommandError ? error : null;
    const message = redactText(describeError(error));
    if (args.includes("--json")) {
      const code = known?.code ?? "unexpected";
      surroundings.print(JSON.stringify({ success: false, error: message, code }));
    } else {
      surroundings.printError(message);
    }
    return known?.exitCode ?? 1;
  }
}

function platformSurroundings(signal: AbortSignal): Surroundings {
  return {
    environment: Deno.env.toObject(),
    readStack: () => readStackFile(),
    readLinkedRef: async () => {
      try {
        return (await Deno.readTextFile(LINKED_REF)).trim() || null;
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return null;
        throw error;
      }
    },
    runSupabase: (args, options) => runSupabase(args, { ...options, signal }),
    print: printLine,
    printError: (line) => {
      Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
    },
    isTerminal: Deno.stdin.isTerminal() && Deno.stdout.isTerminal(),
    confirm: (question) => askForYes(question, signal),
    sleep,
    signal,
  };
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  });
}
