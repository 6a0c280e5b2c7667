import type { RunSummary, SweepState } from "../media/types.ts";
import type { RunResult } from "./guard-run.ts";
import { pauseRun } from "./run-books.ts";
import { quotaPause, type SyncSession } from "./sync-session.ts";

/** asset_ids a look-up; the Cloudinary client halves what Cloudinary refuses. */
const LOOK_UP_SIZE = 100;

/**
 * Looks up the assets that a complete listing did not show, lets go of those that Cloudinary itself denies, and ends the
 * run.
 *
 * Absence from a listing is evidence, not an instruction: pages may be lost, cursors may skip. And when too much is
 * absent at once, the guard stops the run before anything is deleted.
 *
 * @param runId A run of which no shard is left for this worker.
 * @throws {CloudinaryError} When Cloudinary failed beyond its retries; what is settled stays settled.
 */
export async function sweep(session: SyncSession, runId: string): Promise<RunResult> {
  let state: SweepState = await session.media.call("media_sync_begin_sweep", {
    p_run_id: runId,
    p_limit: LOOK_UP_SIZE,
  });
  while (state.asset_ids.length > 0) {
    const note = quotaPause(state.budget);
    if (note !== null || session.deadline.expired()) {
      return { run: await pauseRun(session, runId), note: note ?? undefined };
    }
    const observedAt = session.media.clock.now();
    const { data } = await session.cloudinary.getAssetsByIds({ assetIds: state.asset_ids });
    state = await session.media.call("media_sync_settle_absences", {
      p_run_id: runId,
      p_asset_ids: state.asset_ids,
      p_observations: data,
      p_observed_at: observedAt,
      p_source: session.source,
      p_limit: LOOK_UP_SIZE,
      p_traffic: session.meter.take(),
    });
  }
  const { run } = state;
  return { run, note: run.status === "blocked" ? blockedSentence(run) : undefined };
}

function blockedSentence({ run_id, blocked_by }: RunSummary): string {
  const what = blocked_by?.reason === "empty_listing"
    ? `Cloudinary listed nothing although ${blocked_by.live} assets are known here`
    : `${blocked_by?.absent} of ${blocked_by?.live} assets are absent from Cloudinary's listing`;
  return `${what}; nothing was deleted. If that is right, allow it once with { "allow_mass_delete": "${run_id}" }.`;
}
