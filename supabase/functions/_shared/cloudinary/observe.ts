import { CloudinaryError } from "./errors.ts";
import {
  type Asked,
  type FolderMode,
  isPlaceholder,
  type Observation,
  toObservation,
} from "./observation.ts";
import { storableText } from "./storable.ts";

/** What decides how a resource is read; see {@link toObservation}. */
export interface ObserveOptions {
  asked?: Asked;
  folderMode?: FolderMode;
}

/**
 * Normalises one resource.
 *
 * @throws CloudinaryError `not_found` for a placeholder.
 */
export function observe(resource: unknown, options: ObserveOptions): Observation {
  if (isPlaceholder(resource)) {
    throw new CloudinaryError("Cloudinary has deleted the asset and keeps a backup of it.", {
      code: "not_found",
    });
  }
  return toObservation(resource, options);
}

/**
 * Normalises a list of resources. Placeholders are left out; what cannot be a row is there, marked as such.
 *
 * @throws CloudinaryError `unavailable` when it is no such list.
 */
export function observeAll(resources: unknown, options: ObserveOptions): Observation[] {
  if (!Array.isArray(resources)) {
    throw new CloudinaryError("Cloudinary sent a list without resources.", { code: "unavailable" });
  }
  return resources.filter((resource) => !isPlaceholder(resource))
    .map((resource) => observe(resource, options));
}

/** The cursor of the next page, or null after the last one. */
export function nextCursorOf(data: Record<string, unknown>): string | null {
  const { next_cursor } = data;
  return typeof next_cursor === "string" && next_cursor !== "" ? storableText(next_cursor) : null;
}
