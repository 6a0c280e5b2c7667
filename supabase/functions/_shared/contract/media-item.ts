import { z } from "zod";
import { anyObject, assetSyncStatus, count, resourceType, success, timestamp } from "./values.ts";

export const mediaItem = z.strictObject({
  id: z.uuid().describe("Key of the asset here; stays for life."),
  asset_id: z.string().describe("Cloudinary's immutable identity; survives rename and overwrite."),
  public_id: z.string().describe("Cloudinary's name; unique per resource_type and type only."),
  resource_type: resourceType.describe("image, video (audio included) or raw."),
  type: z.string().describe("Delivery type: upload, private, authenticated, fetch, …"),
  format: z.string().nullable().describe("File format; often null for raw."),
  version: z.int().nullable().describe("Unix seconds of the last change of the content."),
  bytes: z.int().nullable().describe("Size of the original in bytes."),
  width: z.int().nullable().describe("Width in pixels."),
  height: z.int().nullable().describe("Height in pixels."),
  duration: z.number().nullable().describe("Length in seconds."),
  folder: z.string().describe("Folder of the library; empty for the root."),
  display_name: z.string().nullable().describe("Name shown to people."),
  original_filename: z.string().nullable().describe(
    "Name of the uploaded file without extension, once Cloudinary told it.",
  ),
  tags: z.array(z.string()).describe("A set; the order means nothing. Pages show the first 1,000."),
  context: z.record(z.string(), z.string()).describe(
    "Contextual metadata. Pages replace one of more than 64 KiB by a sentence under the key `…`.",
  ),
  metadata: anyObject.optional().describe(
    "Structured metadata, by external_id of the field. Absent for callers who are no viewers.",
  ),
  url: z.string().nullable().describe("Delivery URL over HTTP."),
  secure_url: z.string().nullable().describe("Delivery URL over HTTPS."),
  thumbnail_url: z.string().nullable().describe(
    "A picture of 200 by 200 pixels; null for raw files and for private and authenticated assets.",
  ),
  sync_status: assetSyncStatus.optional().describe(
    "synced; pending: an edit or deletion waits for Cloudinary; error: it was refused; conflict: a person must " +
      "resolve. Absent for callers who are no viewers.",
  ),
  usage_count: count.optional().describe(
    "Places that use the asset. Absent for callers who are no viewers.",
  ),
  created_at: timestamp.describe("When the asset was created in Cloudinary."),
  updated_at: timestamp.describe("When it last changed here in a way that people see."),
  deleted_at: timestamp.nullable().describe("When it was deleted; null while it lives."),
}).describe("An asset as the library shows it.");

export const mediaConflict = z.strictObject({
  base: z.unknown().optional().describe(
    "The value that both sides last agreed on; absent or null: none.",
  ),
  database: z.unknown().optional().describe("The value here; absent or null: none."),
  cloudinary: z.unknown().optional().describe("The value in Cloudinary; absent or null: none."),
  kept: z.string().describe("`open` until it is resolved."),
}).describe("A field that was changed on both sides.");

export const editableItem = mediaItem.extend({
  conflicts: z.record(z.string(), mediaConflict).nullable().optional().describe(
    "Open conflicts by field, such as `display_name` or `context.alt`. Editors only.",
  ),
  sync_error: z.string().nullable().optional().describe(
    "Why the last push of an edit failed. Editors only.",
  ),
}).describe("An asset with what editors see besides.");

export const mediaUsage = z.strictObject({
  id: z.uuid(),
  usage_type: z.string().describe("Kind of use, in the app's own words: cover, gallery, …"),
  reference_table: z.string().describe("Table of the row that uses the asset."),
  reference_id: z.string().describe("Key of that row."),
  field: z.string().describe("Column or path within that row."),
  created_at: timestamp.describe("Since when."),
}).describe("A place that uses an asset.");

export const collectionPlace = z.strictObject({
  position: z.number().describe("Place within the collection's order."),
  collection: z.strictObject({
    id: z.uuid(),
    slug: z.string(),
    name: z.string(),
    is_public: z.boolean().describe("Whether anyone may see it."),
  }),
}).describe("A collection that an asset is in.");

export const historyEntry = z.strictObject({
  id: z.int().describe("Ascending with time."),
  operation: z.string().describe(
    "upload, update, rename, move, delete, restore, conflict, resolve, quarantine, …",
  ),
  status: z.string().describe("success, error, conflict, skipped or stale."),
  direction: z.enum(["pull", "push"]).nullable().describe("From Cloudinary, or to it."),
  source: z.string().describe("What set it off: webhook, cron, api, client or console."),
  changes: anyObject.nullable().describe("What changed, by field."),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  user_id: z.uuid().nullable().describe("Who did it, where a signed-in user did."),
  created_at: timestamp,
}).describe("One entry of an asset's history.");

export const mediaItemAnswer = z.strictObject({
  success,
  item: editableItem,
  usage: z.array(mediaUsage).describe("Where it is used, the first 100. Viewers."),
  collections: z.array(collectionPlace).describe("The collections that it is in, the first 100."),
  history: z.array(historyEntry).describe("The last 50 entries, the latest first. Editors."),
}).describe("One asset with what surrounds it.");

/** An asset as the library shows it. */
export type MediaItem = z.infer<typeof mediaItem>;
/** An asset with what editors see besides. */
export type EditableMediaItem = z.infer<typeof editableItem>;
/** A field that was changed on both sides. */
export type MediaConflict = z.infer<typeof mediaConflict>;
/** A place that uses an asset. */
export type MediaUsage = z.infer<typeof mediaUsage>;
/** A collection that an asset is in. */
export type MediaCollectionPlace = z.infer<typeof collectionPlace>;
/** One entry of an asset's history. */
export type MediaHistoryEntry = z.infer<typeof historyEntry>;
/** What `GET media-list/<id>` answers. */
export type MediaItemAnswer = z.infer<typeof mediaItemAnswer>;
