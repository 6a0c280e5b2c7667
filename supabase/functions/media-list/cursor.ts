import { isTime } from "../_shared/contract/time.ts";
import type { LibraryPosition } from "../_shared/media/library-types.ts";

interface SortOrder {
  sort_by: string;
  sort_order: string;
}

/**
 * An opaque cursor: the position after which the next page begins, bound to its sort order.
 *
 * @param position Sort key and id of the last item shown.
 */
export function encodeCursor(
  position: LibraryPosition,
  order: SortOrder,
): string {
  const json = JSON.stringify([
    order.sort_by,
    order.sort_order,
    position.value,
    position.id,
  ]);
  const binary = String.fromCharCode(...new TextEncoder().encode(json));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(
    /=+$/,
    "",
  );
}

/**
 * The position in a cursor.
 *
 * @returns null when it is no cursor of ours, or one of another sort order.
 */
export function decodeCursor(
  cursor: string,
  order: SortOrder,
): LibraryPosition | null {
  try {
    const binary = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(
      binary,
      (character) => character.charCodeAt(0),
    );
    const parts: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    );
    if (
      !Array.isArray(parts) || !parts.every((part) => typeof part === "string")
    ) return null;
    const [sortBy, sortOrder, value, id] = parts as string[];
    if (sortBy !== order.sort_by || sortOrder !== order.sort_order) return null;
    if (
      value === undefined || value.includes("\0") || id === undefined ||
      !isUuid(id)
    ) return null;
    return isSortKey(sortBy, value) ? { value, id } : null;
  } catch {
    // Not base64, not UTF-8 or not JSON: in each case not a cursor of ours.
    return null;
  }
}

function isUuid(value: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

/** A forged cursor must end as bad input here, not as a failed cast in the database. */
function isSortKey(sortBy: string, value: string): boolean {
  switch (sortBy) {
    case "bytes":
      return /^\d{1,18}$/.test(value);
    case "created_at":
    case "updated_at":
      return isTime(value);
    case "relevance":
      return /^[0-3] /.test(value) && isTime(value.slice(2));
    default:
      return value.length <= 2_000;
  }
}
