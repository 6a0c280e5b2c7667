import { z } from "zod";
import { mediaItem } from "./media-item.ts";
import { booleanText } from "./query-values.ts";
import { publicId, resourceType, success } from "./values.ts";

/** How many assets one request may delete or edit. */
export const MOST_ASSETS = 1_000;

/** Names in a query or a body of `DELETE media-list`. */
export const publicIds = z.array(publicId).min(1).max(MOST_ASSETS);

const deliveryType = z.string().min(1).max(50).optional()
  .describe("Delivery type of the assets that are named.");

/** The query of `DELETE media-list`, but for `public_ids`. */
export const mediaDeletionQuery = z.strictObject({
  resource_type: resourceType.optional(),
  type: deliveryType,
  force: booleanText.optional()
    .describe("Deletes what is in use all the same."),
});

/** The body of `DELETE media-list`. */
export const mediaDeletion = z.strictObject({
  public_ids: publicIds.optional(),
  ids: z.array(z.uuid()).min(1).max(MOST_ASSETS).optional(),
  resource_type: resourceType.optional(),
  type: deliveryType,
  force: z.boolean().optional().describe("Deletes what is in use all the same."),
}).describe("The assets to delete, by public_id, by id or both.");

export const deletionFailure = z.strictObject({
  public_id: z.string().nullable().describe("null where an id was sent that is not known."),
  id: z.string().optional(),
  ids: z.array(z.string()).optional().describe("The assets that an ambiguous name may mean."),
  error: z.string().describe("Why, as a sentence."),
  code: z.enum(["not_found", "in_use", "ambiguous", "content_changed"]),
}).describe("An asset that was not deleted.");

export const mediaDeletionAnswer = z.strictObject({
  success: z.boolean().describe("Whether nothing failed."),
  deleted: z.array(z.string()).describe("public_ids that both sides let go of."),
  pending: z.array(z.string()).describe(
    "public_ids that are deleted here and not yet in Cloudinary: tried again.",
  ),
  ids: z.array(z.uuid()).describe(
    "The assets that this call deleted; restoring them undoes it. Without those that were deleted before.",
  ),
  failed: z.array(deletionFailure),
  message: z.string(),
}).describe("What became of each asset.");

export const restoreAnswer = z.strictObject({
  success,
  outcome: z.enum(["live", "restored", "requested"]).describe(
    "live: it was not deleted; restored: it is back; requested: Cloudinary will be asked for its backup.",
  ),
  item: mediaItem,
}).describe("What became of a wish to restore.");

/** The body of `DELETE media-list`. */
export type MediaDeletion = z.infer<typeof mediaDeletion>;
/** An asset that was not deleted. */
export type MediaDeletionFailure = z.infer<typeof deletionFailure>;
/** What `DELETE media-list` answers. */
export type MediaDeletionAnswer = z.infer<typeof mediaDeletionAnswer>;
/** What `POST media-list/<id>/restore` answers. */
export type RestoreAnswer = z.infer<typeof restoreAnswer>;
