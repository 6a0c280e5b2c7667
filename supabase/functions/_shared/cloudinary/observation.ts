import { isStorableText, storableJson, storableText } from "./storable.ts";
import {
  isFields,
  LARGEST,
  toContext,
  toFigure,
  toTags,
  toText,
  toTime,
  toTimes,
} from "./observed-values.ts";

/**
 * What Cloudinary said about one asset, in one form for listing, detail, search, upload answers and
 * webhooks, ready to be sent to SQL as jsonb.
 *
 * **A key is present only if this answer told it**; an absent key means "keep what we have". Where tags,
 * context or metadata were asked for and the answer has none, they are present and empty. A key whose
 * value is impossible is null, or not told where the row cannot do without one.
 */
export interface Observation {
  asset_id: string;
  public_id: string;
  resource_type: string;
  type: string;
  format?: string | null;
  version?: number | null;
  bytes?: number | null;
  width?: number | null;
  height?: number | null;
  /** Seconds. */
  duration?: number | null;
  pages?: number | null;
  etag?: string | null;
  url?: string | null;
  secure_url?: string | null;
  original_filename?: string | null;
  /** `asset_folder` in dynamic-folder clouds, the path part of `public_id` in fixed-folder ones. */
  folder?: string;
  display_name?: string | null;
  tags?: string[];
  context?: Record<string, string>;
  metadata?: Record<string, unknown>;
  access_mode?: string | null;
  moderation_status?: string | null;
  /** RFC 3339, UTC. */
  created_at?: string;
  /** RFC 3339, UTC. */
  uploaded_at?: string | null;
  /** Cloudinary's stamps, each RFC 3339, UTC. */
  last_updated?: Record<string, string>;
  /**
   * Every other key that Cloudinary sent and that says something lasting about the asset; in `original_values` what it
   * sent for keys that cannot be stored like that.
   */
  extra: Record<string, unknown>;
  /** Why the asset cannot be a row: it is set aside, and nothing of it is merged. */
  unstorable?: string;
}

/** How a cloud keeps its folders; see `config()` of the client. */
export type FolderMode = "dynamic" | "fixed";

/** What the request asked for, which decides whether a missing key means "empty" or "not told". */
export interface Asked {
  tags: boolean;
  context: boolean;
  metadata: boolean;
}

const EVERYTHING: Asked = { tags: true, context: true, metadata: true };

type Fields = Record<string, unknown>;

/** Keys whose value goes to the key of the same name, and the type it must have. */
const TEXT = new Set([
  ...["format", "etag", "url", "secure_url", "original_filename", "display_name", "access_mode"],
  "moderation_status",
]);
const TIME = new Set(["created_at", "uploaded_at"]);
const IDENTITY = ["asset_id", "public_id", "resource_type", "type"];
/** Cloudinary's own are 32 characters long; much longer ones would break every look-up that names them. */
const LONGEST_ASSET_ID = 255;

/**
 * Keys left out of `extra`. Most differ between a listing, a detail, a search and an upload answer for one
 * and the same unchanged asset; keeping them would let every change of channel look like an edit.
 */
const IGNORED = new Set([
  // About the answer, not the asset.
  ...[
    "next_cursor",
    "derived_next_cursor",
    "related_next_cursor",
    "request_id",
    "notification_type",
  ],
  ...["notification_context", "signature_key", "signature", "api_key", "delete_token", "batch_id"],
  ...["rate_limit_allowed", "rate_limit_remaining", "rate_limit_reset_at", "timestamp", "source"],
  ...["existing", "overwritten", "done", "hook_execution", "eager", "status", "score"],
  // Derived from other keys, or told by some channels only and then outdated by the others.
  ...["derived", "aspect_ratio", "pixels", "filename", "version_id", "playback_url", "backup"],
  ...["backup_bytes", "created_by", "uploaded_by", "last_accessed_at", "access_key", "versions"],
  ...["moderation", "moderation_kind", "related_assets"],
  // Handled by name.
  ...["asset_id", "public_id", "resource_type", "type"],
  ...["asset_folder", "folder", "tags", "context", "metadata", "last_updated", "placeholder"],
]);

/**
 * Normalises one resource of any Cloudinary answer, so that it can be stored. Cheap on purpose: a page holds 500 of them
 * and a function has 2 s of CPU.
 *
 * @param resource The resource as Cloudinary sent it.
 * @param options `asked`: what the request asked for (default everything); `folderMode`: `fixed` derives
 *   the folder from `public_id` when no key tells it.
 * @returns The observation; `unstorable` where part of its identity is missing or cannot be stored. One without an
 *   asset_id has a made-up one, which names it for people.
 */
export function toObservation(
  resource: unknown,
  options: { asked?: Asked; folderMode?: FolderMode } = {},
): Observation {
  const source = isFields(resource) ? resource : {};
  const unstorable = unstorableReason(source);
  if (unstorable !== null) return setAside(source, unstorable);

  const fields: Fields = {};
  const extra: [string, unknown][] = [];
  const originals: [string, unknown][] = [];
  for (const key in source) {
    const value = source[key];
    if (value === null || value === undefined) continue;
    if (Object.hasOwn(LARGEST, key)) {
      const figure = fields[key] = toFigure(key, value);
      if (figure === null || figure !== Number(value)) originals.push([key, originalOf(value)]);
    } else if (TEXT.has(key)) {
      if ((fields[key] = toText(value)) === null) originals.push([key, originalOf(value)]);
    } else if (TIME.has(key)) {
      const time = toTime(value);
      if (time === null) originals.push([key, originalOf(value)]);
      // A row cannot do without the time of its making.
      if (time !== null || key !== "created_at") fields[key] = time;
    } else if (!IGNORED.has(key)) extra.push([storableText(key), storableJson(value)]);
  }
  for (const key of IDENTITY) fields[key] = source[key];

  addEditable(fields, originals, source, options.asked ?? EVERYTHING);
  addFolder(fields, source, options.folderMode);
  addModeration(fields, extra, source);
  if (isFields(source.last_updated)) fields.last_updated = toTimes(source.last_updated);
  if (originals.length > 0) extra.push(["original_values", Object.fromEntries(originals)]);
  fields.extra = Object.fromEntries(extra);
  return fields as unknown as Observation;
}

/** Whether an asset came with an asset_id under which it can be known. */
export function hasAssetId(resource: unknown): resource is Fields & { asset_id: string } {
  const id = isFields(resource) ? resource.asset_id : undefined;
  return typeof id === "string" && id !== "" && id.length <= LONGEST_ASSET_ID && isStorableText(id);
}

function unstorableReason(source: Fields): string | null {
  const missing = IDENTITY.filter((key) => typeof source[key] !== "string" || source[key] === "");
  if (missing.length > 0) return `Cloudinary sent it without ${missing.join(", ")}.`;
  // Cleaned of what cannot be stored it would be another name, perhaps another asset's.
  const odd = IDENTITY.find((key) => !isStorableText(source[key] as string));
  if (odd !== undefined) return `Its ${odd} holds characters that cannot be stored.`;
  return hasAssetId(source) ? null : "Its asset_id is longer than any of Cloudinary's.";
}

/** What little is known of an asset that cannot be a row. */
function setAside(source: Fields, unstorable: string): Observation {
  const [public_id, resource_type, type] = IDENTITY.slice(1)
    .map((key) => toText(source[key])?.slice(0, 1_000) ?? "") as [string, string, string];
  const asset_id = hasAssetId(source)
    ? source.asset_id
    : `without asset_id: ${resource_type}/${type}/${public_id}`.slice(0, LONGEST_ASSET_ID);
  return {
    asset_id: storableText(asset_id),
    public_id,
    resource_type,
    type,
    extra: {},
    unstorable,
  };
}

function originalOf(value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : storableJson(value);
}

/** Tags, context and metadata: what is none of them is not told, rather than taken for empty. */
function addEditable(
  fields: Fields,
  originals: [string, unknown][],
  source: Fields,
  asked: Asked,
): void {
  const { tags, context, metadata } = source;
  const known = {
    tags: Array.isArray(tags) ? () => toTags(tags) : null,
    context: typeof context === "object" ? () => toContext(context) : null,
    metadata: isFields(metadata) ? () => storableJson(metadata) : null,
  };
  for (const key of ["tags", "context", "metadata"] as const) {
    const value = source[key];
    if (value === null || value === undefined) {
      if (asked[key]) fields[key] = key === "tags" ? [] : {};
    } else if (known[key] !== null) fields[key] = known[key]!();
    else originals.push([key, originalOf(value)]);
  }
}

/**
 * Whether a resource stands for a deleted asset of which a backup is kept: with its name, without its content. It is
 * absent, whatever answer it stands in.
 */
export function isPlaceholder(resource: unknown): resource is Fields {
  return isFields(resource) && resource.placeholder === true;
}

/** A folder without leading and trailing slashes; the root is the empty string. */
export function normaliseFolder(folder: string): string {
  return folder.replace(/^\/+|\/+$/g, "");
}

function addFolder(fields: Fields, source: Fields, folderMode: FolderMode | undefined): void {
  if (folderMode !== "fixed" && typeof source.asset_folder === "string") {
    fields.folder = normaliseFolder(storableText(source.asset_folder));
  } else if (folderMode === "fixed") {
    const publicId = source.public_id as string;
    fields.folder = normaliseFolder(publicId.slice(0, Math.max(0, publicId.lastIndexOf("/"))));
  } else if (typeof source.folder === "string") {
    fields.folder = normaliseFolder(storableText(source.folder));
  }
}

function addModeration(fields: Fields, extra: [string, unknown][], source: Fields): void {
  const list: unknown[] = Array.isArray(source.moderation) ? source.moderation : [];
  const latest = list.find(isFields);
  if (latest !== undefined && typeof latest.status === "string") {
    fields.moderation_status = storableText(latest.status);
  }
  const kind = latest?.kind ?? source.moderation_kind;
  if (typeof kind === "string") extra.push(["moderation_kind", storableText(kind)]);
}
