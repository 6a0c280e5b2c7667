import type { PlannedTask, PushResult } from "../../media/types.ts";
import type { SyncSession } from "../sync-session.ts";
import type { Freshness } from "./freshness.ts";
import { inParallel } from "../in-parallel.ts";
import { closeEntry, openEntry } from "./push-book.ts";
import { writeGroups } from "./write-groups.ts";
import { writeRenames } from "./write-renames.ts";
import { needsSingleWrite, writeSingle } from "./write-single.ts";

/** Calls for single assets at the same time. */
export const PARALLEL_CALLS = 10;

/** Writes what rows want of their assets: first what many share, then what needs calls of its own, renames last. */
export async function writeUpdates(
  session: SyncSession,
  tasks: PlannedTask[],
  freshness: Freshness,
): Promise<PushResult[]> {
  const entries = tasks.map(openEntry);
  await writeGroups(session, entries, freshness);
  await inParallel(
    entries.filter(needsSingleWrite),
    PARALLEL_CALLS,
    (entry) => writeSingle(session, entry, freshness),
  );
  await writeRenames(session, entries, freshness);
  return entries.map(closeEntry);
}
