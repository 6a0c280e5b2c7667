import { guardRun, type RunResult } from "./guard-run.ts";
import { startRun } from "./run-books.ts";
import { SEARCH_SHARD, searchPull } from "./search-pull.ts";
import type { SyncSession } from "./sync-session.ts";

/**
 * Pulls what changed since the last pull. The search reaches back before that pull, because the index lags; what it misses
 * all the same, the full reconcile finds.
 *
 * @param changedSince Database time from which changes are wanted, RFC 3339.
 * @throws {CloudinaryError} When Cloudinary failed beyond its retries; the run stays open and keeps its place.
 */
export async function incrementalPull(
  session: SyncSession,
  changedSince: string,
): Promise<RunResult> {
  const options = { changed_since: changedSince };
  const { run, ...claim } = await startRun(session, "incremental", options, [SEARCH_SHARD]);
  return await guardRun(
    session,
    run.run_id,
    () =>
      searchPull(
        session,
        run,
        claim,
        `last_updated.updated_at>="${run.options.changed_since}"`,
      ),
  );
}
