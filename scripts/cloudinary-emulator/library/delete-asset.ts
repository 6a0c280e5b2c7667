import type { Asset } from "../store/asset.ts";
import { backedUpVersions } from "../store/deleted-assets.ts";
import type { Row } from "../store/row.ts";
import type { World } from "../world.ts";

/** Deletes an asset. It stays restorable when a backup of it is kept. */
export function deleteAsset(world: World, row: Row): Asset {
  const { asset, sequence } = row;
  backedUpVersions(world, asset);
  world.assets.remove(row);
  world.contents.delete(asset.asset_id);
  world.deleted.set(asset.asset_id, { asset, sequence, deleted_at: world.clock.now() });
  return asset;
}
