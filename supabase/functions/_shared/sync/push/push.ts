import type { Observation } from "../../cloudinary/observation.ts";
import type { PushClaim, PushResult, PushTask } from "../../media/types.ts";
import { LEASE_SECONDS, type SyncContext } from "../sync-context.ts";
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
  context: SyncContext,
  runId: string | null,
  ids?: string[],
): Promise<PushProgress> {
  const progress: PushProgress = { pushed: 0, failed: 0 };
  while (!context.deadline.expired()) {
    const claim = await context.media.pushes.claimPending(
      context.worker,
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
      const settled = await pushClaim(context, claim, runId);
      progress.pushed += settled.pushed;
      progress.failed += settled.failed;
    } finally {
      await context.media.pushes.releasePending(context.worker, claimed);
    }
    // Certain rows are tried once; what failed has its pause.
    if (ids !== undefined) return progress;
  }
  return progress;
}

async function pushClaim(
  context: SyncContext,
  claim: PushClaim,
  runId: string | null,
): Promise<{ pushed: number; failed: number }> {
  const tasks = await planTasks(context, claim, runId);
  const results: PushResult[] = [
    ...await restoreAssets(context, tasks.filter((task) => task.action === "restore"), runId),
    ...await deleteAssets(context, tasks.filter((task) => task.action === "delete"), runId),
    ...await writeUpdates(
      context,
      tasks.filter((task) => task.action === "update"),
      claim.folder_mode === "fixed",
    ),
  ];
  return await context.media.pushes.confirmPush(
    context.worker,
    claim.now,
    results,
    context.source,
    runId,
    context.meter.take(),
  );
}

/** Reads the claimed rows fresh and merges; what is left is to be written. Restores are looked up by themselves. */
async function planTasks(
  context: SyncContext,
  { tasks, conflict_policy }: PushClaim,
  runId: string | null,
): Promise<PushTask[]> {
  const restores = tasks.filter((task) => task.action === "restore");
  const assetIds = tasks.filter((task) => task.action !== "restore").map((task) => task.asset_id);
  if (assetIds.length === 0) return restores;
  const observedAt = context.media.clock.now();
  const observations = conflict_policy === "newest"
    ? await readDetails(context, assetIds)
    : (await context.cloudinary.getAssetsByIds({ assetIds })).data;
  const left = await context.media.pushes.planPush(
    context.worker,
    assetIds,
    observations,
    observedAt,
    context.source,
    runId,
  );
  return [...restores, ...left];
}

/** Only an asset's detail tells when it was last changed, which the policy `newest` needs. A call each. */
async function readDetails(context: SyncContext, assetIds: string[]): Promise<Observation[]> {
  const observations: Observation[] = [];
  await inParallel(assetIds, PARALLEL_CALLS, async (assetId) => {
    const { data } = await context.cloudinary.getAsset({ assetId });
    if (data !== null) observations.push(data);
  });
  return observations;
}

async function writeUpdates(
  context: SyncContext,
  tasks: PushTask[],
  fixedFolders: boolean,
): Promise<PushResult[]> {
  const entries = tasks.map((task): Entry => ({
    task,
    difference: differenceOf(task, fixedFolders),
    result: { id: task.id },
  }));
  await writeGroups(context, entries);
  await inParallel(
    entries.filter(needsSingleWrite),
    PARALLEL_CALLS,
    (entry) => writeSingle(context, entry),
  );
  await writeRenames(context, entries);
  return entries.map((entry) => entry.result);
}
