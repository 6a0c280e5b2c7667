import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { PushResult, PushTask } from "../../media/types.ts";
import type { SyncSession } from "../sync-session.ts";
import { failureOf } from "./push-book.ts";

/**
 * Destroys assets in Cloudinary and settles their rows once Cloudinary confirms it; `not_found` confirms as well.
 *
 * By asset_id, never by name: a name may belong to another asset by now.
 *
 * @returns Results of the rows that could not be deleted; the others are settled.
 */
export async function deleteAssets(
  session: SyncSession,
  tasks: PushTask[],
  runId: string | null,
): Promise<PushResult[]> {
  const results: PushResult[] = [];
  for (let start = 0; start < tasks.length; start += 100) {
    const batch = tasks.slice(start, start + 100);
    try {
      results.push(...await deleteBatch(session, batch, runId));
    } catch (error) {
      if (!(error instanceof CloudinaryError)) throw error;
      results.push(...batch.map(({ id }) => ({ id, error: failureOf(error) })));
    }
  }
  return results;
}

async function deleteBatch(
  session: SyncSession,
  batch: PushTask[],
  runId: string | null,
): Promise<PushResult[]> {
  const begun = session.media.clock.now();
  const assetIds = batch.map((task) => task.asset_id);
  const { data } = await session.cloudinary.deleteAssets({ assetIds });

  // Sources do not agree by which id the answer names the assets; what it leaves open is looked up.
  const names = batch.map((task) => task.public_id);
  const confirmed = batch.filter((task) =>
    data.has(task.asset_id) ||
    (data.has(task.public_id) &&
      names.indexOf(task.public_id) === names.lastIndexOf(task.public_id))
  ).map((task) => task.asset_id);
  const open = assetIds.filter((assetId) => !confirmed.includes(assetId));
  await session.media.assets.settleLookUp(confirmed, [], begun, session.source, runId);
  if (open.length === 0) return [];

  const observedAt = session.media.clock.now();
  const { data: alive } = await session.cloudinary.getAssetsByIds({ assetIds: open });
  await session.media.assets.settleLookUp(open, alive, observedAt, session.source, runId);
  const aliveIds = new Set(alive.map((asset) => asset.asset_id));
  return batch.filter((task) => aliveIds.has(task.asset_id)).map(({ id }) => ({
    id,
    error: {
      code: "not_deleted",
      message: "Cloudinary still shows the asset after deleting it; the deletion is tried again.",
    },
  }));
}
