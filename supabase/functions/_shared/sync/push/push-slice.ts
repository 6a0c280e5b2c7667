import type {
  PlannedTask,
  PushClaim,
  PushFailure,
  PushPlan,
  PushResult,
  PushTask,
  RunSummary,
} from "../../media/types.ts";
import type { SyncSession } from "../sync-session.ts";
import { deleteAssets } from "./delete-assets.ts";
import { type Freshness, startFreshness } from "./freshness.ts";
import { type LookUp, lookUp, readDetails } from "../look-up.ts";
import { restoreAssets } from "./restore-assets.ts";
import { settleOpen } from "./settle-open.ts";
import type { InTurn } from "./turns.ts";
import { writeUpdates } from "./write-updates.ts";

/** How the push of some rows ended. */
export interface SliceOutcome {
  /** Rows wait that were edited meanwhile, not reached in time, or told of while they were looked up. */
  more: boolean;
  /** Nothing could be written, because the look-up took longer than what it shows may be built upon. */
  tooSlow: boolean;
  run: RunSummary | null;
  failures: Map<string, PushFailure>;
}

/**
 * Looks rows up, plans, writes and settles them.
 *
 * @param last Ends the run with it, if nothing is left to do.
 * @param turns `planning` looks up and plans one slice at a time: what a look-up showed serves for seconds, which
 *   another's plan would use up. `calling` bounds the calls of Cloudinary that several slices make at the same time.
 * @throws {CloudinaryError} When a look-up failed beyond its retries.
 */
export async function pushSlice(
  session: SyncSession,
  claim: PushClaim,
  slice: PushTask[],
  last: boolean,
  turns: { planning: InTurn; calling: InTurn },
): Promise<SliceOutcome> {
  const { tasks, outdated, tooSlow, results } = await turns.calling(async () => {
    const { freshness, tasks, outdated } = await turns.planning(async () => {
      const freshness = startFreshness(slice.length);
      const assetIds = slice.map((task) => task.asset_id);
      return { freshness, ...await planTasks(session, claim.run_id, assetIds, freshness) };
    });
    const tooSlow = tasks.length > 0 && freshness.expired();
    const results = await writeAll(session, tasks, freshness);
    // Alone it will hardly be faster: that counts, and is told.
    if (tooSlow && slice.length === 1) { for (const result of results) blameSize(result); }
    return { tasks, outdated, tooSlow, results };
  });
  const unseen = results.some(({ landed }) => landed?.some(({ at }) => at === undefined));
  const confirmation = await session.media.call("media_sync_confirm_push", {
    p_cloud_name: session.media.cloudName,
    p_worker: session.worker,
    p_claimed_at: claim.now,
    p_results: results,
    p_source: session.source,
    p_run_id: claim.run_id,
    p_traffic: session.meter.take(),
    p_finish: last && !unseen && !tooSlow && outdated.length === 0,
  });
  if (confirmation.open.length > 0 && !confirmation.echoes) {
    await settleOpen(session, confirmation.open, tasks, claim.run_id);
  }
  return {
    more: confirmation.more || outdated.length > 0,
    tooSlow,
    run: confirmation.run,
    failures: new Map(
      results.flatMap(({ id, error }) => error === undefined ? [] : [[id, error] as const]),
    ),
  };
}

/** An asset of which nothing could be written in time although it was looked up alone. */
function blameSize(result: PushResult): void {
  if (!result.again) return;
  delete result.again;
  result.error ??= {
    code: "too_slow",
    message:
      "Reading the asset takes so long that what was read is outdated before the edit can be sent; " +
      "it is tried again, and goes out sooner with smaller fields.",
  };
}

/** Reads the claimed rows fresh and merges; what is left is to be written. */
async function planTasks(
  session: SyncSession,
  runId: string | null,
  assetIds: string[],
  freshness: Freshness,
): Promise<Pick<PushPlan, "tasks" | "outdated">> {
  const seen = await lookUp(session, assetIds);
  freshness.weigh(seen.size ?? 0);
  const plan = await planPush(session, runId, seen);
  if (plan.undecided.length === 0) return plan;
  const second = await planPush(session, runId, await readDetails(session, plan.undecided));
  return {
    tasks: [...plan.tasks, ...second.tasks],
    outdated: [...plan.outdated, ...second.outdated],
  };
}

/** Merges what a look-up showed, and notes on each row what is about to be sent. */
function planPush(
  session: SyncSession,
  runId: string | null,
  { observations, absent, observedAt }: LookUp,
): Promise<PushPlan> {
  return session.media.call("media_sync_plan_push", {
    p_cloud_name: session.media.cloudName,
    p_worker: session.worker,
    p_observations: observations,
    p_absent: absent,
    p_observed_at: observedAt,
    p_source: session.source,
    p_run_id: runId,
  });
}

async function writeAll(
  session: SyncSession,
  tasks: PlannedTask[],
  freshness: Freshness,
): Promise<PushResult[]> {
  const of = (action: PlannedTask["action"]) => tasks.filter((task) => task.action === action);
  return [
    ...await writeUpdates(session, of("update"), freshness),
    ...await deleteAssets(session, of("delete"), freshness),
    ...await restoreAssets(session, of("restore"), freshness),
  ];
}
