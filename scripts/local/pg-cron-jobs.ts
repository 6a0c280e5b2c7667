/** Media Sync's jobs under a real pg_cron, which runs whether there is a stack or not. */
import type { LocalDatabase } from "./database.ts";

/**
 * Switches the jobs whose name starts with `media-sync` or `media_sync` on or off.
 *
 * @returns how many were changed.
 */
export async function setJobsActive(database: LocalDatabase, active: boolean): Promise<number> {
  const changed = await database.query(
    `select cron.alter_job(job_id := jobid, active := $1::boolean) from cron.job
     where jobname ~ '^media[-_]sync' and database = current_database() and active <> $1::boolean`,
    [active],
  );
  return changed.length;
}
