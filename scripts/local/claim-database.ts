/** One stack at a time works on a database: two would take each other's users, jobs and secrets, and spoil a folder. */
import type { PostgresConnection } from "@supabase/lite/postgres";
import { StackError } from "./stack-error.ts";

/** A claim that holds until it is released, or its process ends. */
export interface Claim {
  release(): void;
}

/**
 * Claims PGlite's folder, which PGlite itself lets anybody open again.
 *
 * @returns Null where there is no database in it yet.
 * @throws StackError `database_in_use`
 */
export async function claimFolder(folder: string): Promise<Claim | null> {
  let file: Deno.FsFile;
  try {
    // A file that is never replaced; what it says does not matter.
    file = await Deno.open(`${folder.replace(/\/+$/, "")}/PG_VERSION`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  if (await file.tryLock(true)) return { release: () => file.close() };
  file.close();
  throw new StackError(
    "database_in_use",
    `another stack works on the folder ${folder}: end it, or name another folder`,
  );
}

/**
 * Claims a database of a server, by a lock that ends with its session.
 *
 * @throws StackError `database_in_use`
 */
export async function claimServerDatabase(connection: PostgresConnection): Promise<Claim> {
  const session = await connection.driver.reserve();
  try {
    const [lock] = await session.unsafe(
      "select pg_try_advisory_lock(hashtextextended('media_sync_local_stack', 0)) as claimed",
    );
    if (lock?.claimed) return { release: () => session.release() };
  } catch (error) {
    session.release();
    throw error;
  }
  session.release();
  throw new StackError(
    "database_in_use",
    "another stack works on this database: end it, or name another database",
  );
}
