import { badRequest } from "../http/failure.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";
import { causeOf } from "../notifications/cause.ts";
import { notifyUpload } from "../notifications/events.ts";
import { toSecond } from "../shapes/times.ts";
import { describeUpload } from "../shapes/upload-response.ts";
import type { Asset, ResourceType } from "../store/asset.ts";
import type { BackedUpVersion } from "../store/backups.ts";
import { findDeletedByName } from "../store/deleted-assets.ts";
import type { World } from "../world.ts";

const MAXIMUM_IDS = 100;

/** Restoring assets from their backups, and dropping backups. */
export const restoreRoutes: readonly Route[] = [
  { method: "POST", pattern: "/resources/restore", api: "admin", handle: restoreByAssetIds },
  {
    method: "POST",
    pattern: "/resources/:resource_type/:type/restore",
    api: "admin",
    handle: restoreByPublicIds,
  },
  {
    method: "DELETE",
    pattern: "/resources/backup/:asset_id",
    api: "admin",
    handle: deleteBackups,
  },
];

/** What is to be restored: how the answer names it, and the asset, alive or deleted. */
interface Wanted {
  readonly name: string;
  readonly asset: Asset | undefined;
}

function restoreByAssetIds(exchange: Exchange): Answer {
  const { world } = exchange;
  const wanted = readIds(exchange, "asset_ids").map((id): Wanted => {
    const asset = world.assets.getById(id)?.asset ?? world.deleted.get(id)?.asset;
    const goesByAssetId = world.behavior.ids_answered_by === "asset_id";
    return { name: goesByAssetId ? id : asset?.public_id ?? id, asset };
  });
  return restore(exchange, wanted);
}

function restoreByPublicIds(exchange: Exchange): Answer {
  const { world, path } = exchange;
  const wanted = readIds(exchange, "public_ids").map((public_id): Wanted => {
    const name = {
      public_id,
      type: path.type!,
      resource_type: path.resource_type as ResourceType,
    };
    const asset = world.assets.getByName(name)?.asset ?? findDeletedByName(world, name)?.asset;
    return { name: public_id, asset };
  });
  return restore(exchange, wanted);
}

/** An asset that lives is restored only to a version that the call names. */
function restore(exchange: Exchange, wanted: readonly Wanted[]): Answer {
  const { world, caller, parameters } = exchange;
  const versions = parameters.texts("versions");
  const restored = wanted.map(({ name, asset }, index) => {
    const backup = asset && chooseVersion(world, asset, versions[index]);
    if (asset === undefined || backup === undefined) return [name, { error: "no_backup" }] as const;
    const holder = world.assets.getByName(asset)?.asset;
    if (holder !== undefined && holder.asset_id !== asset.asset_id) {
      return [name, { error: "already_exists" }] as const;
    }
    const after = restoreVersion(world, asset, backup);
    if (world.behavior.restore_notifies) notifyUpload(world, causeOf(exchange), after);
    return [name, describeUpload(world, after, caller.api_key)] as const;
  });
  return { body: Object.fromEntries(restored) };
}

function chooseVersion(
  world: World,
  asset: Asset,
  versionId: string | undefined,
): BackedUpVersion | undefined {
  const versions = world.backups.list(asset.asset_id);
  if (versionId !== undefined) {
    return versions.find((version) => version.asset.version_id === versionId);
  }
  return world.assets.getById(asset.asset_id) === undefined ? versions.at(-1) : undefined;
}

/** The asset comes back under its asset_id and its last name, as a new version of the content that is restored. */
function restoreVersion(world: World, last: Asset, backup: BackedUpVersion): Asset {
  const now = toSecond(world.clock.now());
  const { bytes, format, width, height, duration, pages, etag } = backup.asset;
  const restored: Asset = {
    ...last,
    ...{ bytes, format, width, height, duration, pages, etag },
    version: Math.max(now / 1000, last.version + 1),
    version_id: world.random.hexadecimal(32),
    uploaded_at: now,
    last_updated: { ...last.last_updated, updated_at: now },
  };
  const row = world.assets.getById(last.asset_id);
  world.deleted.delete(last.asset_id);
  world.folders.ensure(restored.asset_folder);
  if (row === undefined) world.assets.insert(restored);
  else world.assets.replace(row, restored);
  if (backup.content !== undefined) world.contents.set(last.asset_id, backup.content);
  return restored;
}

function deleteBackups({ world, path, parameters }: Exchange): Answer {
  const ids = parameters.texts("version_ids");
  if (ids.length === 0) throw badRequest("Missing required parameter - version_ids");
  const removed = world.backups.remove(path.asset_id!, ids);
  const outcomes = ids.map((id) => [id, removed.includes(id) ? "deleted" : "not_found"]);
  return { body: { deleted: Object.fromEntries(outcomes) } };
}

function readIds({ parameters }: Exchange, name: string): string[] {
  const ids = parameters.texts(name);
  if (ids.length === 0) throw badRequest(`Missing required parameter - ${name}`);
  if (ids.length > MAXIMUM_IDS) throw badRequest(`Too many ${name}: at most ${MAXIMUM_IDS}`);
  return ids;
}
