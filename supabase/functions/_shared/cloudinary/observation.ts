/**
 * What Cloudinary said about one asset, in one form for listing, detail, search, upload answers and
 * webhooks, ready to be sent to SQL as jsonb.
 *
 * **A key is present only if this answer told it**; an absent key means "keep what we have". Where tags,
 * context or metadata were asked for and the answer has none, they are present and empty.
 */
export interface Observation {
  asset_id: string;
  public_id: string;
  resource_type: string;
  type: string;
  format?: string;
  version?: number;
  bytes?: number;
  width?: number;
  height?: number;
  /** Seconds. */
  duration?: number;
  pages?: number;
  etag?: string;
  url?: string;
  secure_url?: string;
  original_filename?: string;
  /** `asset_folder` in dynamic-folder clouds, the path part of `public_id` in fixed-folder ones. */
  folder?: string;
  display_name?: string;
  tags?: string[];
  context?: Record<string, string>;
  metadata?: Record<string, unknown>;
  access_mode?: string;
  moderation_status?: string;
  /** RFC 3339, UTC. */
  created_at?: string;
  /** RFC 3339, UTC. */
  uploaded_at?: string;
  /** Cloudinary's stamps, each RFC 3339, UTC. */
  last_updated?: Record<string, string>;
  /** Every other key that Cloudinary sent and that says something lasting about the asset. */
  extra: Record<string, unknown>;
}

/** How a cloud keeps its folders; see `config()` of the client. */
export type FolderMode = "dynamic" | "fixed";

/** What the request asked for, which decides whether a missing key means "empty" or "not told". */
export interface Asked {
  tags: boolean;
  context: boolean;
  metadata: boolean;
}

/** A resource that cannot be an observation: it lacks part of its identity. */
export interface ObservationError {
  code: "incomplete_resource";
  missing: string[];
  message: string;
}

export type ObservationResult =
  | { data: Observation; error?: undefined }
  | { data?: undefined; error: ObservationError };

const EVERYTHING: Asked = { tags: true, context: true, metadata: true };

type Fields = Record<string, unknown>;

/** Keys whose value goes to the key of the same name, and the type it must have. */
const TEXT = new Set([
  ...["asset_id", "public_id", "resource_type", "type", "format", "etag", "url", "secure_url"],
  ...["original_filename", "display_name", "access_mode", "moderation_status"],
]);
const FIGURE = new Set(["version", "bytes", "width", "height", "duration", "pages"]);
const TIME = new Set(["created_at", "uploaded_at"]);

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
  ...["asset_folder", "folder", "tags", "context", "metadata", "last_updated", "placeholder"],
]);

/**
 * Normalises one resource of any Cloudinary answer. Cheap on purpose: a page holds 500 of them and a
 * function has 2 s of CPU.
 *
 * @param resource The resource as Cloudinary sent it.
 * @param options `asked`: what the request asked for (default everything); `folderMode`: `fixed` derives
 *   the folder from `public_id` when no key tells it.
 * @returns `{ data }`, or `{ error }` when it has no `asset_id`, `public_id`, `resource_type` or `type`.
 */
export function toObservation(
  resource: unknown,
  options: { asked?: Asked; folderMode?: FolderMode } = {},
): ObservationResult {
  const source = isFields(resource) ? resource : {};
  const missing = ["asset_id", "public_id", "resource_type", "type"].filter((key) =>
    typeof source[key] !== "string" || source[key] === ""
  );
  if (missing.length > 0) {
    return {
      error: {
        code: "incomplete_resource",
        missing,
        message: `Cloudinary sent an asset without ${missing.join(", ")}.`,
      },
    };
  }
  const fields: Fields = {};
  const extra: Fields = {};
  for (const key in source) {
    const value = source[key];
    if (value === null || value === undefined) continue;
    if (TEXT.has(key)) {
      if (typeof value === "string") fields[key] = value;
    } else if (FIGURE.has(key)) {
      const figure = typeof value === "string" && value !== "" ? Number(value) : value;
      if (typeof figure === "number" && Number.isFinite(figure)) fields[key] = figure;
    } else if (TIME.has(key)) {
      const time = toTime(value);
      if (time !== null) fields[key] = time;
    } else if (!IGNORED.has(key)) extra[key] = value;
  }

  const asked = options.asked ?? EVERYTHING;
  if (Array.isArray(source.tags)) fields.tags = source.tags.filter(isText);
  else if (asked.tags) fields.tags = [];
  if (source.context !== null && source.context !== undefined) {
    fields.context = toContext(source.context);
  } else if (asked.context) fields.context = {};
  if (isFields(source.metadata)) fields.metadata = source.metadata;
  else if (asked.metadata) fields.metadata = {};

  addFolder(fields, source, options.folderMode);
  addModeration(fields, extra, source);
  if (isFields(source.last_updated)) fields.last_updated = toTimes(source.last_updated);
  fields.extra = extra;
  return { data: fields as unknown as Observation };
}

/**
 * Whether a resource stands for a deleted asset of which a backup is kept: with its name, without its content. It is
 * absent, whatever answer it stands in.
 */
export function isPlaceholder(resource: unknown): resource is Fields {
  return isFields(resource) && resource.placeholder === true;
}

/** Accepts `{ custom: {…} }` (Admin, Upload), flat (Search) and `[{ key, value }]` (tolerated by SDKs). */
export function toContext(context: unknown): Record<string, string> {
  const flat: Record<string, string> = {};
  if (Array.isArray(context)) {
    for (const item of context) {
      if (isFields(item) && isText(item.key ?? item.name)) {
        flat[String(item.key ?? item.name)] = String(item.value ?? "");
      }
    }
    return flat;
  }
  if (!isFields(context)) return flat;
  // A flat context may have a key called `custom`, whose value is text then.
  const entries = isFields(context.custom) ? context.custom : context;
  for (const key in entries) {
    const value = entries[key];
    if (value !== null && value !== undefined) {
      flat[key] = typeof value === "object" ? JSON.stringify(value) : String(value);
    }
  }
  return flat;
}

/** A folder without leading and trailing slashes; the root is the empty string. */
export function normaliseFolder(folder: string): string {
  return folder.replace(/^\/+|\/+$/g, "");
}

function addFolder(fields: Fields, source: Fields, folderMode: FolderMode | undefined): void {
  if (folderMode !== "fixed" && typeof source.asset_folder === "string") {
    fields.folder = normaliseFolder(source.asset_folder);
  } else if (folderMode === "fixed") {
    const publicId = source.public_id as string;
    fields.folder = normaliseFolder(publicId.slice(0, Math.max(0, publicId.lastIndexOf("/"))));
  } else if (typeof source.folder === "string") {
    fields.folder = normaliseFolder(source.folder);
  }
}

function addModeration(fields: Fields, extra: Fields, source: Fields): void {
  const list: unknown[] = Array.isArray(source.moderation) ? source.moderation : [];
  const latest = list.find(isFields);
  if (latest !== undefined && typeof latest.status === "string") {
    fields.moderation_status = latest.status;
  }
  const kind = latest?.kind ?? source.moderation_kind;
  if (typeof kind === "string") extra.moderation_kind = kind;
}

function toTimes(stamps: Fields): Record<string, string> {
  const times: Record<string, string> = {};
  for (const key in stamps) {
    const time = toTime(stamps[key]);
    if (time !== null) times[key] = time;
  }
  return times;
}

/** Cloudinary writes `…Z` or `…+00:00`; one form, so that the same moment compares equal as text. */
function toTime(value: unknown): string | null {
  if (typeof value !== "string") return null;
  // The usual form needs no Date, which is the dearest step of all here.
  if (value.length === 20 && value.charCodeAt(19) === 90 && value.charCodeAt(10) === 84) {
    return value;
  }
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace(".000Z", "Z");
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
