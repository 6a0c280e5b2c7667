import type { Sql } from "postgres";
import { waitUntil } from "../wait-until.ts";

/**
 * Waits until a session of this database waits for another one's lock.
 *
 * @param describe Who waits for whom, for the error of a wait without end.
 */
export async function untilOneWaits(sql: Sql, describe: string): Promise<void> {
  await waitUntil(async () => {
    const waiting = await sql`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    return waiting.length > 0;
  }, { describe });
}
