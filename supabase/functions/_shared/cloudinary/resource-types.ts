/** Cloudinary's resource types; a public_id may name an asset of each. */
export const RESOURCE_TYPES = ["image", "video", "raw"] as const;

export type ResourceType = typeof RESOURCE_TYPES[number];
