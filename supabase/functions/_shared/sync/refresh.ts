import { LEASE_SECONDS, quotaPause, type SyncSession } from "./sync-session.ts";

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
  session: SyncSession,
  runId: string | null,
): Promise<RefreshProgress> {
  const progress: RefreshProgress = { lookedUp: 0, gone: 0 };
  try {
    while (!session.deadline.expired()) {
      const { asset_ids, budget } = await session.media.assets.claimRefresh(
        session.worker,
        CLAIM_SIZE,
        LEASE_SECONDS,
      );
      if (asset_ids.length === 0) return progress;
      const note = quotaPause(budget);
      if (note !== null) return { ...progress, note };
      for (let start = 0; start < asset_ids.length; start += 100) {
        const batch = asset_ids.slice(start, start + 100);
        const observedAt = session.media.clock.now();
        const { data } = await session.cloudinary.getAssetsByIds({ assetIds: batch });
        const settled = await session.media.assets.settleLookUp(
          batch,
          data,
          observedAt,
          session.source,
          runId,
        );
        progress.lookedUp += batch.length;
        progress.gone += settled.gone;
        if (session.deadline.expired()) break;
      }
    }
    return progress;
  } finally {
    await session.media.assets.releaseRefresh(session.worker);
  }
}
