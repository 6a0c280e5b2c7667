import type { RunSummary } from "../_shared/media/types.ts";

/**
 * A run in the words and figures of the API.
 *
 * @param run The run.
 * @param note Why it is not finished, where something keeps it.
 */
export function describeRun(run: RunSummary, note?: string) {
  return { message: note ?? sentence(run), data: runFigures(run) };
}

/** The answer when no part of the sync was due. */
export function describeNothing() {
  return {
    message: 'Nothing is due; send { "full": true } for a full reconcile.',
    data: {
      run_id: null,
      status: "nothing_due" as const,
      synced_items: 0,
      updated_items: 0,
      deleted_items: 0,
      pushed_items: 0,
      unchanged_items: 0,
      conflicts: 0,
      errors: [],
      error_count: 0,
      duration_ms: 0,
      api_calls: 0,
      progress: { seen: 0, expected: 0, percent: 100 },
    },
  };
}

/** The figures of a run that clients see. */
export function runFigures(run: RunSummary) {
  const {
    now: _now,
    joined: _joined,
    open_shards: _open,
    blocked_by,
    ...figures
  } = run;
  return { ...figures, ...(blocked_by === null ? {} : { blocked_by }) };
}

function sentence(run: RunSummary): string {
  switch (run.status) {
    case "completed": {
      const parts = [
        [run.synced_items, "new"],
        [run.updated_items, "updated"],
        [run.deleted_items, "deleted"],
        [run.pushed_items, "pushed"],
        [run.unchanged_items, "unchanged"],
      ] as const;
      const told = parts.filter(([count]) => count > 0).map(([count, what]) =>
        `${count} ${what}`
      );
      return `Sync completed: ${
        told.length === 0 ? "nothing to do" : told.join(", ")
      }.`;
    }
    case "running":
      return `Sync is running: ${run.progress.seen} assets seen so far. Call again, or let the next tick go on.`;
    case "blocked":
      return `Sync is blocked: ${run.blocked_by?.missing} of ${run.blocked_by?.live} assets would be deleted.`;
    case "failed":
      return `Sync failed: ${run.errors[0]?.message ?? "see the log"}`;
  }
}
