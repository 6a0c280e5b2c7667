import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { PushResult, PushTask } from "../../media/types.ts";
import type { SyncSession } from "../sync-session.ts";
import { failureOf } from "./push-book.ts";

/**
 * Asks Cloudinary's backup for deleted assets. What it gives back is live again; what it does not hold stays deleted,
 * and the log says so.
 *
 * @returns Results of the rows whose restore must be tried again.
 */
export async function restoreAssets(
  session: SyncSession,
  tasks: PushTask[],
  runId: string | null,
): Promise<PushResult[]> {
  if (tasks.length === 0) return [];
  const assetIds = tasks.map((task) => task.asset_id);
  try {
    // Some came back by themselves, or by an attempt whose answer was lost: restoring them again makes a second version.
    const gone = await mergeAlive(session, assetIds, runId);
    if (gone.length > 0) {
      await session.cloudinary.restoreAssets({ assetIds: gone });
      const lost = new Set(await mergeAlive(session, gone, runId));
      const ids = tasks.filter((task) => lost.has(task.asset_id)).map((task) => task.id);
      if (ids.length > 0) {
        await session.media.pushes.failRestore(session.worker, ids, session.source, runId);
      }
    }
    return [];
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    return tasks.map(({ id }) => ({ id, error: failureOf(error) }));
  }
}

/** Merges those that Cloudinary shows. @returns The others. */
async function mergeAlive(
  session: SyncSession,
  assetIds: string[],
  runId: string | null,
): Promise<string[]> {
  const observedAt = session.media.clock.now();
  const { data } = await session.cloudinary.getAssetsByIds({ assetIds });
  await session.media.assets.applyObservations(data, observedAt, session.source, runId);
  const alive = new Set(data.map((asset) => asset.asset_id));
  return assetIds.filter((assetId) => !alive.has(assetId));
}
