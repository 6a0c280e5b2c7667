import type { RunSummary, Shard } from "../media/types.ts";
import { type RunResult, unfinished } from "./guard-run.ts";
import { refresh } from "./refresh.ts";
import { finishRun } from "./run-books.ts";
import { LEASE_SECONDS, quotaPause, type SyncSession } from "./sync-session.ts";

/** The one shard of a pull by search. */
export const SEARCH_SHARD: Shard = {
  shard: "search",
  resource_type: null,
  type: null,
  created_from: null,
  created_until: null,
};

/**
 * Pulls what a search finds: the index names assets that look different from their rows, batched look-ups tell the truth
 * about them. The index lags, so that nothing of its answers is merged.
 *
 * @param run A run with the shard `search`; its cursor is where an earlier call stopped.
 * @param expression Cloudinary's search expression.
 */
export async function searchPull(
  session: SyncSession,
  run: RunSummary,
  expression: string,
): Promise<RunResult> {
  const { shard, budget } = await session.media.call("media_sync_claim_shard", {
    p_run_id: run.run_id,
    p_worker: session.worker,
    p_lease_seconds: LEASE_SECONDS,
  });
  if (shard !== null) {
    const note = quotaPause(budget) ?? await search(session, run.run_id, expression, shard.cursor);
    if (note !== null || session.deadline.expired()) {
      await session.media.call("media_sync_release_shard", {
        p_run_id: run.run_id,
        p_shard: SEARCH_SHARD.shard,
        p_worker: session.worker,
      });
      return await unfinished(session, run.run_id, note ?? undefined);
    }
  }
  const { note } = await refresh(session, run.run_id);
  const finished = await finishRun(session, run.run_id, "completed");
  return { run: finished, note };
}

/** @returns Why it paused, or null when the search is done or the time is up. */
async function search(
  session: SyncSession,
  runId: string,
  expression: string,
  from: string | null,
): Promise<string | null> {
  let cursor = from;
  while (!session.deadline.expired()) {
    const { data } = await session.cloudinary.search({ expression, cursor });
    const { stored, budget } = await session.media.call("media_sync_store_search_page", {
      p_run_id: runId,
      p_worker: session.worker,
      p_cursor: cursor,
      p_next_cursor: data.nextCursor,
      p_observations: data.resources,
      p_traffic: session.meter.take(),
      p_lease_seconds: LEASE_SECONDS,
    });
    if (!stored || data.nextCursor === null) return null;
    const note = budget ? quotaPause(budget) : null;
    if (note !== null) return note;
    cursor = data.nextCursor;
  }
  return null;
}
