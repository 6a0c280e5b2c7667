/**
 * PGlite's data directory after platform and migrations, kept between runs: making it takes most of a
 * stack's start. It holds no user, secret or row of any run.
 */
import type { PgliteConnection } from "@supabase/lite/pglite";
import { type LocalDatabase, openDatabase } from "./database.ts";
import { migrate, readMigrations } from "./migrate.ts";
import { type Platform, platformSql, preparePlatform } from "./platform.ts";

const cacheFolder = new URL("../../.local/cache/", import.meta.url);

/**
 * Opens PGlite in memory with platform and this repository's migrations, from the cache where it has them.
 *
 * @param log Told when a cached directory could not be used; it is made anew then.
 * @throws MigrationError
 */
export async function openPreparedPglite(
  log: (line: string) => void,
): Promise<{ database: LocalDatabase; platform: Platform }> {
  const file = new URL(`pglite-${await fingerprint()}.tar`, cacheFolder);
  const cached = await readIfThere(file);
  if (cached) {
    try {
      const database = await openDatabase({ prepared: new Blob([cached]) });
      // Everything is there already; going through it again proves it, and costs little.
      return { database, platform: await prepare(database) };
    } catch (error) {
      log(`[database] ${file.pathname} is of no use and is made anew: ${error}`);
    }
  }
  const database = await openDatabase();
  try {
    const platform = await prepare(database);
    await store(database, file);
    return { database, platform };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function prepare(database: LocalDatabase): Promise<Platform> {
  const platform = await preparePlatform(database, { realtime: true });
  await migrate(database);
  return platform;
}

/** Changes with anything that the directory's content depends on. */
async function fingerprint(): Promise<string> {
  const parts = [
    import.meta.resolve("@supabase/lite/pglite"),
    import.meta.resolve("@electric-sql/pglite/contrib/pg_trgm"),
    ...await platformSql(),
    ...(await readMigrations()).flatMap(({ version, name, text }) => [
      version,
      name,
      text,
    ]),
  ];
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function store(database: LocalDatabase, file: URL): Promise<void> {
  const { driver } = database.connection as PgliteConnection;
  const dump = await database.exclusive(() => driver.dumpDataDir("none"));
  await Deno.mkdir(cacheFolder, { recursive: true });
  // Renamed into place, because another stack may be looking for it.
  const partial = new URL(`${crypto.randomUUID()}.partial`, cacheFolder);
  await Deno.writeFile(partial, dump.stream());
  for await (const entry of Deno.readDir(cacheFolder)) {
    // Directories of older migrations, 40 MB each.
    if (/^pglite-.*\.tar$/.test(entry.name)) await removeIfThere(new URL(entry.name, cacheFolder));
  }
  await Deno.rename(partial, file);
}

async function readIfThere(file: URL): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await Deno.readFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function removeIfThere(file: URL): Promise<void> {
  try {
    await Deno.remove(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
