import type { Json } from "../shapes/resource.ts";
import type { Asset } from "../store/asset.ts";
import type { World } from "../world.ts";

/** The members that say which asset an event is about. */
export function identity(asset: Asset): Json {
  return { asset_id: asset.asset_id, resource_type: asset.resource_type, type: asset.type };
}

/** Where the asset stands: folder and display name, or the folder alone in fixed mode. */
export function folderMembers(world: World, asset: Asset): Json {
  return world.behavior.folder_mode === "dynamic"
    ? { asset_folder: asset.asset_folder, display_name: asset.display_name }
    : { folder: asset.asset_folder };
}
