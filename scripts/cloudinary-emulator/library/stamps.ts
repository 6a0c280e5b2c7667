import type { Asset, LastUpdated } from "../store/asset.ts";

/** What an asset that is stored whole says of itself, each with a stamp of its own. */
type Stamped = Pick<Asset, "tags" | "context" | "metadata">;

/**
 * The stamps of an asset that is stored whole: those of what differs from the asset that it takes the place of, or from
 * nothing.
 *
 * @param at ms since the epoch
 */
export function stampWhole(stored: Stamped, at: number, before?: Asset): LastUpdated {
  const differs = (key: keyof Stamped) => {
    const empty = Array.isArray(stored[key]) ? [] : {};
    return JSON.stringify(stored[key]) !== JSON.stringify(before?.[key] ?? empty);
  };
  return {
    ...before?.last_updated,
    ...(differs("tags") ? { tags_updated_at: at } : {}),
    ...(differs("context") ? { context_updated_at: at } : {}),
    ...(differs("metadata") ? { metadata_updated_at: at } : {}),
    updated_at: at,
  };
}
