import type { RunSummary, Shard } from "../media/types.ts";
import { type RunResult, unfinished } from "./guard-run.ts";
import { refresh } from "./refresh.ts";
import { LEASE_SECONDS, quotaPause, type SyncContext } from "./sync-context.ts";

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
  context: SyncContext,
  run: RunSummary,
  expression: string,
): Promise<RunResult> {
  const { shard, budget } = await context.media.runs.claimShard(
    run.run_id,
    context.worker,
    LEASE_SECONDS,
  );
  if (shard !== null) {
    const note = quotaPause(budget) ?? await search(context, run.run_id, expression, shard.cursor);
    if (note !== null || context.deadline.expired()) {
      await context.media.runs.releaseShard(run.run_id, SEARCH_SHARD.shard, context.worker);
      return await unfinished(context, run.run_id, note ?? undefined);
    }
  }
  const { note } = await refresh(context, run.run_id);
  await context.media.assets.recordTraffic(run.run_id, context.meter.take());
  const finished = await context.media.runs.finishRun(run.run_id, "completed");
  return { run: finished, ...(note === undefined ? {} : { note }) };
}

/** @returns Why it paused, or null when the search is done or the time is up. */
async function search(
  context: SyncContext,
  runId: string,
  expression: string,
  from: string | null,
): Promise<string | null> {
  let cursor = from;
  while (!context.deadline.expired()) {
    const { data } = await context.cloudinary.search({ expression, cursor });
    const { stored, budget } = await context.media.runs.storeSearchPage(
      runId,
      context.worker,
      { cursor, next_cursor: data.nextCursor, observations: data.resources },
      LEASE_SECONDS,
      context.meter.take(),
    );
    if (!stored || data.nextCursor === null) return null;
    const note = budget ? quotaPause(budget) : null;
    if (note !== null) return note;
    cursor = data.nextCursor;
  }
  return null;
}
