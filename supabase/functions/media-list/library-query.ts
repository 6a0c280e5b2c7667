import type { z } from "zod";
import { mediaListQuery } from "../_shared/contract/media-list.ts";
import type { LibraryQuery } from "../_shared/media/library-types.ts";
import { decodeCursor } from "./cursor.ts";

/** The query of `GET media-list`, whose cursor must be one of its sort order. */
export const librarySchema = mediaListQuery.transform((query) => ({
  ...query,
  sort_by: query.sort_by ?? (query.search === undefined ? "created_at" : "relevance"),
})).superRefine((query, check) => {
  if (
    query.cursor !== undefined && decodeCursor(query.cursor, query) === null
  ) {
    check.addIssue({
      code: "custom",
      path: ["cursor"],
      message: "is not a cursor of this sort order; start again without it",
    });
  }
});

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
