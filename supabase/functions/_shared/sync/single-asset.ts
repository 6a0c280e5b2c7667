import type { Observation } from "../cloudinary/observation.ts";
import type { RunSummary } from "../media/types.ts";
import type { SyncContext } from "./sync-context.ts";

const RESOURCE_TYPES = ["image", "video", "raw"] as const;
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
  context: SyncContext,
  name: string,
  resourceType?: typeof RESOURCE_TYPES[number],
): Promise<RunSummary | null> {
  const known = (await context.media.assets.findAssets(name))
    .filter((row) => resourceType === undefined || row.resource_type === resourceType)
    .map((row) => row.asset_id);
  await context.media.learnTime();
  const observedAt = context.media.clock.now();
  const byIdentity = known.length > 0 || isAssetId(name)
    ? (await context.cloudinary.getAssetsByIds({
      assetIds: known.length > 0 ? known : [name],
    })).data
    : [];
  const found = new Map(byIdentity.map((asset) => [asset.asset_id, asset]));
  if (!known.includes(name)) {
    for (const asset of await findByPublicId(context, name, resourceType)) {
      found.set(asset.asset_id, asset);
    }
  }
  if (found.size === 0 && known.length === 0) return null;

  const run = await context.media.runs.startRun({
    kind: "single",
    source: context.source,
    user_id: context.userId,
    options: { single_asset: name },
    shards: [],
  });
  await context.media.assets.settleLookUp(
    [...new Set([...known, ...found.keys()])],
    [...found.values()],
    observedAt,
    context.source,
    run.run_id,
  );
  await context.media.assets.recordTraffic(run.run_id, context.meter.take());
  return await context.media.runs.finishRun(run.run_id, "completed");
}

/** Cloudinary's asset_id: 32 hexadecimal digits. */
function isAssetId(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}

async function findByPublicId(
  context: SyncContext,
  publicId: string,
  resourceType: typeof RESOURCE_TYPES[number] | undefined,
): Promise<Observation[]> {
  const answers = await Promise.all(
    RESOURCE_TYPES
      .filter((type) => resourceType === undefined || type === resourceType)
      .flatMap((type) =>
        DELIVERY_TYPES.map((delivery) =>
          context.cloudinary.getAsset({
            publicId,
            resourceType: type,
            type: delivery,
          })
        )
      ),
  );
  return answers.flatMap(({ data }) => data === null ? [] : [data]);
}
