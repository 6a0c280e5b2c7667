import { inBatches } from "../../http/in-batches.ts";
import type { Observation } from "../../cloudinary/observation.ts";
import type { PlannedTask } from "../../media/types.ts";
import { inParallel } from "../in-parallel.ts";
import { type LookUp, lookUp } from "../look-up.ts";
import type { SyncSession } from "../sync-session.ts";

/** Names a look-up. */
const BATCH = 100;
/** Look-ups at the same time. */
const PARALLEL = 5;

/**
 * Grouped writes go by public_id and tell no state: where no echo will, a look-up shows whether they arrived.
 *
 * @param assetIds The assets that wait for it.
 * @param tasks What was written, with the names that it was written to.
 */
export async function settleOpen(
  session: SyncSession,
  assetIds: string[],
  tasks: PlannedTask[],
  runId: string | null,
): Promise<void> {
  try {
    // Where a look-up by asset_id answers fewer, names cost fewer calls.
    const isCapped = session.cloudinary.lookUpCap() < Math.min(BATCH, assetIds.length);
    const named = isCapped ? tasks.filter(({ asset_id }) => assetIds.includes(asset_id)) : [];
    const { observations, absent, observedAt } = await lookUpWritten(session, assetIds, named);
    await session.media.call("media_sync_settle_look_up", {
      p_cloud_name: session.media.cloudName,
      p_asset_ids: [...observations.map((asset) => asset.asset_id), ...absent],
      p_observations: observations,
      p_observed_at: observedAt,
      p_source: session.source,
      p_run_id: runId,
    });
  } catch (error) {
    // They wait on the refresh queue as well.
    session.log.warn("writes wait to be confirmed", { error });
  }
}

/** Looks assets up by the names that were written to; those that are not found under them, by asset_id. */
async function lookUpWritten(
  session: SyncSession,
  assetIds: string[],
  named: PlannedTask[],
): Promise<LookUp> {
  const observedAt = session.media.clock.now();
  const found = new Map<string, Observation>();
  await inParallel(batchesOf(named), PARALLEL, async (batch) => {
    const { resource_type, type } = batch[0]!;
    const { data } = await session.cloudinary.getAssetsByName({
      resourceType: resource_type,
      type,
      publicIds: batch.map(({ public_id }) => public_id),
    });
    const written = new Set(batch.map(({ asset_id }) => asset_id));
    // Another asset may have the name by now.
    for (const asset of data) if (written.has(asset.asset_id)) found.set(asset.asset_id, asset);
  });
  const others = await lookUp(session, assetIds.filter((id) => !found.has(id)));
  return {
    observations: [...found.values(), ...others.observations],
    absent: others.absent,
    observedAt: found.size > 0 ? observedAt : others.observedAt,
  };
}

/** Tasks of one resource type and delivery type each. */
function batchesOf(tasks: PlannedTask[]): PlannedTask[][] {
  const groups = new Map<string, PlannedTask[]>();
  for (const task of tasks) {
    const key = `${task.resource_type}/${task.type}`;
    const group = groups.get(key);
    if (group) group.push(task);
    else groups.set(key, [task]);
  }
  return [...groups.values()].flatMap((group) => inBatches(group, BATCH));
}
