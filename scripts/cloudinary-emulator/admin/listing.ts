import { badRequest } from "../http/failure.ts";
import { decodeCursor, encodeCursor, queryMark } from "../http/cursor.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";
import { readDescriber } from "../shapes/listed-fields.ts";
import type { Json } from "../shapes/resource.ts";
import type { Asset, ResourceType } from "../store/asset.ts";
import { tagKey } from "../store/asset-store.ts";
import {
  findDeletedById,
  findDeletedByName,
  listPlaceholders,
  placeholderOf,
} from "../store/deleted-assets.ts";
import { normalizeFolder } from "../store/folder-store.ts";
import { compareText, type Row } from "../store/row.ts";
import type { DeletedAsset, World } from "../world.ts";
import { finishPage, listPage } from "./listing-page.ts";

/** Ids that one look-up by public_id takes. */
const MAXIMUM_PUBLIC_IDS = 100;

/** The listing routes of the Admin API. */
export const listingRoutes: readonly Route[] = [
  get("/resources", () => ({ body: { resource_types: ["image", "video", "raw"] } })),
  get("/resources/by_asset_ids", listByAssetIds),
  get("/resources/by_asset_folder", listByAssetFolder),
  get("/resources/:resource_type", listByResourceType),
  get("/resources/:resource_type/tags/*tag", listByTag),
  get("/resources/:resource_type/context", listByContext),
  get("/resources/:resource_type/moderations/:kind/:status", listByModeration),
  get("/resources/:resource_type/:type", listByType),
];

function get(pattern: string, handle: Route["handle"]): Route {
  return { method: "GET", pattern, api: "admin", handle };
}

function listByResourceType({ world, path, parameters }: Exchange): Answer {
  if (parameters.has("prefix")) throw badRequest("Must supply type when using prefix");
  if (parameters.has("public_ids")) throw badRequest("Must supply type when using public_ids");
  const { resource_type } = path;
  const rows = world.assets.byType.list(resource_type!);
  const fits = (asset: Asset) => asset.resource_type === resource_type;
  return { body: listPage(world, parameters, { rows, scope: [resource_type], fits }) };
}

function listByType(exchange: Exchange): Answer {
  const { world, path, parameters } = exchange;
  const { resource_type, type } = path;
  const exclusive = ["prefix", "public_ids", "start_at"].filter((name) => parameters.has(name));
  if (exclusive.length > 1) {
    throw badRequest(`Parameters ${exclusive.join(" and ")} cannot be used together`);
  }
  if (parameters.has("public_ids")) return lookUpPublicIds(exchange);
  if (parameters.has("prefix")) return listByPrefix(exchange);
  const rows = world.assets.byType.list(`${resource_type}/${type}`);
  const fits = (asset: Asset) => asset.resource_type === resource_type && asset.type === type;
  return { body: listPage(world, parameters, { rows, scope: [resource_type, type], fits }) };
}

function lookUpPublicIds({ world, path, parameters }: Exchange): Answer {
  const publicIds = parameters.texts("public_ids");
  if (publicIds.length > MAXIMUM_PUBLIC_IDS) {
    throw badRequest(`Too many public_ids: ${publicIds.length}, at most ${MAXIMUM_PUBLIC_IDS}`);
  }
  const describe = readDescriber(world, parameters);
  const assets = new Map<string, Asset>();
  for (const public_id of publicIds) {
    const name = {
      resource_type: path.resource_type as ResourceType,
      type: path.type!,
      public_id,
    };
    const asset = world.assets.getByName(name)?.asset ??
      shownPlaceholder(world, findDeletedByName(world, name));
    // Cloudinary cannot look up ids with a plus sign: they are simply not found.
    if (asset !== undefined && !public_id.includes("+")) assets.set(asset.asset_id, asset);
  }
  return { body: { resources: [...assets.values()].map(describe) } };
}

function listByPrefix({ world, path, parameters }: Exchange): Answer {
  const { resource_type, type } = path;
  const prefix = parameters.text("prefix") ?? "";
  const size = parameters.count("max_results", 10, 500);
  const describe = readDescriber(world, parameters);
  const mark = queryMark("prefix", resource_type, type, prefix);
  const cursor = decodeCursor<string>(world, mark, parameters.text("next_cursor"));
  const after = cursor?.place;
  if (after !== undefined && typeof after !== "string") throw badRequest("Invalid next_cursor");
  const found: Row[] = [];
  const ordered = world.assets.listByPublicId(resource_type!, type!);
  for (const [publicId, row] of ordered?.entries(after ?? prefix) ?? []) {
    if (!publicId.startsWith(prefix)) break;
    if (publicId === after) continue;
    found.push(row);
    if (found.length > size) break;
  }
  const placeholders = listPlaceholders(
    world,
    (asset) =>
      asset.resource_type === resource_type && asset.type === type &&
      asset.public_id.startsWith(prefix) && (after === undefined || asset.public_id > after),
  );
  found.push(...placeholders);
  found.sort((left, right) => compareText(left.asset.public_id, right.asset.public_id));
  const page = found.slice(0, size);
  const last = page.at(-1);
  const next = found.length > size && last !== undefined
    ? { place: last.asset.public_id, told: (cursor?.told ?? 0) + page.length, mark }
    : undefined;
  return { body: finishPage(world, page, describe, next) };
}

function listByAssetIds({ world, parameters }: Exchange): Answer {
  const assetIds = parameters.texts("asset_ids");
  if (assetIds.length === 0) throw badRequest("Missing required parameter - asset_ids");
  const { look_up_cap: cap, look_up_cap_silent: isSilent, look_up_pages: hasPages } =
    world.behavior;
  if (assetIds.length > cap && !isSilent) {
    throw badRequest(`Too many asset_ids: ${assetIds.length}, at most ${cap}`);
  }
  const describe = readDescriber(world, parameters);
  const assets = [...new Set(assetIds.slice(0, cap))]
    .map((assetId) =>
      world.assets.getById(assetId)?.asset ??
        shownPlaceholder(world, findDeletedById(world, assetId))
    )
    .filter((asset) => asset !== undefined);
  if (!hasPages) return { body: { resources: assets.map(describe) } };
  const mark = queryMark("asset_ids", assetIds);
  const cursor = decodeCursor<number>(world, mark, parameters.text("next_cursor"));
  const start = cursor?.place ?? 0;
  if (typeof start !== "number") throw badRequest("Invalid next_cursor");
  const end = start + parameters.count("max_results", 10, 500);
  const body: Json = { resources: assets.slice(start, end).map(describe) };
  if (end < assets.length) body.next_cursor = encodeCursor(world, mark, { place: end, told: end });
  return { body };
}

/** A deleted asset as look-ups show it, if they do. */
function shownPlaceholder(world: World, entry: DeletedAsset | undefined): Asset | undefined {
  return entry === undefined || !world.behavior.placeholders ? undefined : placeholderOf(entry);
}

function listByAssetFolder({ world, parameters }: Exchange): Answer {
  if (world.behavior.folder_mode !== "dynamic") {
    throw badRequest("by_asset_folder is only available in dynamic folder mode");
  }
  const folder = parameters.text("asset_folder");
  if (folder === undefined) throw badRequest("Missing required parameter - asset_folder");
  const key = normalizeFolder(folder).toLowerCase();
  const rows = world.assets.byFolder.list(key);
  const fits = (asset: Asset) => asset.asset_folder.toLowerCase() === key;
  const page = listPage(world, parameters, {
    rows,
    scope: ["folder", key],
    defaultResults: 50,
    fits,
  });
  const total_count = (rows?.size ?? 0) + listPlaceholders(world, fits).length;
  return { body: { total_count, ...page } };
}

function listByTag({ world, path, parameters }: Exchange): Answer {
  const { resource_type, tag } = path;
  return {
    body: listPage(world, parameters, {
      rows: world.assets.byTag.list(tagKey(resource_type!, tag!)),
      scope: ["tag", resource_type, tag],
      fits: (asset) => asset.resource_type === resource_type && asset.tags.includes(tag!),
    }),
  };
}

function listByContext({ world, path, parameters }: Exchange): Answer {
  const { resource_type } = path;
  const key = parameters.requiredText("key");
  const value = parameters.text("value");
  const hasContext = (asset: Asset) => {
    const held = Object.hasOwn(asset.context, key) ? asset.context[key] : undefined;
    return held !== undefined && (value === undefined || held === value);
  };
  return {
    body: listPage(world, parameters, {
      rows: world.assets.byType.list(resource_type!),
      scope: ["context", resource_type, key, value],
      filter: ({ asset }) => hasContext(asset),
      fits: (asset) => asset.resource_type === resource_type && hasContext(asset),
    }),
  };
}

function listByModeration({ world, path, parameters }: Exchange): Answer {
  const { resource_type, kind, status } = path;
  const isModerated = (asset: Asset) =>
    asset.moderation.some((entry) => entry.kind === kind && entry.status === status);
  return {
    body: listPage(world, parameters, {
      rows: world.assets.byType.list(resource_type!),
      scope: ["moderation", resource_type, kind, status],
      filter: ({ asset }) => isModerated(asset),
      fits: (asset) => asset.resource_type === resource_type && isModerated(asset),
    }),
  };
}
