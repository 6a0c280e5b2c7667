import type { DeletedAsset, World } from "../world.ts";
import type { Asset, AssetName } from "./asset.ts";
import type { BackedUpVersion } from "./backups.ts";
import { comparePositions, type Row } from "./row.ts";

/**
 * The versions of an asset that can be restored, oldest first. Where the account keeps backups its present version is one,
 * however it came into the library.
 */
export function backedUpVersions(world: World, asset: Asset): readonly BackedUpVersion[] {
  if (world.behavior.backup && world.assets.getById(asset.asset_id) !== undefined) {
    world.backups.add(asset, world.contents.get(asset.asset_id));
  }
  return world.backups.list(asset.asset_id);
}

/** The bytes that an asset's backups take. */
export function backedUpBytes(world: World, asset: Asset): number {
  const versions = world.backups.list(asset.asset_id);
  const isListed = versions.some((version) => version.asset.version_id === asset.version_id);
  const present = world.behavior.backup && !isListed && !asset.placeholder ? asset.bytes : 0;
  return versions.reduce((sum, version) => sum + version.asset.bytes, present);
}

/** A deleted asset with a backup as answers show it: its name without its content. */
export function placeholderOf({ asset }: DeletedAsset): Asset {
  return { ...asset, bytes: 0, derived: [], placeholder: true };
}

/** The deleted asset of that asset_id, if a backup of it is kept. */
export function findDeletedById(world: World, assetId: string): DeletedAsset | undefined {
  const entry = world.deleted.get(assetId);
  return entry !== undefined && world.backups.list(assetId).length > 0 ? entry : undefined;
}

/** The asset deleted last under that name of which a backup is kept. */
export function findDeletedByName(world: World, name: AssetName): DeletedAsset | undefined {
  let latest: DeletedAsset | undefined;
  for (const entry of world.deleted.values()) {
    const { asset } = entry;
    const fits = asset.public_id === name.public_id && asset.type === name.type &&
      asset.resource_type === name.resource_type;
    const isLater = latest === undefined || entry.deleted_at >= latest.deleted_at;
    if (fits && isLater && findDeletedById(world, asset.asset_id) !== undefined) latest = entry;
  }
  return latest;
}

/**
 * The placeholders that listings show among their assets, in creation order: none, unless the account behaves so. One
 * whose name another asset has by now is not shown.
 */
export function listPlaceholders(world: World, fits: (asset: Asset) => boolean): Row[] {
  if (!world.behavior.placeholders) return [];
  return [...world.deleted.values()]
    .filter(({ asset }) =>
      fits(asset) && findDeletedById(world, asset.asset_id) !== undefined &&
      world.assets.getByName(asset) === undefined
    )
    .map((entry): Row => ({
      created_at: entry.asset.created_at,
      sequence: entry.sequence,
      asset: placeholderOf(entry),
    }))
    .sort(comparePositions);
}
