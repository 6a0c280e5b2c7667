import type { z } from "zod";
import { mediaListQuery, type MediaListRequest } from "../_shared/contract/media-list.ts";
import type { LibraryQuery } from "../_shared/media/library-types.ts";
import { decodeCursor } from "./cursor.ts";

/** The query of `GET media-list`, whose cursor must be one of its sort order. */
export const librarySchema = mediaListQuery.superRefine((query, check) => {
  if (
    query.cursor !== undefined && decodeCursor(query.cursor, withOrder(query)) === null
  ) {
    check.addIssue({
      code: "custom",
      path: ["cursor"],
      message: "is not a cursor of this sort order; start again without it",
    });
  }
  // After all checks: a schema made of another's output is not asked where that one finds something.
}).transform(withOrder);

function withOrder(query: MediaListRequest) {
  return {
    ...query,
    sort_by: query.sort_by ?? (query.search === undefined ? "created_at" : "relevance"),
  } as const;
}

/** The checked query of `GET media-list`. */
export type LibraryRequest = z.output<typeof librarySchema>;

/** The checked query in the form that the database takes. */
export function toLibraryQuery(request: LibraryRequest): LibraryQuery {
  const { include: _include, cursor, ...query } = request;
  return {
    ...query,
    ...(cursor === undefined ? {} : { cursor: decodeCursor(cursor, request)! }),
  };
}
