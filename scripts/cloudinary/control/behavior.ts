/**
 * Switches for what Cloudinary's documentation leaves open or sources tell differently. Both settings
 * of each may be true, so a client has to work under both.
 */
export interface Behavior {
  /** Ids that one `by_asset_ids` call takes: 10 in the documentation's text, 100 in its API model. */
  by_asset_ids_limit: number;
  /** Whether Upload API edits (tags, context, metadata, explicit) send `resource_*_changed`. */
  upload_edits_notify: boolean;
  /** Whether `context` in Admin update and `explicit` replaces the whole context or merges by key. */
  update_context: "replace" | "merge";
  /** Whether empty `tags=` / `context=` in an Admin update clears them. */
  update_empty_clears: boolean;
  /** Whether an overwriting upload keeps tags, context and metadata that it does not name. */
  overwrite_keeps_fields: boolean;
  /** Whether deleted assets keep a backup, from which they can be restored. */
  backup: boolean;
  /** Status of an exceeded hourly limit. */
  rate_limit_status: 420 | 429;
  /** Admin and Search calls an hour, when no fault sets another limit. */
  rate_limit: number;
  /** Status of a rename onto a taken public_id. */
  rename_conflict_status: 400 | 409;
  /** Status of an Upload API call whose timestamp is more than an hour old. */
  stale_status: 400 | 401;
  /** `max_results` of a search that names none: 50 or 10. */
  search_default_max_results: number;
  /** Whether search items carry `last_updated` without being asked. */
  search_includes_last_updated: boolean;
  /** Whether the detail of a raw asset tells its `etag` only with the `media_metadata` flag. */
  raw_etag_needs_flag: boolean;
  /** Whether the upper end of `[a TO b]` belongs to the range. */
  search_range_upper_inclusive: boolean;
  /** Whether a folder rename stamps `last_updated.updated_at` of the assets inside. */
  folder_rename_stamps: boolean;
  /** `resources` of tag, access control and delete events: array or map by public_id. */
  tags_payload: "array" | "map";
  /** `resources` of metadata, display name and move events. */
  metadata_payload: "map" | "array";
  /** `resources` of context events. */
  context_payload: "map" | "array";
  /** Items of a context delta: `[{name,value}]` or `{k:v}` with `removed: ["k"]`. */
  context_delta: "list" | "object";
  /** Shape of the moderation that listings add: two scalar keys or an array. */
  moderation_shape: "scalars" | "array";
  /** Hash of notification and response signatures. */
  signature_algorithm: "sha1" | "sha256";
  /** Waits before the second, third and fourth try of a notification, in ms (Cloudinary: 3, 6, 9 minutes). */
  notification_retry_delays_ms: number[];
  /** Whether a retried notification carries a fresh timestamp and signature. */
  notification_resign: boolean;
  /** Whether a per-call `notification_url` is sent besides the triggers instead of in their place. */
  notification_url_additive: boolean;
  /** Whether a restored asset sends an `upload` notification. */
  restore_notifies: boolean;
  /** Time after which a listing cursor is refused, in ms; 0 = never. */
  cursor_lifetime_ms: number;
}

/** The defaults: the documented or the likelier alternative of each. */
export function defaultBehavior(): Behavior {
  return {
    by_asset_ids_limit: 100,
    upload_edits_notify: true,
    update_context: "replace",
    update_empty_clears: true,
    overwrite_keeps_fields: false,
    backup: true,
    rate_limit_status: 420,
    rate_limit: 100_000,
    rename_conflict_status: 400,
    stale_status: 400,
    search_default_max_results: 50,
    search_includes_last_updated: true,
    raw_etag_needs_flag: false,
    search_range_upper_inclusive: false,
    folder_rename_stamps: false,
    tags_payload: "array",
    metadata_payload: "map",
    context_payload: "map",
    context_delta: "list",
    moderation_shape: "scalars",
    signature_algorithm: "sha1",
    notification_retry_delays_ms: [300, 600, 900],
    notification_resign: false,
    notification_url_additive: false,
    restore_notifies: true,
    cursor_lifetime_ms: 0,
  };
}
