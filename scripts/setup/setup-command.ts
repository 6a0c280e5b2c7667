import { setupInto } from "../into/into-command.ts";
import type { Surroundings } from "../support/command.ts";
import { createInstallation, type Installation } from "./installation.ts";
import { parseSetupOptions, setupUsage } from "./options.ts";
import { preflight } from "./preflight/preflight.ts";
import { requireSomebody, runSteps, type StepResult } from "./run-steps.ts";
import { type SetupStep, STEP_NAMES, type StepName } from "./step.ts";
import { offerProbe } from "./offer-probe.ts";
import { functionsStep } from "./steps/functions.ts";
import { linkStep } from "./steps/link.ts";
import { migrateStep } from "./steps/migrate.ts";
import { secretsStep } from "./steps/secrets.ts";
import { vaultStep } from "./steps/vault.ts";
import { webhookStep } from "./steps/webhook.ts";

const WORDS = {
  in_place: "in place ",
  done: "done     ",
  would_do: "would do ",
  removed: "removed  ",
  waits: "waits    ",
};

/**
 * `deno task setup`: installs Media Sync in a project.
 *
 * @returns The exit code.
 * @throws CommandError where a step fails.
 */
export async function setupCommand(args: string[], surroundings: Surroundings): Promise<number> {
  const options = parseSetupOptions(args);
  const { print } = surroundings;
  if (options.kind === "help") {
    print(setupUsage);
    return 0;
  }
  requireSomebody({ task: "setup", ...options }, surroundings.isTerminal);
  if (options.kind === "into") return await setupInto(options, surroundings);
  const installation = createInstallation(options.installation, surroundings);
  const steps = options.steps.map((name) => createStep(name, installation, options.events));
  const notes = options.remove ? [] : await preflight(installation, steps);
  const results: StepResult[] = [];
  await runSteps(steps, { task: "setup", ...options }, surroundings, (result) => {
    results.push(result);
    if (!options.json) print(describeResult(result));
  });
  if (options.json) {
    print(JSON.stringify({ success: true, steps: results, notes }));
    return 0;
  }
  for (const { about, message } of notes) print(`note      ${about.padEnd(9)}  ${message}`);
  if (results.some(({ result }) => result === "done")) {
    if (STEP_NAMES.every((name) => options.steps.includes(name)) && isComplete(results)) {
      print("The next minute's tick begins the first sync. Watch it: deno task sync --full");
    }
    print("Check the installation: deno task doctor");
    const isNew = results.some(({ step, result }) => step === "webhook" && result === "done");
    if (isNew) await offerProbe(options.installation, options.yes, surroundings);
  }
  return 0;
}

/** Whether nothing waits for a part of the platform. */
function isComplete(results: StepResult[]): boolean {
  return results.every(({ result }) => result === "done" || result === "in_place");
}

/** One line about a step. */
export function describeResult({ step, result, message }: StepResult): string {
  return `${WORDS[result]} ${step.padEnd(9)}  ${message}`;
}

function createStep(
  name: StepName,
  installation: Installation,
  events: "each" | "all",
): SetupStep {
  switch (name) {
    case "link":
      return linkStep(installation);
    case "migrate":
      return migrateStep(installation);
    case "secrets":
      return secretsStep(installation);
    case "functions":
      return functionsStep(installation);
    case "webhook":
      return webhookStep(installation, events);
    case "vault":
      return vaultStep(installation);
  }
}
