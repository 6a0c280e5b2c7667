import { redactText } from "../../supabase/functions/_shared/http/redact.ts";
import type { Surroundings } from "../support/command.ts";
import { CommandError } from "../support/command-error.ts";
import { badArguments } from "../support/read-flags.ts";
import type { Finding } from "./finding.ts";

/** What became of one command. */
export interface FixResult {
  command: string;
  result: "done" | "declined" | "failed";
  message: string;
}

/**
 * Runs what cures the findings, each command once and each after asking; with `yes` those of problems without asking, and
 * none of warnings, which are somebody's choice.
 *
 * @throws CommandError `bad_arguments` where nobody can be asked.
 */
export async function runFixes(
  findings: readonly Finding[],
  yes: boolean,
  { isTerminal, confirm, signal, print }: Surroundings,
  quiet: boolean,
): Promise<FixResult[]> {
  const wanted = findings.filter(({ status, fix }) =>
    fix !== undefined && (status === "problem" || (status === "warning" && !yes))
  );
  if (wanted.length > 0 && !yes && !isTerminal) {
    throw badArguments("doctor", "Nobody can be asked here: add --yes.");
  }
  const results = new Map<string, FixResult>();
  for (const { check, message, fix } of wanted) {
    signal.throwIfAborted();
    if (fix === undefined || results.has(fix.command)) continue;
    const { command } = fix;
    const agreed = yes || await confirm(`${check}: ${redactText(message)}\nRun ${command}`);
    const result: FixResult = agreed
      ? await runFix(fix.run, command)
      : { command, result: "declined", message: "not run" };
    results.set(command, result);
    if (!quiet) print(`${result.result.padEnd(8)}  ${command}  ${result.message}`);
  }
  return [...results.values()];
}

async function runFix(run: () => Promise<string>, command: string): Promise<FixResult> {
  try {
    return { command, result: "done", message: redactText(await run()) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { command, result: "failed", message: redactText(error.message) };
  }
}
