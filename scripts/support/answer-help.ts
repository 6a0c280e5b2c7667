import { badArguments } from "./read-flags.ts";
import { printLine } from "./print-line.ts";

/** Prints the text and ends the process when `--help` is among the arguments. */
export function answerHelp(usage: string, args: readonly string[] = Deno.args): void {
  if (!args.includes("--help")) return;
  printLine(usage);
  Deno.exit(0);
}

/** Ends the process with 2 where there are arguments, of a task that takes none. */
export function refuseArguments(task: string, args: readonly string[] = Deno.args): void {
  if (args.length === 0) return;
  const { message, exitCode } = badArguments(task, `It takes no arguments; not ${args.join(" ")}.`);
  printLine(message);
  Deno.exit(exitCode);
}
