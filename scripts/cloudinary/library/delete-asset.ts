import type { Asset } from "../store/asset.ts";
import type { Row } from "../store/row.ts";
import type { World } from "../world.ts";

/** Deletes an asset. It stays restorable when the account keeps backups. */
export function deleteAsset(world: World, row: Row): Asset {
  const { asset } = row;
  world.assets.remove(row);
  const restorable = world.behavior.backup;
  world.deleted.set(asset.asset_id, { asset, deleted_at: world.clock.now(), restorable });
  if (!restorable) world.contents.delete(asset.asset_id);
  return asset;
}
