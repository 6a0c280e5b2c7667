import { type LookUp, lookUp, readDetails } from "./look-up.ts";
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
      const { asset_ids, detailed, budget } = await session.media.call("media_sync_claim_refresh", {
        p_cloud_name: session.media.cloudName,
        p_worker: session.worker,
        p_limit: CLAIM_SIZE,
        p_lease_seconds: LEASE_SECONDS,
      });
      if (asset_ids.length + detailed.length === 0) return progress;
      const note = quotaPause(budget);
      if (note !== null) return { ...progress, note };
      const settle = async (wanted: string[], { observations, observedAt }: LookUp) => {
        const settled = await session.media.call("media_sync_settle_look_up", {
          p_cloud_name: session.media.cloudName,
          p_asset_ids: wanted,
          p_observations: observations,
          p_observed_at: observedAt,
          p_source: session.source,
          p_run_id: runId,
        });
        progress.lookedUp += wanted.length;
        progress.gone += settled.gone;
      };
      // What both sides changed waits for the times that only a detail tells.
      if (detailed.length > 0) await settle(detailed, await readDetails(session, detailed));
      for (let start = 0; start < asset_ids.length && !session.deadline.expired(); start += 100) {
        const batch = asset_ids.slice(start, start + 100);
        await settle(batch, await lookUp(session, batch));
      }
    }
    return progress;
  } finally {
    await session.media.call("media_sync_release_refresh", {
      p_cloud_name: session.media.cloudName,
      p_worker: session.worker,
    });
  }
}
