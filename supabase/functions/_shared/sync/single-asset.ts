import { RESOURCE_TYPES, type ResourceType } from "../contract/values.ts";
import type { Observation } from "../cloudinary/observation.ts";
import type { RunSummary } from "../media/types.ts";
import { guardRun } from "./guard-run.ts";
import { finishRun, startRun } from "./run-books.ts";
import type { SyncSession } from "./sync-session.ts";

/** Delivery types in which people keep originals of their own; the others mirror remote sources. */
const DELIVERY_TYPES = ["upload", "private", "authenticated"] as const;

/**
 * Fetches one asset's true state and merges it: everything that is called so, since one public_id may name an image, a
 * video and a raw file.
 *
 * @param name A public_id or an asset_id.
 * @param resourceType Only this resource type.
 * @returns The run, or null when neither side knows such an asset.
 */
export async function syncSingleAsset(
  session: SyncSession,
  name: string,
  resourceType?: ResourceType,
): Promise<RunSummary | null> {
  const { assets } = await session.media.call("media_sync_find_assets", {
    p_cloud_name: session.media.cloudName,
    p_name: name,
  });
  const known = assets
    .filter((row) => resourceType === undefined || row.resource_type === resourceType)
    .map((row) => row.asset_id);
  const observedAt = session.media.clock.now();
  const byIdentity = known.length > 0 || isAssetId(name)
    ? (await session.cloudinary.getAssetsByIds({
      assetIds: known.length > 0 ? known : [name],
    })).data
    : [];
  const found = new Map(byIdentity.map((asset) => [asset.asset_id, asset]));
  if (!known.includes(name)) {
    for (const asset of await findByPublicId(session, name, resourceType)) {
      found.set(asset.asset_id, asset);
    }
  }
  if (found.size === 0 && known.length === 0) return null;

  const { run } = await startRun(session, "single", { single_asset: name });
  const result = await guardRun(session, run.run_id, async () => {
    await session.media.call("media_sync_settle_look_up", {
      p_cloud_name: session.media.cloudName,
      p_asset_ids: [...new Set([...known, ...found.keys()])],
      p_observations: [...found.values()],
      p_observed_at: observedAt,
      p_source: session.source,
      p_run_id: run.run_id,
    });
    return { run: await finishRun(session, run.run_id, "completed") };
  });
  return result.run;
}

/** Cloudinary's asset_id: 32 hexadecimal digits. */
function isAssetId(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}

async function findByPublicId(
  session: SyncSession,
  publicId: string,
  resourceType: ResourceType | undefined,
): Promise<Observation[]> {
  const answers = await Promise.all(
    RESOURCE_TYPES
      .filter((type) => resourceType === undefined || type === resourceType)
      .flatMap((type) =>
        DELIVERY_TYPES.map((delivery) =>
          session.cloudinary.getAsset({
            publicId,
            resourceType: type,
            type: delivery,
          })
        )
      ),
  );
  return answers.flatMap(({ data }) => data === null ? [] : [data]);
}
