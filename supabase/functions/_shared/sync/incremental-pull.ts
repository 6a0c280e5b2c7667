import type { RunSummary } from "../media/types.ts";
import { guardRun, type RunResult, unfinished } from "./guard-run.ts";
import { refresh } from "./refresh.ts";
import { LEASE_SECONDS, quotaPause, type SyncContext } from "./sync-context.ts";

/**
 * Pulls what changed since the last pull: the search index names the assets that look different, batched look-ups tell
 * the truth about them. The index lags, so that the search reaches back before the last pull; what it misses all the
 * same, the full reconcile finds.
 *
 * @param changedSince Database time from which changes are wanted, RFC 3339.
 * @throws {CloudinaryError} When Cloudinary failed beyond its retries; the run stays open and keeps its place.
 */
export async function incrementalPull(
  context: SyncContext,
  changedSince: string,
): Promise<RunResult> {
  const run = await context.media.runs.startRun({
    kind: "incremental",
    source: context.source,
    user_id: context.userId,
    options: { changed_since: changedSince },
    shards: [{
      shard: "search",
      resource_type: null,
      type: null,
      created_from: null,
      created_until: null,
    }],
  });
  return await guardRun(context, run.run_id, () => walk(context, run));
}

async function walk(context: SyncContext, run: RunSummary): Promise<RunResult> {
  const { shard, budget } = await context.media.runs.claimShard(
    run.run_id,
    context.worker,
    LEASE_SECONDS,
  );
  if (shard !== null) {
    const note = quotaPause(budget) ?? await search(context, run, shard.cursor);
    if (note !== null || context.deadline.expired()) {
      await context.media.runs.releaseShard(run.run_id, "search", context.worker);
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
  run: RunSummary,
  from: string | null,
): Promise<string | null> {
  let cursor = from;
  while (!context.deadline.expired()) {
    const { data } = await context.cloudinary.search({
      expression: `last_updated.updated_at>="${run.options.changed_since}"`,
      cursor,
    });
    const { stored, budget } = await context.media.runs.storeSearchPage(
      run.run_id,
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
