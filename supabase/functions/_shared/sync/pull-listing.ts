import { CloudinaryError } from "../cloudinary/errors.ts";
import type { Observation } from "../cloudinary/observation.ts";
import type { CallBudget, ClaimedShard, RunSummary, ShardClaim } from "../media/types.ts";
import type { FunctionResult } from "../media/function-types.ts";
import { MOST_A_CALL, partsBySize } from "./parts-by-size.ts";
import { PLAN_SHARD, planShards } from "./plan-shards.ts";
import { LEASE_SECONDS, quotaPause, type SyncSession } from "./sync-session.ts";

/** How far a call got with a listing. `note` says why it paused. */
export interface PullProgress {
  state: "listed" | "yielded" | "paused";
  note?: string;
}

/** How a shard ended: what to go on with, unless it did not. */
type ShardProgress = PullProgress | ShardClaim & { state: "done" };

interface ListedPage {
  resources: Observation[];
  nextCursor: string | null;
  observedAt: string;
  /** Characters of JSON. */
  size: number;
}

/** A cursor that Cloudinary refuses sends its shard back to the start; that often, then the run fails. */
const MAX_RESTARTS = 5;

/**
 * Lists the library shard by shard and stores page by page, until all shards are listed, the deadline has come or the
 * quota wants a rest. Another worker may do the same at the same time: each shard belongs to one of them.
 *
 * @param run The run whose shards are to be listed.
 * @param claim The shard to begin with.
 * @param pageSize Assets a page, 1–500 (Cloudinary's cap).
 * @returns `listed` only when no shard is left for this worker to take; others may still hold some. Else the worker may
 *   hold one: the caller pauses the run.
 * @throws {CloudinaryError} When Cloudinary failed beyond its retries; the shard keeps its place.
 * @throws {DatabaseError} When the database failed beyond its retries.
 */
export async function pullListing(
  session: SyncSession,
  run: RunSummary,
  claim: ShardClaim,
  pageSize: number,
): Promise<PullProgress> {
  let { shard, budget } = claim;
  while (shard !== null) {
    if (session.deadline.expired()) return { state: "yielded" };
    const note = quotaPause(budget);
    if (note !== null) return { state: "paused", note };
    const progress: ShardProgress = shard.shard === PLAN_SHARD.shard
      ? {
        state: "done",
        ...await planShards(session, run) ?? await claimShard(session, run.run_id),
      }
      : await walkShard(session, run.run_id, shard, pageSize, budget);
    if (progress.state !== "done") return progress;
    ({ shard, budget } = progress);
  }
  return { state: "listed" };
}

/** Takes a free shard; its own again, should the answer that told of it have been lost. */
export function claimShard(session: SyncSession, runId: string): Promise<ShardClaim> {
  return session.media.call("media_sync_claim_shard", {
    p_run_id: runId,
    p_worker: session.worker,
    p_lease_seconds: LEASE_SECONDS,
  });
}

async function walkShard(
  session: SyncSession,
  runId: string,
  shard: ClaimedShard,
  pageSize: number,
  knownBudget: CallBudget,
): Promise<ShardProgress> {
  let budget = knownBudget;
  let cursor = shard.cursor;
  let restarts = shard.restarts;
  let request = requestPage(session, shard, cursor, pageSize);
  for (;;) {
    let page: ListedPage;
    try {
      page = await request;
    } catch (error) {
      const expired = error instanceof CloudinaryError &&
        error.code === "invalid_cursor";
      if (!expired || ++restarts > MAX_RESTARTS) throw error;
      session.log.warn("Cloudinary refused a cursor; the shard starts again", {
        shard: shard.shard,
      });
      const restarted = await session.media.call("media_sync_restart_shard", {
        p_run_id: runId,
        p_shard: shard.shard,
        p_worker: session.worker,
      });
      if (!restarted) return { state: "done", ...await claimShard(session, runId) };
      cursor = null;
      request = requestPage(session, shard, null, pageSize);
      continue;
    }

    // The next page is on its way while this one is written, unless that call might be one too many.
    // Two large ones at once might be more than a worker's memory holds.
    const goesOn = page.nextCursor !== null && !session.deadline.expired() &&
      page.size <= MOST_A_CALL &&
      (typeof budget.background_calls !== "number" || budget.background_calls > 1);
    const next = goesOn ? requestPage(session, shard, page.nextCursor, pageSize) : null;
    // Awaited in the next round; until then a failure must not count as unhandled.
    next?.catch(() => {});

    const answer = await storePage(session, runId, shard, cursor, page);
    // Somebody else has the shard now, or had it and finished it; or the answer that it was stored was lost.
    if (!answer.stored) return { state: "done", ...await claimShard(session, runId) };
    if (page.nextCursor === null) return { state: "done", ...answer };

    budget = answer.budget;
    const note = quotaPause(budget);
    if (note !== null) return { state: "paused", note };
    if (next === null && session.deadline.expired()) return { state: "yielded" };
    cursor = page.nextCursor;
    request = next ?? requestPage(session, shard, cursor, pageSize);
  }
}

/** Stores a page, a large one in parts; the cursor moves with the last. */
async function storePage(
  session: SyncSession,
  runId: string,
  shard: ClaimedShard,
  cursor: string | null,
  page: ListedPage,
): Promise<FunctionResult<"media_sync_store_page">> {
  const parts = partsBySize(page.resources, page.size);
  const last = parts.pop()!;
  const store = (part: Observation[], isLast: boolean) =>
    session.media.call("media_sync_store_page", {
      p_run_id: runId,
      p_shard: shard.shard,
      p_worker: session.worker,
      p_cursor: cursor,
      p_next_cursor: page.nextCursor,
      p_observed_at: page.observedAt,
      p_observations: part,
      p_traffic: session.meter.take(),
      p_lease_seconds: LEASE_SECONDS,
      p_goes_on: !isLast,
    });
  for (const part of parts) {
    const answer = await store(part, false);
    if (!answer.stored) return answer;
  }
  return await store(last, true);
}

async function requestPage(
  session: SyncSession,
  shard: ClaimedShard,
  cursor: string | null,
  pageSize: number,
): Promise<ListedPage> {
  const observedAt = session.media.clock.now();
  const { data, size = 0 } = await session.cloudinary.listAssets({
    resourceType: shard.resource_type!,
    type: shard.type ?? undefined,
    cursor: cursor ?? undefined,
    maxResults: pageSize,
    // start_at counts from there in listing order, hence ascending. Whether it includes its own second is not told.
    ...(shard.created_from === null
      ? {}
      : { startAt: new Date(Date.parse(shard.created_from) - 1_000), direction: "asc" as const }),
  });
  return { ...withinWindow(data, shard), observedAt, size };
}

/** A shard with a window keeps to it, although the listing begins before it and goes on after it. */
function withinWindow(
  data: { resources: Observation[]; nextCursor: string | null },
  shard: ClaimedShard,
): { resources: Observation[]; nextCursor: string | null } {
  if (shard.created_from === null) return data;
  const from = Date.parse(shard.created_from);
  const until = shard.created_until === null ? Infinity : Date.parse(shard.created_until);
  const created = (resource: Observation) => Date.parse(resource.created_at ?? "");
  const beyond = data.resources.some((resource) => created(resource) >= until);
  return {
    resources: data.resources.filter((resource) =>
      created(resource) >= from && created(resource) < until
    ),
    nextCursor: beyond ? null : data.nextCursor,
  };
}
