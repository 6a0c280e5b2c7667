import { recordTraffic } from "./run-books.ts";
import { quotaPause, type SyncSession } from "./sync-session.ts";

/** How far a sweep got. */
export interface SweepProgress {
  state: "swept" | "blocked" | "incomplete" | "yielded" | "paused";
  note?: string;
}

/** asset_ids a look-up; the Cloudinary client halves what Cloudinary refuses. */
const LOOK_UP_SIZE = 100;

/**
 * Looks up the assets that a complete listing did not show, and lets go of those that Cloudinary itself denies.
 *
 * Absence from a listing is evidence, not an instruction: pages may be lost, cursors may skip. And when too much is
 * missing at once, the guard stops the run before anything is deleted.
 *
 * @param runId A run whose shards are all listed.
 * @throws {CloudinaryError} When Cloudinary failed beyond its retries; what is settled stays settled.
 */
export async function sweep(
  session: SyncSession,
  runId: string,
): Promise<SweepProgress> {
  const decision = await session.media.call("media_sync_begin_sweep", { p_run_id: runId });
  if (decision.status !== "clear") {
    return {
      state: decision.status,
      note: decision.status === "incomplete" ? undefined : blockedSentence(runId, decision),
    };
  }
  for (;;) {
    const { asset_ids, budget } = await session.media.call("media_sync_missing_assets", {
      p_run_id: runId,
      p_limit: LOOK_UP_SIZE,
    });
    if (asset_ids.length === 0) return { state: "swept" };
    if (session.deadline.expired()) return { state: "yielded" };
    const note = quotaPause(budget);
    if (note !== null) return { state: "paused", note };

    const observedAt = session.media.clock.now();
    const { data } = await session.cloudinary.getAssetsByIds({
      assetIds: asset_ids,
    });
    await session.media.call("media_sync_settle_look_up", {
      p_cloud_name: session.media.cloudName,
      p_asset_ids: asset_ids,
      p_observations: data,
      p_observed_at: observedAt,
      p_source: session.source,
      p_run_id: runId,
    });
    await recordTraffic(session, runId);
  }
}

function blockedSentence(
  runId: string,
  decision: { missing: number; live?: number; reason?: string },
): string {
  const what = decision.reason === "empty_listing"
    ? `Cloudinary listed nothing although ${decision.live} assets are known here`
    : `${decision.missing} of ${decision.live} assets are missing from Cloudinary's listing`;
  return `${what}; nothing was deleted. If that is right, allow it once with { "allow_mass_delete": "${runId}" }.`;
}
