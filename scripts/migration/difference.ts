/** The SQL that brings a database from the migrations' state to that of the schema files. */
import type { Postgres } from "../support/postgres/start-postgres.ts";
import { applyFiles, executeStatements } from "../support/postgres/migrate.ts";
import { runSupabase } from "../support/supabase-cli.ts";
import { changedObjects, compareCatalogs, readCatalog } from "./read-catalog.ts";
import { schemaDigest, schemaDigestStatements } from "./schema-digest.ts";
import type { NamedText } from "./schema-files.ts";

/** Two states of the database, as files. */
export interface States {
  /** In the order in which they are applied. */
  migrations: readonly NamedText[];
  schemas: readonly NamedText[];
}

/** What leads from one state to the other. */
export interface Difference {
  /** The statements; functions, triggers and policies as a whole, tables altered. */
  sql: string;
  /** The objects that change, `<kind> <name>`. */
  objects: string[];
  /** Those that the statements leave as they were, though they should change: to be added by hand. */
  missed: string[];
}

/**
 * Builds both states in throw-away databases and lets the Supabase CLI compare them. The statements are tried on the
 * first, and the catalogs compared, so that nothing is missed silently.
 *
 * @param postgres Where the databases are made.
 * @returns Null where both states are the same.
 * @throws Error with the CLI's output when it cannot compare; the driver's error when a statement fails.
 */
export async function findDifference(
  postgres: Postgres,
  { migrations, schemas }: States,
): Promise<Difference | null> {
  const from = await postgres.createDatabase({ template: "empty" });
  const to = await postgres.createDatabase({ template: "empty" });
  await applyFiles(from, migrations);
  await applyFiles(to, schemas);
  const [before, wanted] = [await readCatalog(from), await readCatalog(to)];
  const objects = changedObjects(compareCatalogs(before, wanted));
  if (objects.length === 0) return null;
  await executeStatements(to, schemaDigestStatements(schemaDigest(schemas)));
  const sql = await compareDatabases(from, to);
  await executeStatements(from, sql);
  return { sql, objects, missed: changedObjects(compareCatalogs(await readCatalog(from), wanted)) };
}

async function compareDatabases(from: string, to: string): Promise<string> {
  const args = ["db", "diff", "--from", withoutTls(from), "--to", withoutTls(to)];
  const { code, stdout, stderr } = await runSupabase(args);
  if (code !== 0) throw new Error(`supabase db diff failed (${code}):\n${stderr}`);
  return `${stdout.trim()}\n`;
}

/** Both databases are on the loopback address. */
function withoutTls(url: string): string {
  const target = new URL(url);
  target.searchParams.set("sslmode", "disable");
  return target.href;
}
