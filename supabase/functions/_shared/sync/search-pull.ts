import type { RunSummary, Shard, ShardClaim } from "../media/types.ts";
import type { RunResult } from "./guard-run.ts";
import { refresh } from "./refresh.ts";
import { finishRun, pauseRun } from "./run-books.ts";
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
 * @param run A run with the shard `search`.
 * @param claim That shard, whose cursor is where an earlier call stopped; none where somebody else has it.
 * @param expression Cloudinary's search expression.
 */
export async function searchPull(
  session: SyncSession,
  run: RunSummary,
  { shard, budget }: ShardClaim,
  expression: string,
): Promise<RunResult> {
  if (shard !== null) {
    const note = quotaPause(budget) ?? await search(session, run.run_id, expression, shard.cursor);
    if (note !== null || session.deadline.expired()) {
      return { run: await pauseRun(session, run.run_id), note: note ?? undefined };
    }
  }
  const note = await refresh(session, run.run_id);
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
    const answer = await session.media.call("media_sync_store_search_page", {
      p_run_id: runId,
      p_worker: session.worker,
      p_cursor: cursor,
      p_next_cursor: data.nextCursor,
      p_observations: data.resources,
      p_traffic: session.meter.take(),
      p_lease_seconds: LEASE_SECONDS,
      p_total: data.totalCount,
      p_refused: session.cloudinary.searchRefusals(),
    });
    // The database knows what earlier searches have shown: nothing on the other pages may be news.
    if (!answer.stored || answer.next_cursor === null) return null;
    const note = quotaPause(answer.budget);
    if (note !== null) return note;
    cursor = answer.next_cursor;
  }
  return null;
}
