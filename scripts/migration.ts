/** Brings the migrations to the schema files: `deno task migration`. */
import { checkMigrations } from "./check/migration-rules.ts";
import { formatFinding } from "./check/finding.ts";
import { readRepositoryFiles } from "./check/repository-files.ts";
import { FIRST_MIGRATION, firstMigration } from "./migration/first-migration.ts";
import { schemaFiles } from "./migration/schema-files.ts";
import { answerHelp } from "./support/answer-help.ts";
import { CommandError } from "./support/command-error.ts";
import { printLine } from "./support/print-line.ts";
import { readFlags } from "./support/read-flags.ts";

const usage = `Brings supabase/migrations to supabase/schemas, where all SQL is edited.

  --check   only compares; exits 1 where the migration is not what the schemas give
  --help    this text

Until release 0.1.0 there is one migration, and it is generated anew.`;

const root = new URL("../", import.meta.url);

/** @returns The exit code. */
async function migrationCommand(args: string[]): Promise<number> {
  const { check } = readFlags("migration", args, {
    check: { type: "boolean", default: false },
  });
  const files = await readRepositoryFiles(root.pathname);
  const findings = checkMigrations(files);
  if (findings.length === 0) {
    printLine("The migration is what the schemas give.");
    return 0;
  }
  if (check) {
    for (const finding of findings) printLine(formatFinding(finding));
    return 1;
  }
  await Deno.writeTextFile(new URL(FIRST_MIGRATION, root), firstMigration(schemaFiles(files)));
  printLine(`Wrote ${FIRST_MIGRATION}.`);
  return 0;
}

if (import.meta.main) {
  answerHelp(usage);
  try {
    Deno.exit(await migrationCommand(Deno.args));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    printLine(error.message);
    Deno.exit(error.exitCode);
  }
}
