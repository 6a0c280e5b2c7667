import { decodeCursor, encodeCursor, queryMark } from "../http/cursor.ts";
import {
  admin,
  type Answer,
  assetName,
  causeOf,
  type Exchange,
  type Route,
} from "../http/route.ts";
import { changeAsset } from "../library/change-asset.ts";
import { deleteAsset } from "../library/delete-asset.ts";
import { notifyDelete } from "../notifications/events.ts";
import { badRequest } from "../shapes/failure.ts";
import { tagKey } from "../store/asset-store.ts";
import type { Asset, ResourceType } from "../store/asset.ts";
import type { Row } from "../store/row.ts";

/** Ids that one call takes, and assets that one call deletes. */
const MAXIMUM_IDS = 100;
const MAXIMUM_DELETED = 1000;

/** Deleting through the Admin API: by ids, asset ids, prefix, tag, or everything of a type. */
export const deleteRoutes: readonly Route[] = [
  admin("DELETE", "/resources", deleteByAssetIds),
  admin("DELETE", "/resources/:resource_type/tags/*tag", deleteByTag),
  admin("DELETE", "/resources/:resource_type/:type", deleteByType),
  admin("DELETE", "/derived_resources", deleteDerived),
];

/** What was asked for: the name under which the answer tells it, and the asset if it exists. */
interface Target {
  readonly name: string;
  readonly row: Row | undefined;
}

function deleteByAssetIds(exchange: Exchange): Answer {
  const { behavior, assets, parameters } = exchange;
  const ids = parameters.ids("asset_ids", MAXIMUM_IDS);
  const targets = ids.map((id) => {
    const row = assets.getById(id);
    const goesByAssetId = behavior.ids_answered_by === "asset_id";
    return { name: goesByAssetId ? id : row?.asset.public_id ?? id, row };
  });
  return { body: { ...deleteTargets(exchange, targets), partial: false } };
}

function deleteByType(exchange: Exchange): Answer {
  const { assets, path, parameters } = exchange;
  const resource_type = path.resource_type as ResourceType;
  const type = path.type!;
  if (parameters.has("public_ids")) {
    const ids = parameters.ids("public_ids", MAXIMUM_IDS);
    const targets = ids.map((public_id) => ({
      name: public_id,
      row: assets.getByName(assetName(exchange, public_id)),
    }));
    return { body: { ...deleteTargets(exchange, targets), partial: false } };
  }
  const prefix = parameters.text("prefix");
  if (prefix === undefined && !parameters.flag("all")) {
    throw badRequest("Missing required parameter - public_ids, prefix or all");
  }
  const ordered = assets.listByPublicId(resource_type, type);
  const wanted = prefix ?? "";
  const rows = function* () {
    for (const [publicId, row] of ordered?.entries(wanted) ?? []) {
      if (!publicId.startsWith(wanted)) return;
      yield row;
    }
  };
  return deleteMany(exchange, rows(), ["delete", resource_type, type, wanted]);
}

function deleteByTag(exchange: Exchange): Answer {
  const { resource_type, tag } = exchange.path;
  const list = exchange.assets.byTag.list(tagKey(resource_type!, tag!));
  const rows = function* () {
    for (const [, row] of list?.entries() ?? []) yield row;
  };
  return deleteMany(exchange, rows(), ["delete tag", resource_type, tag]);
}

/** Deletes up to 1,000 assets; `partial` and `next_cursor` tell that there are more. */
function deleteMany(exchange: Exchange, rows: Iterable<Row>, scope: readonly unknown[]): Answer {
  const mark = queryMark(...scope);
  // What is left is found again by the same query: the cursor only has to belong to it.
  decodeCursor(exchange, mark);
  const targets: Target[] = [];
  let partial = false;
  for (const row of rows) {
    if (targets.length === MAXIMUM_DELETED) {
      partial = true;
      break;
    }
    targets.push({ name: row.asset.public_id, row });
  }
  const body: Record<string, unknown> = { ...deleteTargets(exchange, targets), partial };
  if (partial) {
    body.next_cursor = encodeCursor(exchange, mark, { place: null, told: targets.length });
  }
  return { body };
}

function deleteTargets(exchange: Exchange, targets: readonly Target[]): Record<string, unknown> {
  const { parameters } = exchange;
  const keepOriginal = parameters.flag("keep_original");
  const deletedAssets: Asset[] = [];
  const deleted = new Map<string, string>();
  const counts = new Map<string, { original: number; derived: number }>();
  const done = new Set<Row>();
  for (const { name, row } of targets) {
    // Assets of other types may share the name under which they are answered; an id may be given twice.
    if (row === undefined || done.has(row)) {
      if (!deleted.has(name)) deleted.set(name, "not_found");
      if (!counts.has(name)) counts.set(name, { original: 0, derived: 0 });
      continue;
    }
    done.add(row);
    deleted.set(name, "deleted");
    const { original, derived } = counts.get(name) ?? { original: 0, derived: 0 };
    counts.set(name, {
      original: original + (keepOriginal ? 0 : 1),
      derived: derived + row.asset.derived.length,
    });
    if (keepOriginal) changeAsset(exchange, row, { derived: [] });
    else deletedAssets.push(deleteAsset(exchange, row));
  }
  notifyDelete(exchange, causeOf(exchange), deletedAssets);
  return {
    deleted: Object.fromEntries(deleted),
    deleted_counts: Object.fromEntries(counts),
  };
}

function deleteDerived(exchange: Exchange): Answer {
  const { assets, parameters } = exchange;
  const ids = parameters.ids("derived_resource_ids", MAXIMUM_IDS);
  const wanted = new Set(ids);
  const found = new Set<string>();
  for (const [, row] of assets.all.entries()) {
    const { derived } = row.asset;
    if (!derived.some(({ id }) => wanted.has(id))) continue;
    for (const { id } of derived) if (wanted.has(id)) found.add(id);
    changeAsset(exchange, row, { derived: derived.filter(({ id }) => !wanted.has(id)) });
  }
  const deleted = ids.map((id) => [id, found.has(id) ? "deleted" : "not_found"]);
  return { body: { deleted: Object.fromEntries(deleted) } };
}
