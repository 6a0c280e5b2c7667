import { badRequest } from "../http/failure.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";
import { causeOf } from "../notifications/cause.ts";
import { notifyUpload } from "../notifications/events.ts";
import { toSecond } from "../shapes/times.ts";
import { describeUpload } from "../shapes/upload-response.ts";
import type { Asset } from "../store/asset.ts";
import type { DeletedAsset, World } from "../world.ts";

const MAXIMUM_IDS = 100;

/** Restoring deleted assets from their backups. */
export const restoreRoutes: readonly Route[] = [
  { method: "POST", pattern: "/resources/restore", api: "admin", handle: restoreByAssetIds },
  {
    method: "POST",
    pattern: "/resources/:resource_type/:type/restore",
    api: "admin",
    handle: restoreByPublicIds,
  },
];

function restoreByAssetIds(exchange: Exchange): Answer {
  const ids = readIds(exchange, "asset_ids");
  return restore(exchange, ids, (id) => exchange.world.deleted.get(id));
}

function restoreByPublicIds(exchange: Exchange): Answer {
  const { world, path } = exchange;
  const ids = readIds(exchange, "public_ids");
  return restore(exchange, ids, (publicId) => {
    let latest: DeletedAsset | undefined;
    for (const entry of world.deleted.values()) {
      const { asset } = entry;
      const fits = asset.public_id === publicId && asset.type === path.type &&
        asset.resource_type === path.resource_type;
      if (fits && entry.deleted_at >= (latest?.deleted_at ?? 0)) latest = entry;
    }
    return latest;
  });
}

function restore(
  exchange: Exchange,
  ids: readonly string[],
  find: (id: string) => DeletedAsset | undefined,
): Answer {
  const { world, caller } = exchange;
  const restored = ids.map((id) => {
    const entry = find(id);
    if (entry === undefined || !entry.restorable || world.assets.getByName(entry.asset)) {
      return [id, { error: "no_backup" }] as const;
    }
    const asset = restoreAsset(world, entry);
    if (world.behavior.restore_notifies) notifyUpload(world, causeOf(exchange), asset);
    return [id, describeUpload(world, asset, caller.api_key)] as const;
  });
  return { body: Object.fromEntries(restored) };
}

/** The asset comes back under its asset_id, as a new version of the same content. */
function restoreAsset(world: World, { asset }: DeletedAsset): Asset {
  const now = toSecond(world.clock.now());
  const restored: Asset = {
    ...asset,
    version: Math.max(now / 1000, asset.version + 1),
    version_id: world.random.hexadecimal(32),
    uploaded_at: now,
    last_updated: { ...asset.last_updated, updated_at: now },
  };
  world.deleted.delete(asset.asset_id);
  world.folders.ensure(restored.asset_folder);
  world.assets.insert(restored);
  return restored;
}

function readIds({ parameters }: Exchange, name: string): string[] {
  const ids = parameters.texts(name);
  if (ids.length === 0) throw badRequest(`Missing required parameter - ${name}`);
  if (ids.length > MAXIMUM_IDS) throw badRequest(`Too many ${name}: at most ${MAXIMUM_IDS}`);
  return ids;
}
