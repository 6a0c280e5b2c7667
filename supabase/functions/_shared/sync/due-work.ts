import { CloudinaryError } from "../cloudinary/errors.ts";
import type { ResourceType } from "../contract/values.ts";
import type { DueWork, RunSummary } from "../media/types.ts";
import { tellFacts } from "./facts.ts";
import { folderPull } from "./folder-pull.ts";
import { continuePull, fullPull } from "./full-pull.ts";
import { guardRun, type RunResult } from "./guard-run.ts";
import { incrementalPull } from "./incremental-pull.ts";
import { push } from "./push/push.ts";
import { refresh } from "./refresh.ts";
import { finishRun, startRun } from "./run-books.ts";
import { syncSingleAsset } from "./single-asset.ts";
import type { SyncSession } from "./sync-session.ts";

/** What a call of `sync` is asked for; absent fields mean "what is due". */
export interface SyncRequest {
  force?: boolean;
  full?: boolean;
  /** Assets a page, 1–500. */
  batchSize: number;
  /** A public_id or an asset_id. */
  singleAsset?: string;
  resourceType?: ResourceType;
  /** Only this folder and those below it. */
  folder?: string;
  direction: "both" | "pull" | "push";
  /** run_id of a blocked run whose deletions are allowed, once. */
  allowMassDelete?: string;
  /** Asks at once for everything that listings do not tell. */
  facts?: boolean;
}

/** How a call of `sync` ended. `note` says why a run is not finished. */
export type SyncResult =
  | { status: "runs"; runs: RunSummary[]; note?: string }
  | { status: "not_found"; what: "asset" | "blocked_run" };

/**
 * Does what was asked for, or what is due, as far as the call's time allows. Whatever is left is in the database, and the
 * next call goes on from there.
 *
 * @returns The runs that this call worked on, the most telling one last; none when nothing was due.
 * @throws {CloudinaryError} When Cloudinary failed beyond its retries. Open runs keep their place.
 * @throws {DatabaseError} When the database failed beyond its retries, or refused something. A push that it refuses does
 *   not keep the pull from its work.
 */
export async function doDueWork(session: SyncSession, request: SyncRequest): Promise<SyncResult> {
  if (request.singleAsset !== undefined) {
    const run = await syncSingleAsset(session, request.singleAsset, request.resourceType);
    return run === null ? { status: "not_found", what: "asset" } : { status: "runs", runs: [run] };
  }
  if (request.allowMassDelete !== undefined) {
    return await allowMassDelete(session, request.allowMassDelete, request.batchSize);
  }

  const results: RunResult[] = [];
  let failure: unknown;
  try {
    // People's edits come first: they are few, and somebody is waiting for them.
    if (request.direction !== "pull") results.push(...await servePush(session));
  } catch (error) {
    // Without Cloudinary nothing else can be done; any other trouble of the edits is theirs alone.
    if (error instanceof CloudinaryError) throw error;
    session.log.error("the push failed", { error });
    failure = error;
  }
  if (request.direction !== "push") {
    const due = await askDueWork(session);
    if (due.folder_mode !== null) session.cloudinary.useFolderMode(due.folder_mode);
    session.cloudinary.useSearchRefusals(due.search_refuses);
    if (due.refresh_due) results.push(await serveRefresh(session));
    const pulled = await pull(session, request, due);
    if (pulled !== null) {
      // A listing tells no times of change: what both sides changed has been left to a look-up that does.
      if (due.conflict_policy === "newest") results.push(await serveRefresh(session));
      // It may have brought back an asset whose edits were waiting for it.
      const pushes = request.direction === "both" && failure === undefined;
      if (pushes && !session.deadline.expired()) {
        results.push(...await servePush(session));
      }
      results.push(pulled);
    }
    if (pulled?.run.status !== "running") {
      results.push(...await serveFacts(session, request, due.facts_due));
    }
  }
  if (failure !== undefined) throw failure;
  const note = results.map((result) => result.note).find((text) => text !== undefined);
  return {
    status: "runs",
    runs: results.map((result) => result.run),
    note,
  };
}

/** What is due, after what the platform lacked or a loss has taken is mended: that may make more due. */
async function askDueWork(session: SyncSession): Promise<DueWork> {
  const ask = () => session.media.call("media_sync_due", { p_cloud_name: session.media.cloudName });
  const due = await ask();
  if (!due.repair_due) return due;
  await session.media.call("media_sync_repair", {});
  return await ask();
}

async function pull(
  session: SyncSession,
  request: SyncRequest,
  due: DueWork,
): Promise<RunResult | null> {
  const { batchSize: pageSize, resourceType, force, folder } = request;
  if (folder !== undefined) return await folderPull(session, folder, due.folder_mode === "fixed");
  if (due.open_run !== null) return await continuePull(session, due.open_run, pageSize);
  if (request.full || force || resourceType !== undefined || due.full_due) {
    return await fullPull(session, { pageSize, resourceType, force });
  }
  if (due.incremental_due && due.changed_since !== null) {
    return await incrementalPull(session, due.changed_since);
  }
  return null;
}

/**
 * Asks for what listings do not tell, after everything that somebody waits for.
 *
 * @returns The run, where it was asked for; else nobody's call is about it.
 */
async function serveFacts(
  session: SyncSession,
  request: SyncRequest,
  isDue: boolean,
): Promise<RunResult[]> {
  const { facts: atOnce = false, full, force, resourceType, folder } = request;
  const isOrdinary = !full && !force && resourceType === undefined && folder === undefined;
  if (!atOnce && !(isOrdinary && isDue) || session.deadline.expired()) return [];
  try {
    const result = await tellFacts(session, { atOnce });
    return atOnce && isOrdinary ? [result] : [];
  } catch (error) {
    if (atOnce) throw error;
    // What it did stays done, and the run says why it did not do more.
    session.log.error("facts that listings do not tell could not be asked for", { error });
    return [];
  }
}

/** Pushes what is pending. @returns The run; none when nothing was. */
async function servePush(session: SyncSession): Promise<RunResult[]> {
  let runId: string | undefined;
  try {
    const { run, note } = await push(session, undefined, (begun) => runId = begun);
    return run === null ? [] : [{ run, ...(note === undefined ? {} : { note }) }];
  } catch (error) {
    // What failed before there was a run is told by one all the same.
    const noted = runId ?? (await startRun(session, "push")).run.run_id;
    return [await guardRun(session, noted, () => Promise.reject(error))];
  }
}

/** Drains the refresh queue as a run of its own. */
async function serveRefresh(session: SyncSession): Promise<RunResult> {
  const { run: { run_id } } = await startRun(session, "refresh");
  return await guardRun(session, run_id, async () => {
    const note = await refresh(session, run_id);
    const run = await finishRun(session, run_id, "completed");
    return { run, note };
  });
}

async function allowMassDelete(
  session: SyncSession,
  runId: string,
  pageSize: number,
): Promise<SyncResult> {
  const blocked = await session.media.call("media_sync_allow_mass_delete", {
    p_run_id: runId,
    p_user_id: session.userId,
    p_source: session.source,
  });
  if (blocked === null) return { status: "not_found", what: "blocked_run" };
  // A change of scope is done with the word.
  if (blocked.status !== "running") return { status: "runs", runs: [blocked] };
  const { run, note } = await continuePull(session, blocked, pageSize);
  return { status: "runs", runs: [run], note };
}
