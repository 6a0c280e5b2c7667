import { formatFinding } from "../check/finding.ts";
import { checkMigrations } from "../check/migration-rules.ts";
import { readRepositoryFiles, type RepositoryFile } from "../check/repository-files.ts";
import { CommandError } from "../support/command-error.ts";
import { badArguments } from "../support/read-flags.ts";
import { FIRST_MIGRATION, firstMigration } from "./first-migration.ts";
import { freeze, FROZEN_FILE, migrationFiles, readFrozen } from "./frozen-migrations.ts";
import { publicNames } from "./public-names.ts";
import { type NamedText, schemaFiles } from "./schema-files.ts";
import { UNINSTALL_FILE, uninstallFile } from "./uninstall-sql.ts";

const usage = `Brings supabase/migrations to supabase/schemas, where all SQL is edited.

  deno task migration           before the first release: generates the one migration anew
  deno task migration <name>    from a release on: appends the difference as <timestamp>_<name>.sql, or makes
                                it anew while it is not released; needs PostgreSQL; to be reviewed
  --check    only compares; exits 1 where a released migration was edited, or the first one is stale
  --freeze   for a release: all migrations of today become released ones
  --help     this text`;

/** What the command needs of its surroundings; tests replace the folder. */
export interface MigrationSurroundings {
  print(line: string): void;
  /** The project's folder, ending in `/`. */
  root?: string;
}

/**
 * `deno task migration`: generates, appends, compares or freezes.
 *
 * @returns 0, or 1 where something is not as it should be.
 * @throws CommandError `bad_arguments`, `not_released_yet`, `postgres_unavailable`
 */
export async function migrationCommand(
  args: string[],
  { print, root = new URL("../../", import.meta.url).pathname }: MigrationSurroundings,
): Promise<number> {
  if (args.includes("--help")) {
    print(usage);
    return 0;
  }
  if (args.length > 1) throw badArguments("migration", `one argument, not ${args.length}.`);
  const files = await readRepositoryFiles(root);
  const isReleased = Object.keys(readFrozen(files)).length > 0;
  const [argument] = args;
  const findings = checkMigrations(files);
  if (argument === undefined && !isReleased) {
    const text = firstMigration(schemaFiles(files));
    await Deno.writeTextFile(root + FIRST_MIGRATION, text);
    await Deno.writeTextFile(root + UNINSTALL_FILE, uninstallFile(publicNames(text)));
    print(`Wrote ${FIRST_MIGRATION} and ${UNINSTALL_FILE}.`);
    return 0;
  }
  for (const finding of findings) print(formatFinding(finding));
  if (findings.length > 0) return 1;
  if (argument === "--check") {
    print("The migrations are in order.");
    return 0;
  }
  if (argument === "--freeze") {
    await Deno.writeTextFile(root + FROZEN_FILE, freeze(files));
    print(`Wrote ${FROZEN_FILE}: these migrations are released and stay as they are.`);
    return 0;
  }
  if (argument === undefined) {
    throw badArguments("migration", "There is a release: name the change, such as add_ratings.");
  }
  if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(argument)) {
    throw badArguments("migration", `A name is lower_case, such as add_ratings; not ${argument}.`);
  }
  if (!isReleased) {
    throw new CommandError(
      "not_released_yet",
      "Before the first release there is one migration: run deno task migration without a name.",
    );
  }
  return await append(files, argument, root, print);
}

function joined(migrations: readonly NamedText[]): string {
  return migrations.map(({ text }) => text).join("\n");
}

async function append(
  files: RepositoryFile[],
  name: string,
  root: string,
  print: (line: string) => void,
): Promise<number> {
  // The driver and the stack's platform take a second to load, which the other ways do without.
  const { startPostgres } = await import("../support/postgres/start-postgres.ts");
  const { appendMigration } = await import("./append-migration.ts");
  const { reviewNotes } = await import("./review-notes.ts");
  const postgres = await startPostgres();
  try {
    const migration = await appendMigration(postgres, files, name, new Date());
    if (migration === null) {
      print("The migrations give what the schemas say: there is nothing to append.");
      return 0;
    }
    await Deno.writeTextFile(root + migration.path, migration.text);
    const all = [...migrationFiles(files).filter(({ path }) => path !== migration.path), migration];
    await Deno.writeTextFile(root + UNINSTALL_FILE, uninstallFile(publicNames(joined(all))));
    print(`Wrote ${migration.path}. It changes:`);
    for (const object of migration.objects) print(`  ${object}`);
    const notes = reviewNotes(migration.text);
    if (notes.length > 0) print("Review:");
    for (const note of notes) print(`  ${note}`);
    print(
      "Rows that the schemas insert and jobs that they schedule are not compared: add them by hand.",
    );
    for (const object of migration.missed) print(`MISSED  ${object}: add it by hand`);
    return migration.missed.length === 0 ? 0 : 1;
  } finally {
    await postgres.stop();
  }
}
