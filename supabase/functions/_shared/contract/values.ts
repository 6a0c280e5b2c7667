import { z } from "zod";

/** Cloudinary's resource types; a public_id may name an asset of each. */
export const RESOURCE_TYPES = ["image", "video", "raw"] as const;
export type ResourceType = typeof RESOURCE_TYPES[number];

export const resourceType = z.enum(RESOURCE_TYPES);

/** How far a row is from what Cloudinary holds. */
export const SYNC_STATUSES = ["synced", "pending", "error", "conflict"] as const;
export type AssetSyncStatus = typeof SYNC_STATUSES[number];

export const assetSyncStatus = z.enum(SYNC_STATUSES);

/** A time in RFC 3339, as answers tell it. */
export const timestamp = z.iso.datetime({ offset: true });

/** How many there are of something. */
export const count = z.int().min(0);

/** A name by which Cloudinary knows an asset. */
export const publicId = z.string().min(1).max(1_000);

/** An object with whatever keys and JSON values. */
export const anyObject = z.record(z.string(), z.unknown());

/** What every successful answer begins with. */
export const success = z.literal(true);
