import { CloudinaryError } from "../cloudinary/errors.ts";
import type { RunSummary } from "../media/types.ts";
import { failureReason } from "./failure-reason.ts";
import { pauseRun } from "./run-books.ts";
import type { SyncSession } from "./sync-session.ts";

/** A run after this call's share of it, and why it is not finished. */
export interface RunResult {
  run: RunSummary;
  note?: string;
}

/**
 * Does a part of a run and keeps the run's books whatever happens: a used-up quota leaves the run open until the reset; a
 * passing failure is noted, and the next call goes on from the checkpoint; anything else ends the run as failed, with its
 * reason. A run that erred is never counted as complete.
 *
 * @throws What happened, unless it was the quota.
 */
export async function guardRun(
  session: SyncSession,
  runId: string,
  work: () => Promise<RunResult>,
): Promise<RunResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CloudinaryError && error.code === "rate_limited") {
      return { run: await pauseRun(session, runId), note: error.message };
    }
    await noteFailure(session, runId, error);
    throw error;
  }
}

/** Notes on a run why it ended or pauses. */
async function noteFailure(session: SyncSession, runId: string, cause: unknown): Promise<void> {
  const { error, isFinal } = failureReason(cause);
  try {
    await session.media.call("media_sync_report_error", {
      p_run_id: runId,
      p_worker: session.worker,
      p_error: error,
      p_is_final: isFinal,
      p_traffic: session.meter.take(),
    });
  } catch (failure) {
    // What led here is told to the caller; a run that says nothing more is found by the database itself.
    session.log.error("a run's failure could not be noted", { run_id: runId, error: failure });
  }
}
