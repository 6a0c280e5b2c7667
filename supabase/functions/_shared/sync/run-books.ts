import type { RunKind } from "../contract/run.ts";
import type { RunSummary, Shard, ShardClaim } from "../media/types.ts";
import { LEASE_SECONDS, type SyncSession } from "./sync-session.ts";

/**
 * Starts a run, or joins the open one of its kind, and takes a shard of it.
 *
 * @param options What was asked for, to be remembered.
 * @param shards What is to be listed.
 * @throws {DatabaseError}
 */
export function startRun(
  session: SyncSession,
  kind: RunKind,
  options: Record<string, unknown> = {},
  shards: Shard[] = [],
): Promise<{ run: RunSummary } & ShardClaim> {
  return session.media.call("media_sync_start_run", {
    p_cloud_name: session.media.cloudName,
    p_kind: kind,
    p_source: session.source,
    p_user_id: session.userId,
    p_worker: session.worker,
    p_lease_seconds: LEASE_SECONDS,
    p_options: options,
    p_shards: shards,
  });
}

/**
 * Leaves a run for now: whoever comes next need not wait for this worker's leases to end.
 *
 * @returns The run as it stands.
 * @throws {DatabaseError}
 */
export function pauseRun(session: SyncSession, runId: string): Promise<RunSummary> {
  return session.media.call("media_sync_pause_run", {
    p_run_id: runId,
    p_worker: session.worker,
    p_traffic: session.meter.take(),
  });
}

/**
 * Ends a run; one with open shards stays `running` when it is said to be completed.
 *
 * @throws {DatabaseError}
 */
export function finishRun(
  session: SyncSession,
  runId: string,
  status: "completed" | "failed",
): Promise<RunSummary> {
  return session.media.call("media_sync_finish_run", {
    p_run_id: runId,
    p_status: status,
    p_traffic: session.meter.take(),
  });
}
