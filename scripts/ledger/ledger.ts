/** Which migrations a database has: its own note of it, `media_sync.migrations`. */
import { SCHEMA_MARK } from "../migration/uninstall-sql.ts";
import { CommandError } from "../support/command-error.ts";
import type { DatabaseQuery } from "../support/database-query.ts";
import type { ShippedMigration } from "./shipped-migrations.ts";

/** A migration that a database has. */
export interface AppliedMigration {
  version: string;
  digest: string;
}

/**
 * Reads the ledger.
 *
 * @returns `absent`: no Media Sync; `unknown`: a schema of its name without a ledger.
 * @throws CommandError `database_failed`
 */
export async function readLedger(
  database: DatabaseQuery,
): Promise<AppliedMigration[] | "absent" | "unknown"> {
  const [found] = await database.query<{ schema: boolean; ledger: boolean }>(
    // A schema of this name that is somebody else's has another comment, and may have a table of that name.
    `select to_regnamespace('media_sync') is not null as schema,
       to_regclass('media_sync.migrations') is not null
         and coalesce(obj_description(to_regnamespace('media_sync'), 'pg_namespace') like '${SCHEMA_MARK}%', false) as ledger`,
    [],
    { readOnly: true },
  );
  if (!found?.schema) return "absent";
  if (!found.ledger) return "unknown";
  return await database.query<AppliedMigration>(
    "select version, schema_digest as digest from media_sync.migrations order by version",
    [],
    { readOnly: true },
  );
}

/** What a database has whose ledger lost its rows: the schema itself tells its state. */
async function readState(
  database: DatabaseQuery,
  shipped: readonly ShippedMigration[],
): Promise<readonly ShippedMigration[]> {
  const [found] = await database.query<{ digest: string }>(
    "select media_sync.schema_digest() as digest",
  );
  const last = shipped.findIndex(({ digest }) => digest === found?.digest);
  if (last < 0) throw unknownState();
  return shipped.slice(0, last + 1);
}

/**
 * Applies the migrations that a database lacks, one after the other; before that, a ledger that lost its rows is written
 * anew.
 *
 * @returns How many were applied.
 * @throws As {@linkcode missingMigrations} and {@linkcode applyMigration} do.
 */
export async function applyMissing(
  database: DatabaseQuery,
  shipped: readonly ShippedMigration[],
): Promise<number> {
  const missing = await missingMigrations(database, shipped);
  const ledger = await readLedger(database);
  if (Array.isArray(ledger) && ledger.length === 0) {
    for (const { version, name, digest } of shipped.filter((each) => !missing.includes(each))) {
      await database.query(
        "insert into media_sync.migrations (version, name, schema_digest) values ($1, $2, $3) on conflict do nothing",
        [version, name, digest],
      );
    }
  }
  for (const migration of missing) await applyMigration(database, migration);
  return missing.length;
}

function unknownState(): CommandError {
  return new CommandError(
    "database_unknown_state",
    "The database has a schema media_sync that no release of Media Sync made. If it is yours, rename it; if an earlier " +
      "state of Media Sync made it, run deno task uninstall first.",
  );
}

/**
 * The migrations that a database lacks; looks only.
 *
 * @returns In their order; empty where it has all.
 * @throws CommandError `database_unknown_state`, `database_ahead`, `database_unreleased`, `database_failed`
 */
export async function missingMigrations(
  database: DatabaseQuery,
  shipped: readonly ShippedMigration[],
): Promise<ShippedMigration[]> {
  const found = await readLedger(database);
  if (found === "unknown") throw unknownState();
  if (found === "absent") return [...shipped];
  const ledger = found.length > 0 ? found : await readState(database, shipped);
  const applied = new Map(ledger.map(({ version, digest }) => [version, digest]));
  const ahead = ledger.filter(({ version }) => !shipped.some((other) => other.version === version));
  if (ahead.length > 0) {
    throw new CommandError(
      "database_ahead",
      `The database is ahead of this code: it has ${
        ahead.map(({ version }) => version).join(", ")
      }. ` +
        "Take the version of Media Sync that it was brought to, or a later one.",
    );
  }
  const changed = shipped.find(({ version, digest }) =>
    applied.has(version) && applied.get(version) !== digest
  );
  if (changed) {
    throw new CommandError(
      "database_unreleased",
      `The database holds another, unreleased state of ${changed.version}_${changed.name}, from which nothing leads here: ` +
        "run deno task uninstall, then deno task setup.",
    );
  }
  return shipped.filter(({ version }) => !applied.has(version));
}

/**
 * Applies a migration and notes it, or does neither; a second time it does nothing. The project's own record of
 * migrations is left alone.
 *
 * @throws CommandError `database_failed` with the database's words.
 */
export async function applyMigration(
  database: DatabaseQuery,
  { version, text }: Pick<ShippedMigration, "version" | "text">,
): Promise<void> {
  // One statement, so that it is one transaction however it is sent; whoever comes second waits, and finds it done.
  await database.query(`do $media_sync_apply$
begin
    perform pg_advisory_xact_lock(hashtextextended('media_sync.migrations', 0));
    if to_regclass('media_sync.migrations') is not null then
        if exists (select from media_sync.migrations where migrations.version = '${version}') then
            return;
        end if;
    end if;
    execute $media_sync_text$${text}$media_sync_text$;
end;
$media_sync_apply$`);
}
