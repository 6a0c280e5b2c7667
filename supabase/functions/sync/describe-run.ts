import type { RunSummary } from "../_shared/media/types.ts";

const COUNTS = [
  "synced_items",
  "updated_items",
  "deleted_items",
  "pushed_items",
  "unchanged_items",
  "conflicts",
  "error_count",
  "duration_ms",
  "api_calls",
] as const;

/**
 * What a call of `sync` did, in the words and figures of the API: the last run gives its name, the figures are those of
 * all runs together.
 *
 * @param runs The runs that the call worked on; none when nothing was due.
 * @param note Why it is not finished, where something keeps it.
 */
export function describeRuns(runs: RunSummary[], note?: string) {
  const last = runs.at(-1);
  if (last === undefined) return nothing();
  const figures = runFigures(last);
  for (const count of COUNTS) figures[count] = runs.reduce((sum, run) => sum + run[count], 0);
  figures.errors = runs.flatMap((run) => run.errors);
  figures.status = (["failed", "blocked", "running"] as const)
    .find((status) => runs.some((run) => run.status === status)) ?? "completed";
  return { message: note ?? sentence(figures), data: figures };
}

/** The figures of a run that clients see. */
export function runFigures(run: RunSummary): Omit<RunSummary, "now" | "open_shards"> {
  const { now: _now, open_shards: _open, ...figures } = run;
  return figures;
}

function nothing() {
  const counts = Object.fromEntries(COUNTS.map((count) => [count, 0]));
  return {
    message: 'Nothing is due; send { "full": true } for a full reconcile.',
    data: {
      run_id: null,
      status: "nothing_due" as const,
      ...counts,
      errors: [],
      progress: { seen: 0, expected: 0, percent: 100 },
    },
  };
}

function sentence(run: Omit<RunSummary, "now" | "open_shards">): string {
  switch (run.status) {
    case "completed": {
      const parts = [
        [run.synced_items, "new"],
        [run.updated_items, "updated"],
        [run.deleted_items, "deleted"],
        [run.pushed_items, "pushed"],
        [run.unchanged_items, "unchanged"],
      ] as const;
      const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
      return `Sync completed: ${told.length === 0 ? "nothing to do" : told.join(", ")}.`;
    }
    case "running":
      return `Sync is running: ${run.progress.seen} assets seen so far. Call again, or let the next tick go on.`;
    case "blocked":
      return `Sync is blocked: ${run.blocked_by?.absent} of ${run.blocked_by?.live} assets would be deleted.`;
    case "failed":
      return `Sync failed: ${run.errors[0]?.message ?? "see the log"}`;
  }
}
