import type { CallBudget, RunKind, RunSummary, Shard } from "../media/types.ts";
import type { SyncSession } from "./sync-session.ts";

/**
 * Starts a run, or joins the open one of its kind.
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
): Promise<RunSummary> {
  return session.media.call("media_sync_start_run", {
    p_request: {
      kind,
      cloud_name: session.media.cloudName,
      source: session.source,
      user_id: session.userId,
      options,
      shards,
    },
  });
}

/**
 * Ends a run; one with open shards stays `running` when it is said to be completed.
 *
 * @throws {DatabaseError}
 */
export async function finishRun(
  session: SyncSession,
  runId: string,
  status: "completed" | "failed" | "blocked",
): Promise<RunSummary> {
  await recordTraffic(session, runId);
  return await session.media.call("media_sync_finish_run", { p_run_id: runId, p_status: status });
}

/**
 * Remembers calls and quota that no page carries.
 *
 * @param runId The run that made the calls, if one did.
 * @returns What may be called now.
 * @throws {DatabaseError}
 */
export async function recordTraffic(
  session: SyncSession,
  runId: string | null,
): Promise<CallBudget> {
  const { budget } = await session.media.call("media_sync_record_traffic", {
    p_cloud_name: session.media.cloudName,
    p_traffic: session.meter.take(),
    p_run_id: runId,
  });
  return budget;
}
