import type { LibraryItem } from "../_shared/media/library-types.ts";

/** 200 px square, cropped to what matters, in the best format and quality for the viewer. */
const THUMBNAIL = "c_fill,g_auto,h_200,w_200/f_auto,q_auto";

/**
 * An item with `thumbnail_url`: a Cloudinary transformation of the image or of the video's first frame.
 *
 * Raw files have none, and neither have private and authenticated assets: their transformations need a signature.
 */
export function withThumbnail<Item extends LibraryItem>(
  item: Item,
): Item & { thumbnail_url: string | null } {
  return { ...item, thumbnail_url: thumbnailUrl(item) };
}

function thumbnailUrl(item: LibraryItem): string | null {
  if (
    item.secure_url === null || item.type !== "upload" ||
    item.resource_type === "raw"
  ) return null;
  const marker = `/${item.resource_type}/${item.type}/`;
  const at = item.secure_url.indexOf(marker);
  if (at < 0) return null;
  const end = at + marker.length;
  const url = `${item.secure_url.slice(0, end)}${THUMBNAIL}/${item.secure_url.slice(end)}`;
  return item.resource_type === "video" ? url.replace(/\.[^./]+$/, "") + ".jpg" : url;
}
