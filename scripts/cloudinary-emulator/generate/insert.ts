import { stampWhole } from "../library/stamps.ts";
import { badRequest } from "../shapes/failure.ts";
import { toSecond } from "../shapes/times.ts";
import { oldestKey } from "../store/account.ts";
import { type Asset, isResourceType, type MetadataValue } from "../store/asset.ts";
import { lastPart, normalizeFolder, parentFolder } from "../store/folder-store.ts";
import type { State } from "../store/state.ts";

/**
 * Inserts an asset described with Cloudinary's own field names; everything but `public_id` may be
 * left out. Context is accepted flat or as `{custom: {…}}`.
 *
 * @throws Failure 400 when the description is wrong or the name is taken
 */
export function insertAsset(
  { account, behavior, clock, random, assets, folders }: Pick<
    State,
    "account" | "behavior" | "clock" | "random" | "assets" | "folders"
  >,
  description: unknown,
): Asset {
  if (typeof description !== "object" || description === null) {
    throw badRequest("assets must be a list of objects");
  }
  const given = description as Record<string, unknown>;
  const public_id = given.public_id;
  if (typeof public_id !== "string" || public_id === "") throw badRequest("public_id is missing");
  const resource_type = given.resource_type ?? "image";
  if (!isResourceType(resource_type)) throw badRequest("resource_type is wrong");
  const created_at = toSecond(readTime(given.created_at) ?? clock.now());
  const isImage = resource_type === "image";
  const tags = Array.isArray(given.tags) ? [...new Set(given.tags.map(String))] : [];
  const context = readContext(given.context);
  const metadata = (given.metadata ?? {}) as Record<string, MetadataValue>;
  const folder = given.asset_folder ?? given.folder;
  const asset: Asset = {
    asset_id: typeof given.asset_id === "string" ? given.asset_id : random.hexadecimal(32),
    public_id,
    resource_type,
    type: typeof given.type === "string" ? given.type : "upload",
    format: typeof given.format === "string" ? given.format : isImage ? "jpg" : undefined,
    version: Number(given.version ?? Math.floor(created_at / 1000)),
    version_id: random.hexadecimal(32),
    bytes: Number(given.bytes ?? 1000),
    width: optionalNumber(given.width) ?? (isImage ? 100 : undefined),
    height: optionalNumber(given.height) ?? (isImage ? 80 : undefined),
    duration: optionalNumber(given.duration),
    pages: optionalNumber(given.pages),
    etag: typeof given.etag === "string" ? given.etag : random.hexadecimal(32),
    original_filename: typeof given.original_filename === "string"
      ? given.original_filename
      : lastPart(public_id),
    asset_folder: behavior.folder_mode === "fixed"
      ? parentFolder(public_id)
      : normalizeFolder(typeof folder === "string" ? folder : ""),
    display_name: typeof given.display_name === "string" ? given.display_name : lastPart(public_id),
    tags,
    context,
    metadata,
    access_mode: typeof given.access_mode === "string" ? given.access_mode : "public",
    access_control: Array.isArray(given.access_control) ? given.access_control : undefined,
    moderation: Array.isArray(given.moderation) ? given.moderation : [],
    created_at,
    uploaded_at: toSecond(readTime(given.uploaded_at) ?? created_at),
    last_updated: stampWhole({ tags, context, metadata }, created_at),
    created_by: oldestKey(account),
    derived: [],
    related: [],
  };
  if (assets.getByName(asset) || assets.getById(asset.asset_id)) {
    throw badRequest(`An asset ${public_id} exists already`);
  }
  folders.ensure(asset.asset_folder);
  assets.insert(asset);
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
