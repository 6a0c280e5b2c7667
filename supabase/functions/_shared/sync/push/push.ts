import type { Observation } from "../../cloudinary/observation.ts";
import type { PushClaim, PushResult, PushTask } from "../../media/types.ts";
import { LEASE_SECONDS, type SyncSession } from "../sync-session.ts";
import { deleteAssets } from "./delete-assets.ts";
import { differenceOf } from "./difference.ts";
import { inParallel } from "./in-parallel.ts";
import type { Entry } from "./push-book.ts";
import { restoreAssets } from "./restore-assets.ts";
import { writeGroups } from "./write-groups.ts";
import { writeRenames } from "./write-renames.ts";
import { needsSingleWrite, writeSingle } from "./write-single.ts";

/** Rows a claim: what one grouped call can serve. */
const CLAIM_SIZE = 1_000;
/** Calls for single assets at the same time. */
const PARALLEL_CALLS = 5;

/** How far a push got. */
export interface PushProgress {
  pushed: number;
  failed: number;
  note?: string;
}

/**
 * Pushes pending rows: claims them, reads them fresh, merges, writes only what still differs, and settles each row by
 * what Cloudinary confirmed. Dying anywhere is harmless: the next worker's fresh look-up shows what has arrived.
 *
 * @param runId The run that the log rows name; null for a person's own action.
 * @param ids Only these rows, due or not.
 * @throws {CloudinaryError} When the look-up failed beyond its retries; the rows are given back.
 */
export async function push(
  session: SyncSession,
  runId: string | null,
  ids?: string[],
): Promise<PushProgress> {
  const progress: PushProgress = { pushed: 0, failed: 0 };
  while (!session.deadline.expired()) {
    const claim = await session.media.pushes.claimPending(
      session.worker,
      CLAIM_SIZE,
      LEASE_SECONDS,
      ids,
    );
    if (claim.tasks.length === 0) return progress;
    const claimed = claim.tasks.map((task) => task.id);
    try {
      // People's edits may use the reserve of the quota, but nothing is called before a reset that Cloudinary named.
      if (claim.budget.blocked_until) {
        return {
          ...progress,
          note:
            `Cloudinary's rate limit is used up; edits wait until ${claim.budget.blocked_until}.`,
        };
      }
      const settled = await pushClaim(session, claim, runId);
      progress.pushed += settled.pushed;
      progress.failed += settled.failed;
    } finally {
      await session.media.pushes.releasePending(session.worker, claimed);
    }
    // Certain rows are tried once; what failed has its pause.
    if (ids !== undefined) return progress;
  }
  return progress;
}

async function pushClaim(
  session: SyncSession,
  claim: PushClaim,
  runId: string | null,
): Promise<{ pushed: number; failed: number }> {
  const tasks = await planTasks(session, claim, runId);
  const results: PushResult[] = [
    ...await restoreAssets(session, tasks.filter((task) => task.action === "restore"), runId),
    ...await deleteAssets(session, tasks.filter((task) => task.action === "delete"), runId),
    ...await writeUpdates(
      session,
      tasks.filter((task) => task.action === "update"),
      claim.folder_mode === "fixed",
    ),
  ];
  return await session.media.pushes.confirmPush(
    session.worker,
    claim.now,
    results,
    session.source,
    runId,
    session.meter.take(),
  );
}

/** Reads the claimed rows fresh and merges; what is left is to be written. Restores are looked up by themselves. */
async function planTasks(
  session: SyncSession,
  { tasks, conflict_policy }: PushClaim,
  runId: string | null,
): Promise<PushTask[]> {
  const restores = tasks.filter((task) => task.action === "restore");
  const assetIds = tasks.filter((task) => task.action !== "restore").map((task) => task.asset_id);
  if (assetIds.length === 0) return restores;
  const observedAt = session.media.clock.now();
  const observations = conflict_policy === "newest"
    ? await readDetails(session, assetIds)
    : (await session.cloudinary.getAssetsByIds({ assetIds })).data;
  const left = await session.media.pushes.planPush(
    session.worker,
    assetIds,
    observations,
    observedAt,
    session.source,
    runId,
  );
  return [...restores, ...left];
}

/** Only an asset's detail tells when it was last changed, which the policy `newest` needs. A call each. */
async function readDetails(session: SyncSession, assetIds: string[]): Promise<Observation[]> {
  const observations: Observation[] = [];
  await inParallel(assetIds, PARALLEL_CALLS, async (assetId) => {
    const { data } = await session.cloudinary.getAsset({ assetId });
    if (data !== null) observations.push(data);
  });
  return observations;
}

async function writeUpdates(
  session: SyncSession,
  tasks: PushTask[],
  fixedFolders: boolean,
): Promise<PushResult[]> {
  const entries = tasks.map((task): Entry => ({
    task,
    difference: differenceOf(task, fixedFolders),
    result: { id: task.id },
  }));
  await writeGroups(session, entries);
  await inParallel(
    entries.filter(needsSingleWrite),
    PARALLEL_CALLS,
    (entry) => writeSingle(session, entry),
  );
  await writeRenames(session, entries);
  return entries.map((entry) => entry.result);
}
