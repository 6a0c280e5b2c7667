import { dpr, format, quality } from "@cloudinary/url-gen/actions/delivery";
import { fill, limitFit } from "@cloudinary/url-gen/actions/resize";
import { autoGravity } from "@cloudinary/url-gen/qualifiers/gravity";
import { Transformation } from "@cloudinary/url-gen/transformation/Transformation";
import type { MediaItem } from "./contract.ts";

/** How an asset is to be shown. */
export interface DeliveryOptions {
  /** In CSS pixels. With one of width and height the whole picture fits; with both it fills them, cropped to what matters. */
  width?: number;
  height?: number;
  /** Pixels of the screen for each of CSS; in browsers `devicePixelRatio`. Default 1. */
  pixelRatio?: number;
  /** Default `auto`: the best that the viewer's browser shows. */
  format?: string;
  /** 1 to 100, or `auto`, the default. */
  quality?: number | "auto";
  /** Of a video its first frame, as a picture. */
  poster?: boolean;
}

/** What of an asset its address is made of. */
export type DeliverableAsset = Pick<MediaItem, "resource_type" | "type" | "secure_url">;

/**
 * The address of an asset in the size and format that a page needs.
 *
 * @returns The original's for raw files; null where Cloudinary told no address, and for private and authenticated
 *   assets, whose addresses must be signed.
 */
export function deliveryUrl(asset: DeliverableAsset, options: DeliveryOptions = {}): string | null {
  if (asset.secure_url === null || asset.type !== "upload") return null;
  if (asset.resource_type === "raw") return asset.secure_url;
  const marker = `/${asset.resource_type}/${asset.type}/`;
  const at = asset.secure_url.indexOf(marker);
  if (at < 0) return null;
  // The rest of the address, with its host, may be the account's own: only the transformation is put in.
  const end = at + marker.length;
  const rest = asset.secure_url.slice(end);
  const isPoster = asset.resource_type === "video" && options.poster === true;
  const name = isPoster ? rest.replace(/\.[^./]+$/, "") + ".jpg" : rest;
  return `${asset.secure_url.slice(0, end)}${transformation(options)}/${name}`;
}

function transformation(options: DeliveryOptions): string {
  const { width, height, pixelRatio = 1 } = options;
  const result = new Transformation();
  if (width !== undefined && height !== undefined) {
    result.resize(
      fill().width(Math.round(width)).height(Math.round(height)).gravity(autoGravity()),
    );
  } else if (width !== undefined) result.resize(limitFit().width(Math.round(width)));
  else if (height !== undefined) result.resize(limitFit().height(Math.round(height)));
  if (pixelRatio !== 1) result.delivery(dpr(pixelRatio.toFixed(1)));
  result.delivery(format(options.format ?? "auto"));
  result.delivery(quality(options.quality ?? "auto"));
  return result.toString();
}
