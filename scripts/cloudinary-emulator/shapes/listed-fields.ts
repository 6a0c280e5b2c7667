import type { Asset } from "../store/asset.ts";
import { lastPart } from "../store/folder-store.ts";
import { badRequest } from "./failure.ts";
import type { Parameters } from "./parameters.ts";
import {
  describeListed,
  describeSize,
  type Describing,
  type Json,
  type ListingFlags,
} from "./resource.ts";
import { adminTime } from "./times.ts";

const SELECTABLE = new Set(
  ("asset_folder folder display_name filename format version version_id signature resource_type type " +
    "created_at uploaded_at bytes backup_bytes width height aspect_ratio access_control metadata context " +
    "tags pixels custom moderation url secure_url status etag public_id asset_id access_mode duration")
    .split(" "),
);

/** How a listing's items are described: by flags, or by a list of fields. */
export type Describer = (asset: Asset) => Json;

/**
 * Reads the flags `tags`, `context`, `metadata`, `moderations` and the list `fields`, which replaces
 * them. With `fields`, `public_id` and `asset_id` are always told, in fixed folder mode `folder` too.
 *
 * @throws Failure 400 when a field is unknown
 */
export function readDescriber(state: Describing, parameters: Parameters): Describer {
  const fields = parameters.commaList("fields");
  if (fields.length === 0) {
    const flags: ListingFlags = {
      tags: parameters.flag("tags"),
      context: parameters.flag("context"),
      metadata: parameters.flag("metadata"),
      moderations: parameters.flag("moderations"),
    };
    return (asset) => describeListed(state, asset, flags);
  }
  const unknown = fields.filter((field) => !SELECTABLE.has(field));
  if (unknown.length > 0) throw badRequest(`Invalid fields: ${unknown.join(", ")}`);
  const isFixed = state.behavior.folder_mode === "fixed";
  const wanted = new Set(["asset_id", "public_id", ...(isFixed ? ["folder"] : []), ...fields]);
  const flags: ListingFlags = {
    tags: wanted.has("tags"),
    context: wanted.has("context"),
    metadata: wanted.has("metadata"),
    moderations: wanted.has("moderation"),
  };
  return (asset) => {
    const known = { ...describeListed(state, asset, flags), ...describeExtra(asset) };
    const item: Json = {};
    for (const [key, value] of Object.entries(known)) {
      const isModeration = key.startsWith("moderation") && flags.moderations;
      if (wanted.has(key) || isModeration || key === "placeholder") item[key] = value;
    }
    return item;
  };
}

function describeExtra(asset: Asset): Json {
  return {
    ...describeSize(asset),
    filename: lastPart(asset.public_id),
    version_id: asset.version_id,
    uploaded_at: adminTime(asset.uploaded_at),
    status: "active",
    etag: asset.etag,
  };
}
