import { inBatches } from "../http/in-batches.ts";
import type { Observation } from "../cloudinary/observation.ts";
import type { SyncSession } from "./sync-session.ts";
import { inParallel } from "./in-parallel.ts";

/** Assets a look-up. */
const BATCH = 100;
/** Look-ups at the same time. */
const PARALLEL = 5;

/** What Cloudinary showed of the assets that were asked for, and which it denied. */
export interface LookUp {
  observations: Observation[];
  absent: string[];
  /** The database's time at which the first request began. */
  observedAt: string;
  /** About how many characters of JSON the observations are, where that is known. */
  size?: number;
}

/**
 * Looks assets up by asset_id, 100 a call.
 *
 * @throws {CloudinaryError} When a call failed beyond its retries.
 */
export async function lookUp(session: SyncSession, assetIds: string[]): Promise<LookUp> {
  const observedAt = session.media.clock.now();
  const observations: Observation[] = [];
  let total = 0;
  const read = async (batch: string[]) => {
    const { data, size = 0 } = await session.cloudinary.getAssetsByIds({ assetIds: batch });
    observations.push(...data);
    total += size;
  };
  const batches = inBatches(assetIds, BATCH);
  // The first finds out how many ids Cloudinary takes; then the others need not.
  for (const first of batches.splice(0, 1)) await read(first);
  await inParallel(batches, PARALLEL, read);
  const seen = new Set(observations.map((asset) => asset.asset_id));
  return { observations, absent: assetIds.filter((id) => !seen.has(id)), observedAt, size: total };
}

/** Details of assets, which alone tell when they were last changed. A call each. */
export async function readDetails(session: SyncSession, assetIds: string[]): Promise<LookUp> {
  const observedAt = session.media.clock.now();
  const observations: Observation[] = [];
  const absent: string[] = [];
  let total = 0;
  await inParallel(assetIds, PARALLEL, async (assetId) => {
    const { data, size = 0 } = await session.cloudinary.getAsset({ assetId });
    total += size;
    if (data === null) absent.push(assetId);
    // A detail without times has none: the policy must do without.
    else observations.push({ ...data, last_updated: data.last_updated ?? {} });
  });
  return { observations, absent, observedAt, size: total };
}
