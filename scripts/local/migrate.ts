/** Applies the migrations as `supabase db push` does, for databases that the CLI cannot reach. */
import type { LocalDatabase } from "./database.ts";
import { refreshSchemaCache } from "./database.ts";
import { splitStatements } from "./split-statements.ts";

/** One migration file. */
export interface Migration {
  /** The digits before the first underscore. */
  version: string;
  name: string;
  text: string;
}

const folderDefault = new URL("../../supabase/migrations/", import.meta.url);

/** A migration that failed: nothing of its file was kept, files before it were. */
export class MigrationError extends Error {
  readonly code = "migration_failed";

  constructor(readonly migration: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`migration ${migration} failed: ${reason}`, { cause });
    this.name = "MigrationError";
  }
}

/**
 * Applies the files that the database has not got yet, in the order of their names, each in one transaction
 * together with its row in `supabase_migrations.schema_migrations`, which is the CLI's own record.
 *
 * @param folder Default: `supabase/migrations/` of this repository.
 * @returns versions applied now.
 * @throws MigrationError
 */
export async function migrate(
  database: LocalDatabase,
  folder: URL | string = folderDefault,
): Promise<string[]> {
  await database.exec(`
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (
      version text not null primary key,
      statements text[],
      name text
    );
  `);
  const applied: string[] = [];
  for (const migration of await readMigrations(folder)) {
    if (await applyOnce(database, migration)) applied.push(migration.version);
  }
  if (applied.length > 0) await refreshSchemaCache(database);
  return applied;
}

/**
 * The migration files of a folder, ordered. Names other than `<digits>_<name>.sql` are skipped, as the CLI
 * skips them; a missing folder holds none.
 */
export async function readMigrations(folder: URL | string = folderDefault): Promise<Migration[]> {
  const base = typeof folder === "string"
    ? new URL(`file://${folder.replace(/\/?$/, "/")}`)
    : folder;
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(base)) names.push(entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return await Promise.all(
    names
      .flatMap((file) => {
        const match = /^(\d+)_(.*)\.sql$/.exec(file);
        return match ? [{ file, version: match[1] ?? "", name: match[2] ?? "" }] : [];
      })
      .sort((left, right) => left.file < right.file ? -1 : 1)
      .map(async ({ file, version, name }) => ({
        version,
        name,
        text: await Deno.readTextFile(new URL(file, base)),
      })),
  );
}

async function applyOnce(database: LocalDatabase, migration: Migration): Promise<boolean> {
  const { version, name, text } = migration;
  try {
    return await database.transaction(async (sql) => {
      // Two stacks may start on one database at the same time.
      await sql.exec("select pg_advisory_xact_lock(hashtextextended('supabase_migrations', 0))");
      const recorded = await sql.query(
        "select from supabase_migrations.schema_migrations where version = $1",
        [version],
      );
      if (recorded.length > 0) return false;
      await sql.exec(text);
      await sql.query(
        `insert into supabase_migrations.schema_migrations (version, name, statements)
         select $1, $2, array(select jsonb_array_elements_text($3::text::jsonb))`,
        [version, name, JSON.stringify(splitStatements(text))],
      );
      return true;
    });
  } catch (error) {
    throw new MigrationError(`${version}_${name}`, error);
  }
}
