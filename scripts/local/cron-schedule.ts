/** pg_cron's schedules. */
import { Cron } from "croner";

/**
 * The first moment after `from` at which a job is due.
 *
 * @param schedule Five fields in GMT (`$` is a month's last day), `@daily` and its like, or `<1-59> seconds`,
 * which counts from `from`.
 * @param from Milliseconds since the epoch.
 * @returns milliseconds since the epoch, or null where the schedule never comes.
 * @throws Error when the schedule cannot be read.
 */
export function nextRun(schedule: string, from: number): number | null {
  const seconds = /^\s*(\d+)\s+seconds?\s*$/.exec(schedule)?.[1];
  if (seconds !== undefined) return from + Number(seconds) * 1_000;
  const pattern = schedule.trim().replaceAll("$", "L");
  const cron = new Cron(pattern, { paused: true, timezone: "UTC" });
  return cron.nextRun(new Date(from))?.getTime() ?? null;
}
