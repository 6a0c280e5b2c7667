import type { MediaClient } from "../../../../supabase/client/mod.ts";

/** What a reconcile would delete here. */
export interface PlannedDeletions {
  /** public_ids. */
  names: string[];
  /** How many more there are. */
  omitted: number;
  /** Whether the whole library was read in time. */
  isComplete: boolean;
}

/** Asks what a full reconcile would delete; nothing is written. Admins. @throws {MediaError} */
export async function planDeletions(media: MediaClient): Promise<PlannedDeletions> {
  const { data } = await media.sync({ full: true, dry_run: true });
  if (!("plan" in data)) return { names: [], omitted: 0, isComplete: false };
  const names = data.plan.filter(({ action, direction }) =>
    action === "delete" && direction === "pull"
  ).map(({ public_id }) => public_id);
  return {
    names,
    omitted: Math.max(0, data.deleted_items - names.length),
    isComplete: data.complete,
  };
}
