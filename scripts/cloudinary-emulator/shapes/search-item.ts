import { badRequest } from "../http/failure.ts";
import type { Asset } from "../store/asset.ts";
import { backedUpBytes } from "../store/deleted-assets.ts";
import type { World } from "../world.ts";
import {
  deliveryUrl,
  describeLastUpdated,
  describeTags,
  folderKeys,
  type Json,
} from "./resource.ts";
import { offsetTime } from "./times.ts";

const WITH_FIELDS = new Set([
  "tags",
  "context",
  "metadata",
  "image_metadata",
  "image_analysis",
  "quality_score",
  "accessibility_analysis",
  "secure_url",
  "last_updated",
]);
const ALWAYS_TOLD = [
  "asset_id",
  "public_id",
  "asset_folder",
  "folder",
  "created_at",
  "status",
  "type",
  "resource_type",
];

/** Which fields the items of a search carry. */
export interface SearchSelection {
  readonly withFields: ReadonlySet<string>;
  /** Null: the default fields. */
  readonly fields: ReadonlySet<string> | null;
}

/**
 * Reads `with_field` and `fields`.
 *
 * @throws Failure 400 when a `with_field` is unknown, or not part of the plan
 */
export function readSelection(
  world: World,
  withFields: string[],
  fields: string[],
): SearchSelection {
  if (world.behavior.search_metadata === "refused" && withFields.includes("metadata")) {
    throw badRequest("with_field metadata is not available in your plan");
  }
  const unknown = withFields.filter((name) => !WITH_FIELDS.has(name));
  if (unknown.length > 0) throw badRequest(`Invalid value for with_field: ${unknown.join(", ")}`);
  return { withFields: new Set(withFields), fields: fields.length === 0 ? null : new Set(fields) };
}

/** One item of a search answer. Context is flat here, unlike in the Admin API. */
export function describeFound(
  world: World,
  asset: Asset,
  selection: SearchSelection,
  status: "active" | "deleted",
): Json {
  const url = deliveryUrl(world, asset);
  const known: Json = {
    asset_id: asset.asset_id,
    public_id: asset.public_id,
    ...folderKeys(world, asset),
    filename: asset.public_id.slice(asset.public_id.lastIndexOf("/") + 1),
    ...(asset.format === undefined ? {} : { format: asset.format }),
    version: asset.version,
    resource_type: asset.resource_type,
    type: asset.type,
    created_at: offsetTime(asset.created_at),
    uploaded_at: offsetTime(asset.uploaded_at),
    bytes: asset.bytes,
    backup_bytes: backedUpBytes(world, asset),
    ...(asset.placeholder ? { placeholder: true } : {}),
    ...sizeKeys(asset),
    url,
    secure_url: url,
    status,
    access_mode: asset.access_mode,
    access_control: asset.access_control ?? null,
    etag: asset.etag,
    created_by: { access_key: asset.created_by },
    uploaded_by: { access_key: asset.created_by },
  };
  const { withFields, fields } = selection;
  if (world.behavior.search_last_updated || withFields.has("last_updated")) {
    known.last_updated = describeLastUpdated(asset.last_updated);
  }
  const asked = (name: string) => withFields.has(name) || fields?.has(name) === true;
  if (fields?.has("last_updated")) known.last_updated = describeLastUpdated(asset.last_updated);
  if (asked("tags")) known.tags = describeTags(world, asset);
  if (asked("context") && Object.keys(asset.context).length > 0) known.context = asset.context;
  if (asked("metadata")) known.metadata = asset.metadata;
  if (fields === null) return known;
  const chosen: Json = {};
  for (const [key, value] of Object.entries(known)) {
    if (ALWAYS_TOLD.includes(key) || fields.has(key) || withFields.has(key)) chosen[key] = value;
  }
  return chosen;
}

function sizeKeys(asset: Asset): Json {
  const keys: Json = {};
  if (asset.width !== undefined && asset.height !== undefined) {
    keys.width = asset.width;
    keys.height = asset.height;
    keys.aspect_ratio = asset.width / asset.height;
    keys.pixels = asset.width * asset.height;
  }
  if (asset.duration !== undefined) keys.duration = asset.duration;
  if (asset.pages !== undefined) keys.pages = asset.pages;
  return keys;
}
