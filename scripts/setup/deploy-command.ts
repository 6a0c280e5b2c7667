import type { Surroundings } from "../support/command.ts";
import { readFlags } from "../support/read-flags.ts";
import { createInstallation } from "./installation.ts";
import { preflight } from "./preflight/preflight.ts";
import { requireSomebody, runSteps, type StepResult } from "./run-steps.ts";
import { describeResult } from "./setup-command.ts";
import { functionsStep } from "./steps/functions.ts";
import { migrateStep } from "./steps/migrate.ts";

const deployUsage =
  `Brings a project that is set up to this code: migrations first, then the functions.

  --project-ref REF    the project (default: the linked one)
  --database-url URL   reaches the database by postgres://… and not through the CLI
  --take-over NAMES    these functions are Media Sync's, whatever deployed them; they are replaced
  --dry-run            looks, and says what it would do
  --yes                asks nothing; needed where nobody can be asked
  --json               prints one JSON object and nothing else
  --help               this text

Which migrations the database lacks is told by its own ledger, media_sync.migrations, however it was installed.
From the environment: SUPABASE_ACCESS_TOKEN.`;

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
    "take-over": { type: "string" },
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
    takenOver: values["take-over"]?.split(",").map((name) => name.trim()),
  }, surroundings);
  // The new functions call what the new migrations bring.
  const steps = [migrateStep(installation), functionsStep(installation)];
  requireSomebody(
    { task: "deploy", dryRun: values["dry-run"], yes: values.yes },
    surroundings.isTerminal,
  );
  await preflight(installation, steps);
  const options = { task: "deploy", dryRun: values["dry-run"], yes: values.yes, remove: false };
  const results: StepResult[] = [];
  await runSteps(steps, options, surroundings, (result) => {
    results.push(result);
    if (!values.json) print(describeResult(result));
  });
  if (values.json) print(JSON.stringify({ success: true, steps: results }));
  return 0;
}
