import { CloudinaryError } from "../cloudinary/errors.ts";
import type { Observation } from "../cloudinary/observation.ts";
import type { FunctionResult } from "../media/function-types.ts";
import type { CallBudget } from "../media/types.ts";
import { guardRun, type RunResult } from "./guard-run.ts";
import { readDetails } from "./look-up.ts";
import { finishRun, pauseRun, startRun } from "./run-books.ts";
import { SEARCH_SHARD } from "./search-pull.ts";
import { LEASE_SECONDS, quotaPause, type SyncSession } from "./sync-session.ts";

/** Pages of the search index, and details, that one call asks for at most: a tick has others to serve. */
const MOST_PAGES = 10;
const MOST_DETAILS = 100;
/** Details between two reports to the database: so many are asked again at most if the worker dies. */
const BATCH = 50;
/** Refused cursors in one call after which Cloudinary is to blame. */
const MOST_RESTARTS = 3;

/** What is to be asked next; not stored: somebody else has the run by now. */
type Next = FunctionResult<"media_sync_continue_facts">;

/** What an answer told, as the database takes it. */
interface Told {
  p_asked: "search" | "detail";
  p_observations: Observation[];
  p_asset_ids?: string[];
  p_next_cursor?: string | null;
  p_refused?: string[];
}

/**
 * Asks for the facts that listings do not tell: the search index for pages of neighbours, then the details of single assets
 * for what the index does not tell. Only facts of the version that a row has are taken from them. What is still to be asked
 * stands on the rows, so that any call goes on where another stopped.
 *
 * @param options `atOnce`: all that is untold, as far as time and quota allow; else a few pages and details of what is due.
 * @returns The run, `running` while something is left to ask.
 * @throws {CloudinaryError} When Cloudinary failed beyond its retries; what was told stays told.
 */
export async function tellFacts(
  session: SyncSession,
  { atOnce }: { atOnce: boolean },
): Promise<RunResult> {
  const { run, shard } = await startRun(session, "facts", {}, [SEARCH_SHARD]);
  return await guardRun(session, run.run_id, async () => {
    const walk = shard === null ? { isDone: true } : await askAll(session, run.run_id, atOnce);
    return walk.isDone
      // A worker that holds its shard keeps it running.
      ? { run: await finishRun(session, run.run_id, "completed") }
      : { run: await pauseRun(session, run.run_id), note: walk.note };
  });
}

async function askAll(
  session: SyncSession,
  runId: string,
  atOnce: boolean,
): Promise<{ isDone: boolean; note?: string }> {
  let pages = atOnce ? Infinity : MOST_PAGES;
  let details = atOnce ? Infinity : MOST_DETAILS;
  let restarts = 0;
  let next = await takeFacts(session, runId, atOnce);
  while (next.stored && (next.search !== null || next.details.length > 0)) {
    const note = quotaPause(next.budget) ?? sparePause(next.budget);
    if (note !== null) return { isDone: false, note };
    if (session.deadline.expired()) return { isDone: false };
    if (next.search !== null && pages > 0) {
      pages--;
      const told = await search(session, next.search);
      if (told === null && ++restarts > MOST_RESTARTS) return { isDone: false };
      if (told === null) await forgetCursor(session, runId);
      next = await takeFacts(session, runId, atOnce, told ?? undefined);
    } else if (next.details.length > 0 && details > 0) {
      const most = Math.min(BATCH, details, next.budget.spare_calls ?? BATCH);
      const assetIds = next.details.slice(0, most);
      details -= assetIds.length;
      const { observations } = await readDetails(session, assetIds);
      next = await takeFacts(session, runId, atOnce, {
        p_asked: "detail",
        p_observations: observations,
        p_asset_ids: assetIds,
      });
    } else return { isDone: false };
  }
  return { isDone: next.stored };
}

/** Hands an answer over. @returns What is to be asked next. */
function takeFacts(
  session: SyncSession,
  runId: string,
  atOnce: boolean,
  told?: Told,
): Promise<Next> {
  return session.media.call("media_sync_continue_facts", {
    p_run_id: runId,
    p_worker: session.worker,
    p_lease_seconds: LEASE_SECONDS,
    p_traffic: session.meter.take(),
    p_limit: BATCH,
    p_at_once: atOnce,
    ...told,
  });
}

/** A page of what was created from some time on. @returns null when Cloudinary refuses its own cursor. */
async function search(
  session: SyncSession,
  { created_from, cursor }: { created_from: string; cursor: string | null },
): Promise<Told | null> {
  const from = new Date(created_from).toISOString().replace(".000Z", "Z");
  try {
    const { data } = await session.cloudinary.search({
      expression: `created_at>="${from}"`,
      sortBy: [{ created_at: "asc" }],
      cursor,
    });
    return {
      p_asked: "search",
      p_observations: data.resources,
      p_next_cursor: data.nextCursor,
      p_refused: session.cloudinary.searchRefusals(),
    };
  } catch (error) {
    if (error instanceof CloudinaryError && error.code === "invalid_cursor") return null;
    throw error;
  }
}

async function forgetCursor(session: SyncSession, runId: string): Promise<void> {
  session.log.warn("Cloudinary refused a cursor; the search starts again");
  await session.media.call("media_sync_restart_shard", {
    p_run_id: runId,
    p_shard: SEARCH_SHARD.shard,
    p_worker: session.worker,
  });
}

/** @returns Why facts must wait, by the shared quota: pulls come first. */
function sparePause({ spare_calls, reset_at }: CallBudget): string | null {
  return typeof spare_calls === "number" && spare_calls <= 0
    ? `The rest of Cloudinary's hourly quota is kept for edits and pulls; facts are asked for after ${reset_at}.`
    : null;
}
