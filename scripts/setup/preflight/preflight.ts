import { CommandError } from "../../support/command-error.ts";
import type { Installation } from "../installation.ts";
import type { SetupStep, StepName } from "../step.ts";
import { examineDatabase } from "./examine-database.ts";
import { examineFunctions } from "./examine-functions.ts";
import { examineVariables } from "./examine-variables.ts";
import type { Findings, Obstacle } from "./obstacle.ts";

/**
 * Looks at everything that the steps need before the first of them changes anything, and tells all that is in their way
 * at once.
 *
 * @param steps The chosen steps, in their order.
 * @returns What is worth knowing.
 * @throws CommandError `preflight_failed` with a line for each obstacle.
 */
export async function preflight(
  installation: Installation,
  steps: readonly SetupStep[],
): Promise<Obstacle[]> {
  const names = steps.map(({ name }) => name);
  const variables = await examineVariables(installation, names);
  const found: Findings[] = [variables];
  const isNamed = (about: StepName) =>
    names.includes(about) && !variables.isContradictory &&
    !variables.obstacles.some((obstacle) => obstacle.about === about);
  const hasRef = isNamed("functions") && await installation.isHosted();
  if ((isNamed("migrate") || isNamed("vault")) && await installation.hasDatabase()) {
    found.push(await examineDatabase(installation, names));
  }
  if (hasRef) found.push(await examineFunctions(installation));
  const webhook = steps.find(({ name }) => name === "webhook");
  if (webhook && isNamed("webhook")) found.push(await attempt(webhook));

  const obstacles = distinct(found.flatMap((findings) => findings.obstacles));
  if (obstacles.length > 0) throw new CommandError("preflight_failed", describe(obstacles));
  return distinct(found.flatMap((findings) => findings.notes));
}

/** What a look at a step finds to be in its way. */
async function attempt(step: SetupStep): Promise<Findings> {
  try {
    await step.prepare?.();
    return { obstacles: [], notes: [] };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { obstacles: [{ about: step.name, message: error.message }], notes: [] };
  }
}

/** The same failure, such as a key that is not taken, meets several looks. */
function distinct(obstacles: Obstacle[]): Obstacle[] {
  const known = new Set<string>();
  return obstacles.filter(({ message }) => !known.has(message) && known.add(message));
}

function describe(obstacles: Obstacle[]): string {
  const lines = obstacles.map(({ about, message }) => `${about}: ${message}`);
  if (lines.length === 1) return `${lines[0]}\nNothing was changed.`;
  return `${lines.length} things are in the way, and nothing was changed:\n${lines.join("\n")}`;
}
