import type { ResourceType } from "../contract/values.ts";
import type { RunSummary, ShardClaim } from "../media/types.ts";
import { guardRun, type RunResult } from "./guard-run.ts";
import { PLAN_SHARD } from "./plan-shards.ts";
import { claimShard, pullListing } from "./pull-listing.ts";
import { pauseRun, startRun } from "./run-books.ts";
import { sweep } from "./sweep.ts";
import type { SyncSession } from "./sync-session.ts";

/** What a full pull is asked for. */
export interface FullPullRequest {
  /** Assets a page, 1–500. */
  pageSize: number;
  /** Only this resource type. */
  resourceType?: ResourceType;
  /** Merge again what looks unchanged. */
  force?: boolean;
}

/**
 * Starts a full reconcile, or goes on with the open one: lists every resource type in every delivery type, then sweeps.
 *
 * @throws {CloudinaryError} When Cloudinary failed beyond its retries; the run stays open and keeps its place.
 */
export async function fullPull(
  session: SyncSession,
  request: FullPullRequest,
): Promise<RunResult> {
  const partial = request.resourceType !== undefined;
  const { run, ...claim } = await startRun(session, partial ? "partial" : "full", {
    batch_size: request.pageSize,
    ...(partial ? { resource_type: request.resourceType } : {}),
    ...(request.force ? { force: true } : {}),
  }, [PLAN_SHARD]);
  return await guardRun(session, run.run_id, () => walk(session, run, claim, request.pageSize));
}

/**
 * Goes on with a run from its checkpoint, as far as this call's time allows.
 *
 * @throws {CloudinaryError} As {@link fullPull}.
 */
export function continuePull(
  session: SyncSession,
  run: RunSummary,
  pageSize: number,
): Promise<RunResult> {
  return guardRun(
    session,
    run.run_id,
    async () => await walk(session, run, await claimShard(session, run.run_id), pageSize),
  );
}

async function walk(
  session: SyncSession,
  run: RunSummary,
  claim: ShardClaim,
  pageSize: number,
): Promise<RunResult> {
  const listing = await pullListing(session, run, claim, pageSize);
  if (listing.state === "listed") return await sweep(session, run.run_id);
  return { run: await pauseRun(session, run.run_id), note: listing.note };
}
