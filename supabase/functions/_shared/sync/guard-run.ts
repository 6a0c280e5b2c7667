import { CloudinaryError } from "../cloudinary/errors.ts";
import type { RunSummary } from "../media/types.ts";
import { pauseRun } from "./run-books.ts";
import type { SyncSession } from "./sync-session.ts";

/** A run after this call's share of it, and why it is not finished. */
export interface RunResult {
  run: RunSummary;
  note?: string;
}

/** What no later attempt can change: somebody must mend the configuration or the code. */
const HOPELESS: ReadonlySet<string> = new Set([
  "unauthorized",
  "forbidden",
  "bad_request",
]);

/**
 * Does a part of a run and keeps the run's books when Cloudinary fails: a used-up quota leaves the run open until the
 * reset; a passing failure is noted, and the next call goes on from the checkpoint; a hopeless one ends the run as
 * failed. A run that erred is never counted as complete.
 *
 * @throws {CloudinaryError} What happened, unless it was the quota.
 */
export async function guardRun(
  session: SyncSession,
  runId: string,
  work: () => Promise<RunResult>,
): Promise<RunResult> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CloudinaryError)) {
      await pauseRun(session, runId);
      throw error;
    }
    if (error.code === "rate_limited") {
      return { run: await pauseRun(session, runId), note: error.message };
    }
    await session.media.call("media_sync_report_error", {
      p_run_id: runId,
      p_worker: session.worker,
      p_error: { code: `cloudinary_${error.code}`, message: error.message },
      p_is_final: HOPELESS.has(error.code),
      p_traffic: session.meter.take(),
    });
    throw error;
  }
}
