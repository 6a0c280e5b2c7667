import type { Asset, LastUpdated } from "../store/asset.ts";
import { backedUpBytes } from "../store/deleted-assets.ts";
import { compareText } from "../store/row.ts";
import type { World } from "../world.ts";
import { adminTime, offsetTime } from "./times.ts";

/** A JSON object in the form in which the API answers. */
export type Json = Record<string, unknown>;

/** Which optional fields a listing adds. */
export interface ListingFlags {
  readonly tags: boolean;
  readonly context: boolean;
  readonly metadata: boolean;
  readonly moderations: boolean;
}

/** Every optional field. */
export const ALL_FLAGS: ListingFlags = {
  tags: true,
  context: true,
  metadata: true,
  moderations: true,
};

/** The delivery URL of an asset, below the emulator's `/res`. */
export function deliveryUrl(world: World, asset: Asset): string {
  const id = asset.public_id.split("/").map(encodeURIComponent).join("/");
  const extension = asset.resource_type === "raw" || asset.format === undefined
    ? ""
    : `.${asset.format}`;
  const { cloudName, deliveryPrefix } = world.account;
  return `${deliveryPrefix()}/${cloudName}/${asset.resource_type}/${asset.type}/` +
    `v${asset.version}/${id}${extension}`;
}

/** The folder keys of an asset: dynamic accounts tell folder and display name, fixed ones the path. */
export function folderKeys(world: World, asset: Asset): Json {
  return world.behavior.folder_mode === "dynamic"
    ? { asset_folder: asset.asset_folder, display_name: asset.display_name }
    : { folder: asset.asset_folder };
}

/** Tags in the order in which answers tell them. */
export function describeTags(world: World, { tags }: Asset): readonly string[] {
  return world.behavior.sorted_tags ? [...tags].sort(compareText) : tags;
}

/** `last_updated` as detail and Search tell it. */
export function describeLastUpdated(lastUpdated: LastUpdated): Json {
  const described: Json = {};
  for (const [key, value] of Object.entries(lastUpdated)) {
    if (typeof value === "number") described[key] = offsetTime(value);
  }
  return described;
}

/** One item of an Admin listing. */
export function describeListed(world: World, asset: Asset, flags: ListingFlags): Json {
  const url = deliveryUrl(world, asset);
  const item: Json = { asset_id: asset.asset_id, public_id: asset.public_id };
  if (asset.format !== undefined) item.format = asset.format;
  item.version = asset.version;
  item.resource_type = asset.resource_type;
  item.type = asset.type;
  item.created_at = adminTime(asset.created_at);
  item.bytes = asset.bytes;
  if (asset.width !== undefined) item.width = asset.width;
  if (asset.height !== undefined) item.height = asset.height;
  if (backedUpBytes(world, asset) > 0) item.backup = true;
  if (asset.placeholder) item.placeholder = true;
  if (world.behavior.folder_mode === "dynamic") {
    item.asset_folder = asset.asset_folder;
    item.display_name = asset.display_name;
  } else {
    item.folder = asset.asset_folder;
  }
  item.access_mode = asset.access_mode;
  if (asset.access_control !== undefined) item.access_control = asset.access_control;
  item.url = url;
  item.secure_url = url;
  if (flags.tags) item.tags = describeTags(world, asset);
  if (flags.context && Object.keys(asset.context).length > 0) {
    item.context = { custom: asset.context };
  }
  if (flags.metadata) item.metadata = asset.metadata;
  if (flags.moderations) addModeration(world, asset, item);
  return item;
}

/** The detail of an asset, as `GET /resources/:resource_type/:type/:public_id` tells it. */
export function describeDetail(world: World, asset: Asset): Json {
  const { moderation_kind: _, moderation_status: __, ...detail }: Json = describeListed(
    world,
    asset,
    ALL_FLAGS,
  );
  if (asset.tags.length === 0) delete detail.tags;
  if (asset.moderation.length > 0) {
    detail.moderation = asset.moderation.map(({ status, kind }) => ({ status, kind }));
  }
  detail.etag = asset.etag;
  if (asset.duration !== undefined) detail.duration = asset.duration;
  if (asset.pages !== undefined) detail.pages = asset.pages;
  if (asset.resource_type !== "raw") detail.version_id = asset.version_id;
  detail.derived = asset.derived.map((derived) => describeDerived(world, asset, derived));
  if (world.behavior.detail_last_updated) {
    detail.last_updated = describeLastUpdated(asset.last_updated);
  }
  return detail;
}

/** Everything the emulator knows about an asset, every key present: for `/_emulator/state`. */
export function describeState(world: World, asset: Asset): Json {
  return {
    ...describeDetail(world, asset),
    tags: asset.tags,
    context: { custom: asset.context },
    moderation: asset.moderation,
    last_updated: describeLastUpdated(asset.last_updated),
    version_id: asset.version_id,
    original_filename: asset.original_filename,
    uploaded_at: adminTime(asset.uploaded_at),
    asset_folder: asset.asset_folder,
    display_name: asset.display_name,
  };
}

function describeDerived(world: World, asset: Asset, derived: Asset["derived"][number]): Json {
  const url = deliveryUrl(world, asset).replace(
    `/v${asset.version}/`,
    `/${derived.transformation}/v${asset.version}/`,
  );
  return { ...derived, url, secure_url: url };
}

function addModeration(world: World, asset: Asset, item: Json): void {
  const latest = asset.moderation.at(-1);
  if (latest === undefined) return;
  if (world.behavior.moderation_shape === "array") {
    item.moderation = asset.moderation;
  } else {
    item.moderation_kind = latest.kind;
    item.moderation_status = latest.status;
  }
}
