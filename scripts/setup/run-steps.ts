import type { Surroundings } from "../support/command.ts";
import { CommandError } from "../support/command-error.ts";
import { badArguments } from "../support/read-flags.ts";
import type { SetupStep, StepName } from "./step.ts";

/** What became of one step. */
export interface StepResult {
  step: StepName;
  result: "in_place" | "done" | "would_do" | "removed" | "waits";
  message: string;
}

/** How {@linkcode runSteps} works. */
export interface RunStepsOptions {
  /** The task's name, for hints. */
  task: string;
  dryRun: boolean;
  yes: boolean;
  remove: boolean;
}

/**
 * Makes sure that somebody can be asked, before anything is looked at.
 *
 * @throws CommandError `bad_arguments`
 */
export function requireSomebody(
  { task, dryRun, yes }: Pick<RunStepsOptions, "task" | "dryRun" | "yes">,
  isTerminal: boolean,
): void {
  if (!dryRun && !yes && !isTerminal) {
    throw badArguments(task, "Nobody can be asked here: add --yes.");
  }
}

/**
 * Looks at the steps and does what is missing, one after the other. The first that fails ends it; those before
 * it stay done, and the next run finds them in place.
 *
 * @param onResult Hears of every step as it ends.
 * @throws CommandError `confirmation_needed`, `declined`, or what a step throws, with the step's name before it.
 */
export async function runSteps(
  steps: SetupStep[],
  { task, dryRun, yes, remove }: RunStepsOptions,
  { isTerminal, confirm, signal }: Pick<Surroundings, "isTerminal" | "confirm" | "signal">,
  onResult: (result: StepResult) => void,
): Promise<void> {
  requireSomebody({ task, dryRun, yes }, isTerminal);
  if (!dryRun && !yes) {
    const what = `${remove ? "Remove" : "Set up"} ${steps.map(({ name }) => name).join(", ")}?`;
    if (!await confirm(what)) throw new CommandError("declined", "Nothing was done.");
  }
  for (const step of steps) {
    signal.throwIfAborted();
    try {
      onResult({ step: step.name, ...await runStep(step, dryRun, remove) });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new CommandError(error.code, `${step.name}: ${error.message}`, error.exitCode);
    }
  }
}

async function runStep(
  step: SetupStep,
  dryRun: boolean,
  remove: boolean,
): Promise<Omit<StepResult, "step">> {
  if (remove && !dryRun) {
    return { result: "removed", message: await step.remove?.() ?? "stays" };
  }
  const { status, message, waits = false } = await step.check();
  if (remove) return { result: "would_do", message: `would be removed: ${message}` };
  if (status === "in_place") return { result: "in_place", message };
  if (waits) return { result: "waits", message };
  if (dryRun) return { result: "would_do", message };
  return { result: "done", message: await step.apply() };
}
