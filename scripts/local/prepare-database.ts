/** Opens the stack's database and brings it to the state of a linked project. */
import type { PostgresConnection } from "@supabase/lite/postgres";
import { claimServerDatabase } from "./claim-database.ts";
import { type LocalDatabase, openDatabase } from "./database.ts";
import { migrate, readMigrations } from "./migrate.ts";
import { type Platform, preparePlatform } from "./platform.ts";
import { openPreparedPglite } from "./prepared-pglite.ts";
import { requireKnownState } from "./require-known-state.ts";
import { StackError } from "./stack-error.ts";
import type { StackOptions } from "./stack-options.ts";
import { seedUsers } from "./users.ts";
import type { Users } from "../support/stack-info.ts";
import { storeSecrets } from "./vault-secrets.ts";

/** A database that the stack can serve. */
export interface PreparedDatabase {
  database: LocalDatabase;
  platform: Platform;
  users: Users;
}

/**
 * Platform, migrations, users, and the Vault secrets that the jobs read.
 *
 * @param project What the jobs call: the stack's URL and its cron key.
 * @throws StackError `database_unreachable`, `database_in_use` or `database_of_another_state`, MigrationError
 */
export async function prepareDatabase(
  options: StackOptions,
  project: { url: string; cronKey: string },
  log: (line: string) => void,
): Promise<PreparedDatabase> {
  const { database, platform } = await open(options, log);
  try {
    if (platform.cron === "none" && (options.cron ?? true)) {
      log("[cron] this server has no pg_cron for this database: jobs do not run");
    }
    await storeSecrets(database, {
      media_sync_project_url: project.url,
      media_sync_cron_key: project.cronKey,
    });
    // Left by an earlier stack, they name its address.
    if (platform.net === "stand-in") await database.exec("delete from net.http_request_queue");
    // A copy made earlier was installed earlier, but no tick could come since: health counts from now.
    await database.exec(`do $$
begin
    if to_regclass('media_sync.health_state') is not null then
        update media_sync.health_state set installed_at = clock_timestamp();
    end if;
end $$`);
    return { database, platform, users: await seedUsers(database) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function open(
  options: StackOptions,
  log: (line: string) => void,
): Promise<{ database: LocalDatabase; platform: Platform }> {
  const { database: location = "pglite", dataDirectory, migrationsDirectory } = options;
  if (location === "pglite" && dataDirectory === undefined && migrationsDirectory === undefined) {
    return await openPreparedPglite(log);
  }
  const database = location === "pglite"
    ? await openDatabase({ dataDirectory })
    : await claimed(await connect(location), options);
  try {
    const migrations = await readMigrations(migrationsDirectory);
    await requireKnownState(database, migrations, dataDirectory ?? null);
    const platform = await preparePlatform(database, { realtime: true });
    await migrate(database, migrationsDirectory);
    await enableBroadcast(database);
    return { database, platform };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** A database that was migrated while it had no Realtime gets its policies now. */
async function enableBroadcast(database: LocalDatabase): Promise<void> {
  await database.exec(`do $$
begin
    if to_regprocedure('public.enable_media_broadcast()') is not null
        and not exists (
            select
            from pg_catalog.pg_policies
            where schemaname = 'realtime' and policyname = 'Viewers receive changes of media assets'
        )
    then
        perform public.enable_media_broadcast();
    end if;
end $$`);
}

async function claimed(
  database: LocalDatabase,
  { sharesDatabase = false }: StackOptions,
): Promise<LocalDatabase> {
  if (sharesDatabase) return database;
  try {
    const claim = await claimServerDatabase(database.connection as PostgresConnection);
    const close = () => {
      claim.release();
      return database.close();
    };
    return { ...database, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function connect(url: string): Promise<LocalDatabase> {
  try {
    return await openDatabase({ url });
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    const host = URL.canParse(url) ? new URL(url).host : "the address given";
    throw new StackError(
      "database_unreachable",
      `no PostgreSQL at ${host} (${reason}): start it, or mend the URL, or use pglite`,
      error,
    );
  }
}
