import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { PushClaim, PushFailure, PushTask, RunSummary } from "../../media/types.ts";
import { finishRun } from "../run-books.ts";
import { LEASE_SECONDS, type SyncSession } from "../sync-session.ts";
import { pushSlice } from "./push-slice.ts";
import { drain } from "./drain.ts";
import { createTurns } from "./turns.ts";
import { slicesOf } from "./slices.ts";

/** Rows a claim: what one grouped call can serve. */
const CLAIM_SIZE = 1_000;
/** Slices at the same time: while others wait for Cloudinary, one is settled. */
const PARALLEL_SLICES = 3;
/** How many of them call Cloudinary at the same time. */
const CALLING_SLICES = 2;
/** Claims of certain rows that somebody waits for: more only follow edits made meanwhile, or a slow machine. */
const MOST_ROUNDS = 5;

/** How far a push got. */
export interface PushProgress {
  /** The run; null where certain rows were asked for, or none waited. */
  run: RunSummary | null;
  /** Why edits still wait. */
  note?: string;
  /** Why rows could not be pushed, by id. */
  failures: Map<string, PushFailure>;
}

/** Told of the run as soon as there is one, so that its books can be kept should the push fail. */
export type OnRun = (runId: string) => void;

/**
 * Pushes pending rows: claims them, reads them fresh, merges, notes what is about to be sent, writes only what still
 * differs, and settles each row by what Cloudinary answered. Dying anywhere is harmless: the row knows what may be on its
 * way, and the next look-up shows what has arrived.
 *
 * @param ids Only these rows, due or not.
 * @throws {CloudinaryError} When a look-up failed beyond its retries; the rows are given back.
 */
export async function push(
  session: SyncSession,
  ids?: string[],
  onRun: OnRun = () => {},
): Promise<PushProgress> {
  const progress: PushProgress = { run: null, failures: new Map() };
  let runId: string | null = null;
  let more = true;
  let rounds = 0;
  while (more && !session.deadline.expired()) {
    const claim: PushClaim = await session.media.call("media_sync_begin_push", {
      p_cloud_name: session.media.cloudName,
      p_worker: session.worker,
      p_limit: CLAIM_SIZE,
      p_lease_seconds: LEASE_SECONDS,
      p_source: session.source,
      p_user_id: session.userId,
      p_run_id: runId,
      p_ids: ids,
    });
    if (claim.folder_mode !== null) session.cloudinary.useFolderMode(claim.folder_mode);
    if (claim.tasks.length === 0) break;
    if (claim.run_id !== null && claim.run_id !== runId) onRun(runId = claim.run_id);
    more = await pushClaim(session, claim, progress) && progress.note === undefined;
    // Certain rows are tried until they were sent in time; what failed has its pause.
    if (ids !== undefined && (!more || ++rounds === MOST_ROUNDS)) return progress;
    if (progress.run !== null) runId = null;
  }
  if (runId !== null && progress.run?.run_id !== runId) {
    progress.run = await finishRun(session, runId, "completed");
  }
  return progress;
}

/** @returns true when another claim may find rows. */
async function pushClaim(
  session: SyncSession,
  claim: PushClaim,
  progress: PushProgress,
): Promise<boolean> {
  const left = new Set(claim.tasks.map((task) => task.id));
  let { more } = claim;
  try {
    // People's edits may use the reserve of the quota, but nothing is called before a reset that Cloudinary named.
    if (claim.budget.blocked_until) {
      progress.note =
        `Cloudinary's rate limit is used up; edits wait until ${claim.budget.blocked_until}.`;
      return false;
    }
    const turns = { planning: createTurns(), calling: createTurns(CALLING_SLICES) };
    await drain(slicesOf(claim.tasks), PARALLEL_SLICES, session.deadline, async (slice, rest) => {
      const outcome = await pushSlice(session, claim, slice, rest.isLast() && !more, turns);
      for (const task of slice) left.delete(task.id);
      for (const [id, failure] of outcome.failures) progress.failures.set(id, failure);
      progress.run = outcome.run ?? progress.run;
      // Looking so many up took longer than what they show may be built upon.
      if (outcome.tooSlow && slice.length > 1) rest.add(quarters(slice));
      else more ||= outcome.more;
    });
    return more;
  } catch (error) {
    if (error instanceof CloudinaryError && error.code === "rate_limited") more = false;
    throw error;
  } finally {
    if (left.size > 0) {
      await session.media.call("media_sync_release_pending", {
        p_worker: session.worker,
        p_ids: [...left],
      });
    }
  }
}

function quarters(slice: PushTask[]): PushTask[][] {
  const size = Math.ceil(slice.length / 4);
  return [0, 1, 2, 3].map((part) => slice.slice(part * size, (part + 1) * size))
    .filter((part) => part.length > 0);
}
