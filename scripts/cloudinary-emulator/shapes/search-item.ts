import type { Asset } from "../store/asset.ts";
import type { Behavior } from "../store/behavior.ts";
import { lastPart } from "../store/folder-store.ts";
import { badRequest } from "./failure.ts";
import {
  deliveryUrl,
  describeLastUpdated,
  describeSize,
  describeTags,
  type Describing,
  folderKeys,
  type Json,
} from "./resource.ts";
import { offsetTime } from "./times.ts";

const WITH_FIELDS = new Set(
  ("tags context metadata image_metadata image_analysis quality_score " +
    "accessibility_analysis secure_url last_updated").split(" "),
);
const ALWAYS_TOLD = "asset_id public_id asset_folder folder created_at status type resource_type"
  .split(" ");

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
  { search_metadata, search_last_updated }: Behavior,
  withFields: string[],
  fields: string[],
): SearchSelection {
  if (search_metadata === "refused" && withFields.includes("metadata")) {
    throw badRequest("with_field metadata is not available in your plan");
  }
  const unknown = withFields.filter((name) =>
    !WITH_FIELDS.has(name) || (name === "last_updated" && search_last_updated === "refused")
  );
  if (unknown.length > 0) throw badRequest(`Invalid value for with_field: ${unknown.join(", ")}`);
  return { withFields: new Set(withFields), fields: fields.length === 0 ? null : new Set(fields) };
}

/** One item of a search answer. Context is flat here, unlike in the Admin API. */
export function describeFound(
  { account, behavior, archive }: Describing,
  asset: Asset,
  selection: SearchSelection,
  status: "active" | "deleted",
): Json {
  const url = deliveryUrl(account, asset);
  const known: Json = {
    asset_id: asset.asset_id,
    public_id: asset.public_id,
    ...folderKeys(behavior, asset),
    filename: lastPart(asset.public_id),
    format: asset.format,
    version: asset.version,
    resource_type: asset.resource_type,
    type: asset.type,
    created_at: offsetTime(asset.created_at),
    uploaded_at: offsetTime(asset.uploaded_at),
    bytes: asset.bytes,
    backup_bytes: archive.backedUpBytes(asset),
    placeholder: asset.placeholder,
    ...describeSize(asset),
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
  const asked = (name: string) => withFields.has(name) || fields?.has(name) === true;
  const { search_last_updated } = behavior;
  if (
    search_last_updated === "told" || (search_last_updated === "asked" && asked("last_updated"))
  ) {
    known.last_updated = describeLastUpdated(asset.last_updated);
  }
  if (asked("tags")) known.tags = describeTags(behavior, asset);
  if (asked("context") && Object.keys(asset.context).length > 0) known.context = asset.context;
  if (asked("metadata")) known.metadata = asset.metadata;
  if (fields === null) return known;
  const chosen: Json = {};
  for (const [key, value] of Object.entries(known)) {
    if (ALWAYS_TOLD.includes(key) || fields.has(key) || withFields.has(key)) chosen[key] = value;
  }
  return chosen;
}
