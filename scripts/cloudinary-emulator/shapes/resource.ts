import type { Account } from "../store/account.ts";
import type { Asset, Derived, LastUpdated } from "../store/asset.ts";
import type { Behavior } from "../store/behavior.ts";
import { compareText } from "../store/row.ts";
import type { State } from "../store/state.ts";
import { adminTime, offsetTime } from "./times.ts";

/** A JSON object in the form in which the API answers; members that are undefined are not sent. */
export type Json = Record<string, unknown>;

/** What an asset is told from, besides itself. */
export type Describing = Pick<State, "account" | "behavior" | "archive">;

/** Which optional fields a listing adds. */
export interface ListingFlags {
  readonly tags: boolean;
  readonly context: boolean;
  readonly metadata: boolean;
  readonly moderations: boolean;
}

/** What a detail tells; its moderation has a form of its own. */
const DETAIL_FLAGS: ListingFlags = {
  tags: true,
  context: true,
  metadata: true,
  moderations: false,
};

/** The delivery URL of an asset, below the emulator's `/res`. */
export function deliveryUrl({ cloudName, deliveryPrefix }: Account, asset: Asset): string {
  const id = asset.public_id.split("/").map(encodeURIComponent).join("/");
  const extension = asset.resource_type === "raw" || asset.format === undefined
    ? ""
    : `.${asset.format}`;
  return `${deliveryPrefix()}/${cloudName}/${asset.resource_type}/${asset.type}/` +
    `v${asset.version}/${id}${extension}`;
}

/** The delivery URL of a derived version. */
export function derivedUrl(account: Account, asset: Asset, transformation: string): string {
  return deliveryUrl(account, asset).replace(
    `/v${asset.version}/`,
    `/${transformation}/v${asset.version}/`,
  );
}

/** The folder keys of an asset: dynamic accounts tell folder and display name, fixed ones the path. */
export function folderKeys({ folder_mode }: Behavior, asset: Asset): Json {
  return folder_mode === "dynamic"
    ? { asset_folder: asset.asset_folder, display_name: asset.display_name }
    : { folder: asset.asset_folder };
}

/** Tags in the order in which answers tell them. */
export function describeTags({ sorted_tags }: Behavior, { tags }: Asset): readonly string[] {
  return sorted_tags ? [...tags].sort(compareText) : tags;
}

/** `last_updated` as detail and Search tell it. */
export function describeLastUpdated(lastUpdated: LastUpdated): Json {
  const described: Json = {};
  for (const [key, value] of Object.entries(lastUpdated)) {
    if (typeof value === "number") described[key] = offsetTime(value);
  }
  return described;
}

/** What is measured of an asset, with what follows from it. */
export function describeSize({ width, height, duration, pages }: Asset): Json {
  const isPicture = width !== undefined && height !== undefined;
  return {
    width,
    height,
    aspect_ratio: isPicture ? width / height : undefined,
    pixels: isPicture ? width * height : undefined,
    duration,
    pages,
  };
}

/** One item of an Admin listing. */
export function describeListed(
  { account, behavior, archive }: Describing,
  asset: Asset,
  flags: ListingFlags,
): Json {
  const url = deliveryUrl(account, asset);
  const hasContext = Object.keys(asset.context).length > 0;
  return {
    asset_id: asset.asset_id,
    public_id: asset.public_id,
    format: asset.format,
    version: asset.version,
    resource_type: asset.resource_type,
    type: asset.type,
    created_at: adminTime(asset.created_at),
    bytes: asset.bytes,
    width: asset.width,
    height: asset.height,
    backup: archive.backedUpBytes(asset) > 0 ? true : undefined,
    placeholder: asset.placeholder,
    ...folderKeys(behavior, asset),
    access_mode: asset.access_mode,
    access_control: asset.access_control,
    url,
    secure_url: url,
    tags: flags.tags ? describeTags(behavior, asset) : undefined,
    context: flags.context && hasContext ? { custom: asset.context } : undefined,
    metadata: flags.metadata ? asset.metadata : undefined,
    ...(flags.moderations ? describeModeration(behavior, asset) : {}),
  };
}

/** The detail of an asset, as `GET /resources/:resource_type/:type/:public_id` tells it. */
export function describeDetail(state: Describing, asset: Asset): Json {
  const { account, behavior } = state;
  const { moderation } = asset;
  return {
    ...describeListed(state, asset, { ...DETAIL_FLAGS, tags: asset.tags.length > 0 }),
    moderation: moderation.length > 0
      ? moderation.map(({ status, kind }) => ({ status, kind }))
      : undefined,
    etag: asset.etag,
    duration: asset.duration,
    pages: asset.pages,
    original_filename: behavior.detail_original_filename ? asset.original_filename : undefined,
    version_id: asset.resource_type === "raw" ? undefined : asset.version_id,
    derived: asset.derived.map((derived) => describeDerived(account, asset, derived)),
    last_updated: behavior.detail_last_updated
      ? describeLastUpdated(asset.last_updated)
      : undefined,
  };
}

/** Everything the emulator knows about an asset, every key present: for `/_emulator/state`. */
export function describeState(state: Describing, asset: Asset): Json {
  return {
    ...describeDetail(state, asset),
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

function describeDerived(account: Account, asset: Asset, derived: Derived): Json {
  const url = derivedUrl(account, asset, derived.transformation);
  return { ...derived, url, secure_url: url };
}

function describeModeration({ moderation_shape }: Behavior, { moderation }: Asset): Json {
  const latest = moderation.at(-1);
  if (latest === undefined) return {};
  return moderation_shape === "array"
    ? { moderation }
    : { moderation_kind: latest.kind, moderation_status: latest.status };
}
