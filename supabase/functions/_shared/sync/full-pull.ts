import type { RunSummary } from "../media/types.ts";
import { guardRun, type RunResult, unfinished } from "./guard-run.ts";
import { PLAN_SHARD } from "./plan-shards.ts";
import { pullListing } from "./pull-listing.ts";
import { sweep } from "./sweep.ts";
import type { SyncContext } from "./sync-context.ts";

/** What a full pull is asked for. */
export interface FullPullRequest {
  /** Assets a page, 1–500. */
  pageSize: number;
  /** Only this resource type. */
  resourceType?: "image" | "video" | "raw";
  /** Merge again what looks unchanged. */
  force?: boolean;
}

/**
 * Starts a full reconcile, or goes on with the open one: lists every resource type in every delivery type, then sweeps.
 *
 * @throws {CloudinaryError} When Cloudinary failed beyond its retries; the run stays open and keeps its place.
 */
export async function fullPull(
  context: SyncContext,
  request: FullPullRequest,
): Promise<RunResult> {
  const partial = request.resourceType !== undefined;
  const run = await context.media.runs.startRun({
    kind: partial ? "partial" : "full",
    source: context.source,
    user_id: context.userId,
    options: {
      batch_size: request.pageSize,
      ...(partial ? { resource_type: request.resourceType } : {}),
      ...(request.force ? { force: true } : {}),
    },
    shards: [PLAN_SHARD],
  });
  return await continuePull(context, run, request.pageSize);
}

/**
 * Goes on with a run from its checkpoint, as far as this call's time allows.
 *
 * @throws {CloudinaryError} As {@link fullPull}.
 */
export function continuePull(
  context: SyncContext,
  run: RunSummary,
  pageSize: number,
): Promise<RunResult> {
  return guardRun(context, run.run_id, () => walk(context, run, pageSize));
}

async function walk(
  context: SyncContext,
  run: RunSummary,
  pageSize: number,
): Promise<RunResult> {
  const listing = await pullListing(context, run.run_id, pageSize);
  if (listing.state !== "listed") {
    return await unfinished(context, run.run_id, listing.note);
  }

  const swept = await sweep(context, run.run_id);
  if (swept.state === "blocked") {
    return {
      run: await context.media.runs.finishRun(run.run_id, "blocked"),
      note: swept.note,
    };
  }
  if (swept.state !== "swept") {
    return await unfinished(context, run.run_id, swept.note);
  }
  await context.media.assets.recordTraffic(run.run_id, context.meter.take());
  return { run: await context.media.runs.finishRun(run.run_id, "completed") };
}
