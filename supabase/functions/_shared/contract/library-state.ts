import { z } from "zod";
import { count, timestamp } from "./values.ts";

export const mediaStatistics = z.strictObject({
  total_assets: count.describe("Live assets."),
  total_images: count,
  total_videos: count,
  total_raw: count,
  total_size: count.describe("Bytes of all live assets."),
  synced_assets: count,
  pending_assets: count.describe("Assets with an edit that waits for Cloudinary."),
  error_assets: count.describe("Assets whose edit Cloudinary refused for good."),
  conflict_assets: count.describe("Assets with a conflict that a person must resolve."),
  deleted_assets: count.nullable().describe("Assets in the trash; null but for editors."),
  pending_deletions: count.nullable().describe(
    "Deletions that wait for Cloudinary; null but for editors.",
  ),
  out_of_scope_assets: count.nullable().describe(
    "Assets outside the mirrored folders; null but for admins.",
  ),
}).describe("Size and state of the library.");

export const syncStatus = z.strictObject({
  last_sync: timestamp.nullable().describe("When the last pull was completed; null before."),
  is_synced: z.boolean().describe(
    "Both sides were equal at last sight: nothing waits, errs, is in conflict, in quarantine or blocked.",
  ),
  pending_operations: count.describe("Edits and deletions that wait for Cloudinary."),
  sync_in_progress: z.boolean().describe("Whether a pull is running."),
  synced_assets: count,
  error_assets: count,
  last_error: z.string().nullable().describe("The last error of a day; null but for editors."),
}).describe("The state of the sync in a few figures.");

/** Size and state of the library. */
export type MediaStatistics = z.infer<typeof mediaStatistics>;
/** The state of the sync in a few figures. */
export type SyncStatus = z.infer<typeof syncStatus>;
