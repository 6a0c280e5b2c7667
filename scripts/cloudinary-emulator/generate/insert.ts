import { badRequest } from "../http/failure.ts";
import { type Asset, isResourceType, type MetadataValue } from "../store/asset.ts";
import { normalizeFolder, parentFolder } from "../store/folder-store.ts";
import { toSecond } from "../shapes/times.ts";
import type { World } from "../world.ts";

/**
 * Inserts an asset described with Cloudinary's own field names; everything but `public_id` may be
 * left out. Context is accepted flat or as `{custom: {…}}`.
 *
 * @throws Failure 400 when the description is wrong or the name is taken
 */
export function insertAsset(world: World, description: unknown): Asset {
  if (typeof description !== "object" || description === null) {
    throw badRequest("assets must be a list of objects");
  }
  const given = description as Record<string, unknown>;
  const public_id = given.public_id;
  if (typeof public_id !== "string" || public_id === "") throw badRequest("public_id is missing");
  const resource_type = given.resource_type ?? "image";
  if (!isResourceType(resource_type)) throw badRequest("resource_type is wrong");
  const created_at = toSecond(readTime(given.created_at) ?? world.clock.now());
  const isImage = resource_type === "image";
  const tags = Array.isArray(given.tags) ? [...new Set(given.tags.map(String))] : [];
  const context = readContext(given.context);
  const metadata = (given.metadata ?? {}) as Record<string, MetadataValue>;
  const folder = given.asset_folder ?? given.folder;
  const asset: Asset = {
    asset_id: typeof given.asset_id === "string" ? given.asset_id : world.random.hexadecimal(32),
    public_id,
    resource_type,
    type: typeof given.type === "string" ? given.type : "upload",
    format: typeof given.format === "string" ? given.format : isImage ? "jpg" : undefined,
    version: Number(given.version ?? Math.floor(created_at / 1000)),
    version_id: world.random.hexadecimal(32),
    bytes: Number(given.bytes ?? 1000),
    width: optionalNumber(given.width) ?? (isImage ? 100 : undefined),
    height: optionalNumber(given.height) ?? (isImage ? 80 : undefined),
    duration: optionalNumber(given.duration),
    pages: optionalNumber(given.pages),
    etag: typeof given.etag === "string" ? given.etag : world.random.hexadecimal(32),
    original_filename: typeof given.original_filename === "string"
      ? given.original_filename
      : public_id.slice(public_id.lastIndexOf("/") + 1),
    asset_folder: world.behavior.folder_mode === "fixed"
      ? parentFolder(public_id)
      : normalizeFolder(typeof folder === "string" ? folder : ""),
    display_name: typeof given.display_name === "string"
      ? given.display_name
      : public_id.slice(public_id.lastIndexOf("/") + 1),
    tags,
    context,
    metadata,
    access_mode: typeof given.access_mode === "string" ? given.access_mode : "public",
    access_control: Array.isArray(given.access_control) ? given.access_control : undefined,
    moderation: Array.isArray(given.moderation) ? given.moderation : [],
    created_at,
    uploaded_at: toSecond(readTime(given.uploaded_at) ?? created_at),
    last_updated: {
      ...(tags.length > 0 ? { tags_updated_at: created_at } : {}),
      ...(Object.keys(context).length > 0 ? { context_updated_at: created_at } : {}),
      ...(Object.keys(metadata).length > 0 ? { metadata_updated_at: created_at } : {}),
      updated_at: created_at,
    },
    created_by: world.account.secrets.keys().next().value ?? "",
    derived: [],
    related: [],
  };
  if (world.assets.getByName(asset) || world.assets.getById(asset.asset_id)) {
    throw badRequest(`An asset ${public_id} exists already`);
  }
  world.folders.ensure(asset.asset_folder);
  world.assets.insert(asset);
  return asset;
}

function readTime(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw badRequest(`Invalid time ${value}`);
  return time;
}

function optionalNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function readContext(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  const flat = "custom" in value && typeof value.custom === "object" && value.custom !== null
    ? value.custom
    : value;
  return Object.fromEntries(Object.entries(flat).map(([key, text]) => [key, String(text)]));
}
