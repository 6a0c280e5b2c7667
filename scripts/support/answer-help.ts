import { printLine } from "./print-line.ts";

/** Prints the text and ends the process when `--help` is among the arguments. */
export function answerHelp(usage: string, args: readonly string[] = Deno.args): void {
  if (!args.includes("--help")) return;
  printLine(usage);
  Deno.exit(0);
}
