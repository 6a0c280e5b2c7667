import type { Surroundings } from "../support/command.ts";
import { readFlags } from "../support/read-flags.ts";
import { createInstallation } from "./installation.ts";
import { runSteps, type StepResult } from "./run-steps.ts";
import { describeResult } from "./setup-command.ts";
import { functionsStep } from "./steps/functions.ts";
import { migrateStep } from "./steps/migrate.ts";

const deployUsage =
  `Brings a project that is set up to this code: migrations first, then the functions.

  --project-ref REF    the project (default: the linked one)
  --database-url URL   reaches the database by postgres://… and not through the CLI
  --dry-run            looks, and says what it would do
  --yes                asks nothing; needed where nobody can be asked
  --json               prints one JSON object and nothing else
  --help               this text

From the environment: SUPABASE_ACCESS_TOKEN and SUPABASE_DB_PASSWORD.`;

/**
 * `deno task deploy`: applies new migrations and deploys the functions.
 *
 * @returns The exit code.
 * @throws CommandError where a step fails.
 */
export async function deployCommand(args: string[], surroundings: Surroundings): Promise<number> {
  const values = readFlags("deploy", args, {
    "project-ref": { type: "string" },
    "database-url": { type: "string" },
    "dry-run": { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  const { print } = surroundings;
  if (values.help) {
    print(deployUsage);
    return 0;
  }
  const installation = createInstallation({
    projectRef: values["project-ref"],
    databaseUrl: values["database-url"],
  }, surroundings);
  // The new functions call what the new migrations bring.
  const steps = [migrateStep(installation), functionsStep(installation)];
  const options = { task: "deploy", dryRun: values["dry-run"], yes: values.yes, remove: false };
  const results: StepResult[] = [];
  await runSteps(steps, options, surroundings, (result) => {
    results.push(result);
    if (!values.json) print(describeResult(result));
  });
  if (values.json) print(JSON.stringify({ success: true, steps: results }));
  return 0;
}
