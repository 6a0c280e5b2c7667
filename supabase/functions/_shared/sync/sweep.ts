import { quotaPause, type SyncContext } from "./sync-context.ts";

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
  context: SyncContext,
  runId: string,
): Promise<SweepProgress> {
  const decision = await context.media.runs.beginSweep(runId);
  if (decision.status !== "clear") {
    return {
      state: decision.status,
      note: decision.status === "incomplete" ? undefined : blockedSentence(runId, decision),
    };
  }
  for (;;) {
    const { asset_ids, budget } = await context.media.runs.missingAssets(
      runId,
      LOOK_UP_SIZE,
    );
    if (asset_ids.length === 0) return { state: "swept" };
    if (context.deadline.expired()) return { state: "yielded" };
    const note = quotaPause(budget);
    if (note !== null) return { state: "paused", note };

    const observedAt = context.media.clock.now();
    const { data } = await context.cloudinary.getAssetsByIds({
      assetIds: asset_ids,
    });
    await context.media.assets.settleLookUp(
      asset_ids,
      data,
      observedAt,
      context.source,
      runId,
    );
    await context.media.assets.recordTraffic(runId, context.meter.take());
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
