import type { MediaItem } from "../../../../supabase/client/mod.ts";

/** Address of an asset's small picture; null where it has none that can be shown without a signature. */
export function pictureOf(item: MediaItem): string | null {
  return item.thumbnail_url;
}
