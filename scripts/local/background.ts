/** What works in a project while nobody calls: pg_net's worker and the scheduler of jobs. */
import { startCronScheduler } from "./cron-scheduler.ts";
import { type LocalDatabase, refreshSchemaCache } from "./database.ts";
import { startHttpWorker } from "./http-worker.ts";
import { setJobsActive } from "./pg-cron-jobs.ts";
import type { Platform } from "./platform.ts";

/** What the background parts work with. */
export interface BackgroundOptions {
  database: LocalDatabase;
  platform: Platform;
  /** Whether jobs run. Requests queued with `net.http_post` are sent either way. */
  cron: boolean;
  log: (line: string) => void;
}

/**
 * Starts what the database does not bring itself; `stop` ends it. `notify pgrst, 'reload schema'` makes the
 * data API see DDL, as PostgREST would.
 */
export async function startBackground(
  options: BackgroundOptions,
): Promise<{ stop(): Promise<void> }> {
  const { database, platform, cron } = options;
  const log = (line: string) => options.log(`[background] ${line}`);
  const parts: { stop(): Promise<void> }[] = [];
  const reload = () => {
    refreshSchemaCache(database).catch((error) => log(`schema not read again: ${error.message}`));
  };
  parts.push({ stop: await database.listen("pgrst", reload) });
  if (platform.net === "stand-in") parts.push(await startHttpWorker({ database, log }));
  if (platform.cron === "stand-in" && cron) parts.push(await startCronScheduler({ database, log }));
  if (platform.cron === "pg_cron") await setJobsActive(database, cron);
  return {
    stop: async () => {
      // Without a stack nobody sends what the jobs would go on to queue.
      if (platform.cron === "pg_cron" && cron) {
        await setJobsActive(database, false)
          .catch((error) => log(`cron: jobs not switched off: ${error.message}`));
      }
      for (const part of parts.toReversed()) await part.stop();
    },
  };
}
