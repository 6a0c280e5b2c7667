import { type LookUp, lookUp, readDetails } from "./look-up.ts";
import { partsBySize } from "./parts-by-size.ts";
import { LEASE_SECONDS, quotaPause, type SyncSession } from "./sync-session.ts";

/** Look-ups a claim: ten batches of what Cloudinary takes at once. */
const CLAIM_SIZE = 1_000;

/** What leaves a look-up on the queue: the row reflects something later, or needs more than the answer told. */
const UNSETTLED: ReadonlySet<string> = new Set(["stale", "undecided"]);

/**
 * Drains the refresh queue: fetches the true state of the queued assets in batched look-ups and merges it.
 *
 * @param runId The run that the log rows name.
 * @returns Why it paused; undefined when the queue is drained or the time is up.
 * @throws {CloudinaryError} When a look-up failed beyond its retries; the rest is given back to the queue.
 */
export async function refresh(
  session: SyncSession,
  runId: string | null,
): Promise<string | undefined> {
  const held = new Set<string>();
  try {
    let more = true;
    while (more && !session.deadline.expired()) {
      const { asset_ids, detailed, budget, more: left } = await session.media.call(
        "media_sync_claim_refresh",
        {
          p_cloud_name: session.media.cloudName,
          p_worker: session.worker,
          p_limit: CLAIM_SIZE,
          p_lease_seconds: LEASE_SECONDS,
        },
      );
      for (const assetId of [...asset_ids, ...detailed]) held.add(assetId);
      const note = held.size > 0 ? quotaPause(budget) : null;
      if (note !== null) return note;
      // What both sides changed waits for the times that only a detail tells.
      if (detailed.length > 0) {
        await settle(session, runId, detailed, await readDetails(session, detailed), held);
      }
      for (let start = 0; start < asset_ids.length && !session.deadline.expired(); start += 100) {
        const batch = asset_ids.slice(start, start + 100);
        await settle(session, runId, batch, await lookUp(session, batch), held);
      }
      more = left;
    }
    return undefined;
  } finally {
    if (held.size > 0) {
      await session.media.call("media_sync_release_refresh", {
        p_cloud_name: session.media.cloudName,
        p_worker: session.worker,
      });
    }
  }
}

/** Merges what a look-up showed, in parts where it is much. @param held What is still leased. */
async function settle(
  session: SyncSession,
  runId: string | null,
  wanted: string[],
  { observations, observedAt, size = 0 }: LookUp,
  held: Set<string>,
): Promise<void> {
  const open = new Set(wanted);
  const parts = partsBySize(observations, size);
  for (const [index, part] of parts.entries()) {
    for (const { asset_id } of part) open.delete(asset_id);
    const isLast = index === parts.length - 1;
    const settled = [...part.map(({ asset_id }) => asset_id), ...(isLast ? open : [])];
    const { outcomes } = await session.media.call("media_sync_settle_look_up", {
      p_cloud_name: session.media.cloudName,
      p_asset_ids: settled,
      p_observations: part,
      p_observed_at: observedAt,
      p_source: session.source,
      p_run_id: runId,
    });
    for (const assetId of settled) held.delete(assetId);
    for (const { asset_id, outcome } of outcomes) if (UNSETTLED.has(outcome)) held.add(asset_id);
  }
}
