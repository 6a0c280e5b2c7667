import {
  admin,
  type Answer,
  assetName,
  causeOf,
  type Exchange,
  type Route,
} from "../http/route.ts";
import { notifyUpload } from "../notifications/events.ts";
import { toSecond } from "../shapes/times.ts";
import { describeUpload } from "../shapes/upload-response.ts";
import type { BackedUpVersion } from "../store/archive.ts";
import type { Asset } from "../store/asset.ts";

const MAXIMUM_IDS = 100;

/** Restoring assets from their backups, and dropping backups. */
export const restoreRoutes: readonly Route[] = [
  admin("POST", "/resources/restore", restoreByAssetIds),
  admin("POST", "/resources/:resource_type/:type/restore", restoreByPublicIds),
  admin("DELETE", "/resources/backup/:asset_id", deleteBackups),
];

/** What is to be restored: how the answer names it, and the asset, alive or deleted. */
interface Wanted {
  readonly name: string;
  readonly asset: Asset | undefined;
}

function restoreByAssetIds(exchange: Exchange): Answer {
  const { behavior, assets, archive, parameters } = exchange;
  const wanted = parameters.ids("asset_ids", MAXIMUM_IDS).map((id): Wanted => {
    const asset = assets.getById(id)?.asset ?? archive.get(id)?.asset;
    const goesByAssetId = behavior.ids_answered_by === "asset_id";
    return { name: goesByAssetId ? id : asset?.public_id ?? id, asset };
  });
  return restore(exchange, wanted);
}

function restoreByPublicIds(exchange: Exchange): Answer {
  const { assets, archive, parameters } = exchange;
  const wanted = parameters.ids("public_ids", MAXIMUM_IDS).map((public_id): Wanted => {
    const name = assetName(exchange, public_id);
    const asset = assets.getByName(name)?.asset ?? archive.findByName(name)?.asset;
    return { name: public_id, asset };
  });
  return restore(exchange, wanted);
}

/** An asset that lives is restored only to a version that the call names. */
function restore(exchange: Exchange, wanted: readonly Wanted[]): Answer {
  const { behavior, assets, caller, parameters } = exchange;
  const versions = parameters.texts("versions");
  const restored = wanted.map(({ name, asset }, index) => {
    const backup = asset && chooseVersion(exchange, asset, versions[index]);
    if (asset === undefined || backup === undefined) return [name, { error: "no_backup" }] as const;
    const holder = assets.getByName(asset)?.asset;
    if (holder !== undefined && holder.asset_id !== asset.asset_id) {
      return [name, { error: "already_exists" }] as const;
    }
    const after = restoreVersion(exchange, asset, backup);
    if (behavior.restore_notifies) notifyUpload(exchange, causeOf(exchange), after);
    return [name, describeUpload(exchange, after, caller.api_key)] as const;
  });
  return { body: Object.fromEntries(restored) };
}

function chooseVersion(
  { assets, archive }: Exchange,
  asset: Asset,
  versionId: string | undefined,
): BackedUpVersion | undefined {
  const versions = archive.backups(asset.asset_id);
  if (versionId !== undefined) {
    return versions.find((version) => version.asset.version_id === versionId);
  }
  return assets.getById(asset.asset_id) === undefined ? versions.at(-1) : undefined;
}

/** The asset comes back under its asset_id and its last name, as a new version of the content that is restored. */
function restoreVersion(
  { clock, random, assets, contents, archive, folders }: Exchange,
  last: Asset,
  backup: BackedUpVersion,
): Asset {
  const now = toSecond(clock.now());
  const { bytes, format, width, height, duration, pages, etag } = backup.asset;
  const restored: Asset = {
    ...last,
    ...{ bytes, format, width, height, duration, pages, etag },
    version: Math.max(now / 1000, last.version + 1),
    version_id: random.hexadecimal(32),
    uploaded_at: now,
    last_updated: { ...last.last_updated, updated_at: now },
  };
  const row = assets.getById(last.asset_id);
  archive.revive(last.asset_id);
  folders.ensure(restored.asset_folder);
  if (row === undefined) assets.insert(restored);
  else assets.replace(row, restored);
  if (backup.content !== undefined) contents.set(last.asset_id, backup.content);
  return restored;
}

function deleteBackups({ archive, path, parameters }: Exchange): Answer {
  const ids = parameters.ids("version_ids", Infinity);
  const removed = archive.dropBackups(path.asset_id!, ids);
  const outcomes = ids.map((id) => [id, removed.includes(id) ? "deleted" : "not_found"]);
  return { body: { deleted: Object.fromEntries(outcomes) } };
}
