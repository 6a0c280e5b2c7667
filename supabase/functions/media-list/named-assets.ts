import { publicIds } from "../_shared/contract/deletions.ts";
import { badRequest } from "../_shared/http/api-error.ts";
import { findUnstorable } from "../_shared/http/plain-json.ts";

/** Longest name that Cloudinary takes. */
const LONGEST = 255;

/** How many names with commas a list by commas may be taken for. */
const MOST_JOINS = 5_000;

/** The names in a query. */
export interface NamedAssets {
  /** Undefined when the query names none. */
  publicIds?: string[];
  /** Names with commas that a list by commas may mean instead; none when the parameter is repeated. */
  joins: string[];
  /** The URL without the names. */
  rest: URL;
}

/**
 * Reads `public_ids`: repeated, each is a name as it stands; given once, it is a list by commas.
 *
 * @throws ApiError 400 for no names, too many, or what no database holds.
 */
export function readPublicIds(url: URL): NamedAssets {
  const rest = new URL(url);
  rest.searchParams.delete("public_ids");
  const given = url.searchParams.getAll("public_ids");
  if (given.length === 0) return { joins: [], rest };
  const unstorable = findUnstorable(given);
  if (unstorable.length > 0) {
    throw badRequest([{ path: "public_ids", message: unstorable[0]!.message }]);
  }
  const parts = given.length > 1 ? given : given[0]!.split(",");
  const wanted = given.length > 1
    ? given
    : parts.map((part) => part.trim()).filter((part) => part !== "");
  const { success, data, error } = publicIds.safeParse(wanted);
  if (!success) throw badRequest([{ path: "public_ids", message: error.issues[0]!.message }]);
  return { publicIds: data, joins: given.length > 1 ? [] : joinsOf(parts), rest };
}

function joinsOf(parts: string[]): string[] {
  const joins: string[] = [];
  for (let start = 0; start < parts.length; start++) {
    let join = parts[start]!;
    for (let end = start + 1; end < parts.length; end++) {
      join += `,${parts[end]}`;
      if (join.length > LONGEST + 2) break;
      joins.push(...new Set([join, join.trim()]));
      if (joins.length > MOST_JOINS) {
        throw badRequest([{
          path: "public_ids",
          message: "names too many for a list by commas: repeat the parameter, or send a body",
        }]);
      }
    }
  }
  return joins;
}
