import type { Activity } from "../engine/activity.ts";

/** Whether a function lived and nothing went wrong with its calls. */
export function isWell({ alive, faults }: Pick<Activity, "alive" | "faults">): boolean {
  return alive && Object.values(faults).every((count) => count === 0);
}
