import { LEASE_SECONDS, quotaPause, type SyncContext } from "./sync-context.ts";

/** How far a drain of the refresh queue got. */
export interface RefreshProgress {
  lookedUp: number;
  gone: number;
  note?: string;
}

/** Look-ups a claim: ten batches of what Cloudinary takes at once. */
const CLAIM_SIZE = 1_000;

/**
 * Drains the refresh queue: fetches the true state of the queued assets in batched look-ups and merges it.
 *
 * @param runId The run that the log rows name.
 * @throws {CloudinaryError} When a look-up failed beyond its retries; the rest is given back to the queue.
 */
export async function refresh(
  context: SyncContext,
  runId: string | null,
): Promise<RefreshProgress> {
  const progress: RefreshProgress = { lookedUp: 0, gone: 0 };
  try {
    while (!context.deadline.expired()) {
      const { asset_ids, budget } = await context.media.assets.claimRefresh(
        context.worker,
        CLAIM_SIZE,
        LEASE_SECONDS,
      );
      if (asset_ids.length === 0) return progress;
      const note = quotaPause(budget);
      if (note !== null) return { ...progress, note };
      for (let start = 0; start < asset_ids.length; start += 100) {
        const batch = asset_ids.slice(start, start + 100);
        const observedAt = context.media.clock.now();
        const { data } = await context.cloudinary.getAssetsByIds({ assetIds: batch });
        const settled = await context.media.assets.settleLookUp(
          batch,
          data,
          observedAt,
          context.source,
          runId,
        );
        progress.lookedUp += batch.length;
        progress.gone += settled.gone;
        if (context.deadline.expired()) break;
      }
    }
    return progress;
  } finally {
    await context.media.assets.releaseRefresh(context.worker);
  }
}
