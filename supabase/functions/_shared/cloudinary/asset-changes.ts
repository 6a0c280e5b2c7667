import { encodeContext } from "./context-codec.ts";
import { CloudinaryError } from "./errors.ts";

/** Cloudinary's name for one asset: unique, but it can change. */
export interface AssetName {
  publicId: string;
  resourceType: string;
  type: string;
}

/** New values of editable fields, by Cloudinary's names; an absent key is left alone. */
export interface AssetChanges {
  display_name?: string;
  /** `""` is the root. Dynamic-folder clouds only. */
  asset_folder?: string;
  context?: Record<string, unknown>;
}

/** Changes as Cloudinary takes them. */
export function encodeChanges({ context, ...rest }: AssetChanges): Record<string, unknown> {
  return { ...rest, ...(context === undefined ? {} : { context: encodePairs(context) }) };
}

/**
 * Tags as Cloudinary takes them, joined by commas.
 *
 * @throws CloudinaryError `bad_request` for a tag that holds a comma, since it would become two.
 */
export function encodeTags(tags: readonly string[]): string {
  const split = tags.find((tag) => tag.includes(","));
  if (split !== undefined) {
    throw new CloudinaryError("A tag must not contain a comma.", { code: "bad_request" });
  }
  return tags.join(",");
}

/** {@link encodeContext}, whose error is thrown as `bad_request` like a refusal by Cloudinary. */
export function encodePairs(values: Record<string, unknown>): string {
  const { data, error } = encodeContext(values);
  if (error !== undefined) throw new CloudinaryError(error.message, { code: "bad_request" });
  return data;
}
