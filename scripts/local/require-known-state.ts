import { statedDigest } from "../migration/schema-digest.ts";
import type { LocalDatabase } from "./database.ts";
import type { Migration } from "./migrate.ts";
import { StackError } from "./stack-error.ts";

/**
 * Makes sure, before anything is changed, that the migrations continue what a database holds. Until a release
 * migrations are generated anew, so that one of the same name may have been another when it was applied: the digest that
 * it left in the database tells.
 *
 * @param migrations Those that will be applied, in their order; without a digest in any of them nothing is checked.
 * @param folder The database's own folder; null where it is on a server.
 * @throws StackError `database_of_another_state`, with what to do.
 */
export async function requireKnownState(
  database: LocalDatabase,
  migrations: readonly Migration[],
  folder: string | null,
): Promise<void> {
  if (migrations.every(({ text }) => statedDigest(text) === null)) return;
  const version = await lastApplied(database);
  if (version === null) return;
  const applied = migrations.find((migration) => migration.version === version);
  if (applied && await readDigest(database) === statedDigest(applied.text)) return;
  throw new StackError(
    "database_of_another_state",
    "the database is of another, unreleased state of the schema, and no migration leads from there to " +
      `this one: ${folder === null ? "drop it" : `remove the folder ${folder}`}, and start again`,
  );
}

/** @returns Null for a database without any migration. */
async function lastApplied(database: LocalDatabase): Promise<string | null> {
  const [table] = await database.query<{ exists: boolean }>(
    "select to_regclass('supabase_migrations.schema_migrations') is not null as exists",
  );
  if (!table?.exists) return null;
  const [last] = await database.query<{ version: string }>(
    "select version from supabase_migrations.schema_migrations order by version desc limit 1",
  );
  return last?.version ?? null;
}

/** @returns Null for a database from before digests. */
async function readDigest(database: LocalDatabase): Promise<string | null> {
  const [known] = await database.query<{ exists: boolean }>(
    "select to_regprocedure('media_sync.schema_digest()') is not null as exists",
  );
  if (!known?.exists) return null;
  const [row] = await database.query<{ digest: string }>(
    "select media_sync.schema_digest() as digest",
  );
  return row?.digest ?? null;
}
