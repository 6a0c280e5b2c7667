import { decodeCursor, encodeCursor, queryMark } from "../http/cursor.ts";
import { admin, type Answer, assetName, type Exchange, type Route } from "../http/route.ts";
import { badRequest } from "../shapes/failure.ts";
import { readDescriber } from "../shapes/listed-fields.ts";
import type { Json } from "../shapes/resource.ts";
import { type DeletedAsset, placeholderOf } from "../store/archive.ts";
import { tagKey } from "../store/asset-store.ts";
import { type Asset, RESOURCE_TYPES } from "../store/asset.ts";
import { normalizeFolder } from "../store/folder-store.ts";
import { compareText, type Row } from "../store/row.ts";
import { finishPage, listPage } from "./listing-page.ts";

/** Ids that one look-up by public_id takes. */
const MAXIMUM_PUBLIC_IDS = 100;

/** The listing routes of the Admin API. */
export const listingRoutes: readonly Route[] = [
  admin("GET", "/resources", () => ({ body: { resource_types: RESOURCE_TYPES } })),
  admin("GET", "/resources/by_asset_ids", listByAssetIds),
  admin("GET", "/resources/by_asset_folder", listByAssetFolder),
  admin("GET", "/resources/:resource_type", listByResourceType),
  admin("GET", "/resources/:resource_type/tags/*tag", listByTag),
  admin("GET", "/resources/:resource_type/context", listByContext),
  admin("GET", "/resources/:resource_type/moderations/:kind/:status", listByModeration),
  admin("GET", "/resources/:resource_type/:type", listByType),
];

function listByResourceType(exchange: Exchange): Answer {
  const { assets, path, parameters } = exchange;
  if (parameters.has("prefix")) throw badRequest("Must supply type when using prefix");
  if (parameters.has("public_ids")) throw badRequest("Must supply type when using public_ids");
  const { resource_type } = path;
  const rows = assets.byType.list(resource_type!);
  const fits = (asset: Asset) => asset.resource_type === resource_type;
  return { body: listPage(exchange, { rows, scope: [resource_type], fits }) };
}

function listByType(exchange: Exchange): Answer {
  const { assets, path, parameters } = exchange;
  const { resource_type, type } = path;
  const exclusive = ["prefix", "public_ids", "start_at"].filter((name) => parameters.has(name));
  if (exclusive.length > 1) {
    throw badRequest(`Parameters ${exclusive.join(" and ")} cannot be used together`);
  }
  if (parameters.has("public_ids")) return lookUpPublicIds(exchange);
  if (parameters.has("prefix")) return listByPrefix(exchange);
  const rows = assets.byType.list(`${resource_type}/${type}`);
  const fits = (asset: Asset) => asset.resource_type === resource_type && asset.type === type;
  return { body: listPage(exchange, { rows, scope: [resource_type, type], fits }) };
}

function lookUpPublicIds(exchange: Exchange): Answer {
  const { assets, archive, parameters } = exchange;
  const publicIds = parameters.texts("public_ids");
  if (publicIds.length > MAXIMUM_PUBLIC_IDS) {
    throw badRequest(`Too many public_ids: ${publicIds.length}, at most ${MAXIMUM_PUBLIC_IDS}`);
  }
  const describe = readDescriber(exchange, parameters);
  const found = new Map<string, Asset>();
  for (const public_id of publicIds) {
    const name = assetName(exchange, public_id);
    const asset = assets.getByName(name)?.asset ??
      shownPlaceholder(exchange, archive.findByName(name));
    // Cloudinary cannot look up ids with a plus sign: they are simply not found.
    if (asset !== undefined && !public_id.includes("+")) found.set(asset.asset_id, asset);
  }
  return { body: { resources: [...found.values()].map(describe) } };
}

function listByPrefix(exchange: Exchange): Answer {
  const { assets, archive, path, parameters } = exchange;
  const { resource_type, type } = path;
  const prefix = parameters.text("prefix") ?? "";
  const size = parameters.count("max_results", 10, 500);
  const describe = readDescriber(exchange, parameters);
  const mark = queryMark("prefix", resource_type, type, prefix);
  const cursor = decodeCursor<string>(exchange, mark);
  const after = cursor?.place;
  if (after !== undefined && typeof after !== "string") throw badRequest("Invalid next_cursor");
  const found: Row[] = [];
  const ordered = assets.listByPublicId(resource_type!, type!);
  for (const [publicId, row] of ordered?.entries(after ?? prefix) ?? []) {
    if (!publicId.startsWith(prefix)) break;
    if (publicId === after) continue;
    found.push(row);
    if (found.length > size) break;
  }
  const placeholders = archive.listPlaceholders((asset) =>
    asset.resource_type === resource_type && asset.type === type &&
    asset.public_id.startsWith(prefix) && (after === undefined || asset.public_id > after)
  );
  found.push(...placeholders);
  found.sort((left, right) => compareText(left.asset.public_id, right.asset.public_id));
  const place = ({ asset }: Row) => asset.public_id;
  return { body: finishPage(exchange, found, { size, describe, mark, place, cursor }) };
}

function listByAssetIds(exchange: Exchange): Answer {
  const { behavior, assets, archive, parameters } = exchange;
  const { look_up_cap: cap, look_up_cap_silent: isSilent, look_up_pages: hasPages } = behavior;
  const assetIds = parameters.ids("asset_ids", isSilent ? Infinity : cap);
  const describe = readDescriber(exchange, parameters);
  const found = [...new Set(assetIds.slice(0, cap))]
    .map((assetId) =>
      assets.getById(assetId)?.asset ??
        shownPlaceholder(exchange, archive.findById(assetId))
    )
    .filter((asset) => asset !== undefined);
  if (!hasPages) return { body: { resources: found.map(describe) } };
  const mark = queryMark("asset_ids", assetIds);
  const cursor = decodeCursor<number>(exchange, mark);
  const start = cursor?.place ?? 0;
  if (typeof start !== "number") throw badRequest("Invalid next_cursor");
  const end = start + parameters.count("max_results", 10, 500);
  const body: Json = { resources: found.slice(start, end).map(describe) };
  if (end < found.length) {
    body.next_cursor = encodeCursor(exchange, mark, { place: end, told: end });
  }
  return { body };
}

/** A deleted asset as look-ups show it, if they do. */
function shownPlaceholder(
  { behavior }: Exchange,
  entry: DeletedAsset | undefined,
): Asset | undefined {
  return entry === undefined || !behavior.placeholders ? undefined : placeholderOf(entry);
}

function listByAssetFolder(exchange: Exchange): Answer {
  const { behavior, assets, archive, parameters } = exchange;
  if (behavior.folder_mode !== "dynamic") {
    throw badRequest("by_asset_folder is only available in dynamic folder mode");
  }
  const folder = parameters.text("asset_folder");
  if (folder === undefined) throw badRequest("Missing required parameter - asset_folder");
  const key = normalizeFolder(folder).toLowerCase();
  const rows = assets.byFolder.list(key);
  const fits = (asset: Asset) => asset.asset_folder.toLowerCase() === key;
  const page = listPage(exchange, {
    rows,
    scope: ["folder", key],
    defaultResults: 50,
    fits,
  });
  const total_count = (rows?.size ?? 0) + archive.listPlaceholders(fits).length;
  return { body: { total_count, ...page } };
}

function listByTag(exchange: Exchange): Answer {
  const { assets, path } = exchange;
  const { resource_type, tag } = path;
  return {
    body: listPage(exchange, {
      rows: assets.byTag.list(tagKey(resource_type!, tag!)),
      scope: ["tag", resource_type, tag],
      fits: (asset) => asset.resource_type === resource_type && asset.tags.includes(tag!),
    }),
  };
}

function listByContext(exchange: Exchange): Answer {
  const { assets, path, parameters } = exchange;
  const { resource_type } = path;
  const key = parameters.requiredText("key");
  const value = parameters.text("value");
  const hasContext = (asset: Asset) => {
    const held = Object.hasOwn(asset.context, key) ? asset.context[key] : undefined;
    return held !== undefined && (value === undefined || held === value);
  };
  return {
    body: listPage(exchange, {
      rows: assets.byType.list(resource_type!),
      scope: ["context", resource_type, key, value],
      fits: (asset) => asset.resource_type === resource_type && hasContext(asset),
    }),
  };
}

function listByModeration(exchange: Exchange): Answer {
  const { assets, path } = exchange;
  const { resource_type, kind, status } = path;
  const isModerated = (asset: Asset) =>
    asset.moderation.some((entry) => entry.kind === kind && entry.status === status);
  return {
    body: listPage(exchange, {
      rows: assets.byType.list(resource_type!),
      scope: ["moderation", resource_type, kind, status],
      fits: (asset) => asset.resource_type === resource_type && isModerated(asset),
    }),
  };
}
