import { badRequest } from "../http/failure.ts";
import { decodeCursor, queryMark } from "../http/cursor.ts";
import type { Answer, Exchange, Route } from "../http/route.ts";
import { readDescriber } from "../shapes/listed-fields.ts";
import type { ResourceType } from "../store/asset.ts";
import { tagKey } from "../store/asset-store.ts";
import { normalizeFolder } from "../store/folder-store.ts";
import type { Row } from "../store/row.ts";
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
  return { body: listPage(world, parameters, { rows, scope: [resource_type] }) };
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
  return { body: listPage(world, parameters, { rows, scope: [resource_type, type] }) };
}

function lookUpPublicIds({ world, path, parameters }: Exchange): Answer {
  const publicIds = parameters.texts("public_ids");
  if (publicIds.length > MAXIMUM_PUBLIC_IDS) {
    throw badRequest(`Too many public_ids: ${publicIds.length}, at most ${MAXIMUM_PUBLIC_IDS}`);
  }
  const describe = readDescriber(world, parameters);
  const rows = new Set<Row>();
  for (const public_id of publicIds) {
    const row = world.assets.getByName({
      resource_type: path.resource_type as ResourceType,
      type: path.type!,
      public_id,
    });
    // Cloudinary cannot look up ids with a plus sign: they are simply not found.
    if (row !== undefined && !public_id.includes("+")) rows.add(row);
  }
  return { body: { resources: [...rows].map((row) => describe(row.asset)) } };
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
  const limit = world.behavior.by_asset_ids_limit;
  if (assetIds.length > limit) {
    throw badRequest(`Too many asset_ids: ${assetIds.length}, at most ${limit}`);
  }
  const describe = readDescriber(world, parameters);
  const rows = new Set<Row>();
  for (const assetId of assetIds) {
    const row = world.assets.getById(assetId);
    if (row !== undefined) rows.add(row);
  }
  return { body: { resources: [...rows].map((row) => describe(row.asset)) } };
}

function listByAssetFolder({ world, parameters }: Exchange): Answer {
  if (world.account.folderMode !== "dynamic") {
    throw badRequest("by_asset_folder is only available in dynamic folder mode");
  }
  const folder = parameters.text("asset_folder");
  if (folder === undefined) throw badRequest("Missing required parameter - asset_folder");
  const key = normalizeFolder(folder).toLowerCase();
  return {
    body: listPage(world, parameters, {
      rows: world.assets.byFolder.list(key),
      scope: ["folder", key],
      defaultResults: 50,
    }),
  };
}

function listByTag({ world, path, parameters }: Exchange): Answer {
  const { resource_type, tag } = path;
  return {
    body: listPage(world, parameters, {
      rows: world.assets.byTag.list(tagKey(resource_type!, tag!)),
      scope: ["tag", resource_type, tag],
    }),
  };
}

function listByContext({ world, path, parameters }: Exchange): Answer {
  const { resource_type } = path;
  const key = parameters.requiredText("key");
  const value = parameters.text("value");
  return {
    body: listPage(world, parameters, {
      rows: world.assets.byType.list(resource_type!),
      scope: ["context", resource_type, key, value],
      filter: ({ asset }) => {
        const held = Object.hasOwn(asset.context, key) ? asset.context[key] : undefined;
        return held !== undefined && (value === undefined || held === value);
      },
    }),
  };
}

function listByModeration({ world, path, parameters }: Exchange): Answer {
  const { resource_type, kind, status } = path;
  return {
    body: listPage(world, parameters, {
      rows: world.assets.byType.list(resource_type!),
      scope: ["moderation", resource_type, kind, status],
      filter: ({ asset }) =>
        asset.moderation.some((entry) => entry.kind === kind && entry.status === status),
    }),
  };
}
