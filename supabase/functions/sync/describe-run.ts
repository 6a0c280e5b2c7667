import { type RunFigures, runFigures, type SyncRun } from "../_shared/contract/run.ts";
import type { NothingDue } from "../_shared/contract/sync.ts";
import type { RunSummary } from "../_shared/media/types.ts";

/** Names of the figures that are added up. */
const FIGURES = runFigures.keyof().options;

/** What a call of `sync` did, in a sentence and in figures. */
interface Description {
  message: string;
  data: SyncRun | NothingDue;
}

/**
 * What a call of `sync` did, in the words and figures of the API: the last run gives its name, the figures are those of
 * all runs together.
 *
 * @param runs The runs that the call worked on; none when nothing was due.
 * @param note Why it is not finished, where something keeps it.
 */
export function describeRuns(runs: RunSummary[], note?: string): Description {
  const last = runs.at(-1);
  if (last === undefined) {
    return {
      message: 'Nothing is due; send { "full": true } for a full reconcile.',
      data: nothing(),
    };
  }
  const figures = shownRun(last);
  Object.assign(figures, sums(runs));
  figures.errors = runs.flatMap((run) => run.errors);
  figures.status = (["failed", "blocked", "running"] as const)
    .find((status) => runs.some((run) => run.status === status)) ?? "completed";
  return { message: note ?? sentence(figures), data: figures };
}

/** A run as clients see it. */
export function shownRun(run: RunSummary): SyncRun {
  const { now: _now, open_shards: _open, ...figures } = run;
  return figures;
}

/** What a call tells that worked on no run. */
export function nothing(): NothingDue {
  return {
    run_id: null,
    status: "nothing_due",
    ...sums([]),
    errors: [],
    progress: { seen: 0, expected: 0, percent: 100 },
  };
}

function sums(runs: RunSummary[]): RunFigures {
  return Object.fromEntries(
    FIGURES.map((figure) => [figure, runs.reduce((sum, run) => sum + run[figure], 0)]),
  ) as RunFigures;
}

function sentence(run: SyncRun): string {
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
