import { z } from "zod";
import { RESOURCE_TYPES } from "../_shared/cloudinary/resource-types.ts";
import type { LibraryQuery } from "../_shared/media/library-types.ts";
import { decodeCursor } from "./cursor.ts";
import { isTime } from "./is-time.ts";

const text = (most: number) => z.string().min(1, "must not be empty").max(most);
const flag = z.enum(["true", "false"], { error: "must be true or false" })
  .transform((value) => value === "true");
const wholeNumber = (least: number, most: number) =>
  z.string().regex(/^\d{1,9}$/, "must be a whole number").transform(Number)
    .pipe(
      z.number().min(least, `must be at least ${least}`).max(
        most,
        `must be at most ${most}`,
      ),
    );
const time = z.string().refine(
  isTime,
  "must be a date or time such as 2026-01-31 or 2026-01-31T12:00:00Z",
);
const list = (most: number) =>
  z.string().transform((
    value,
  ) => [
    ...new Set(
      value.split(",").map((part) => part.trim()).filter((part) => part !== ""),
    ),
  ])
    .pipe(
      z.array(z.string().max(255)).min(1, "must name at least one value").max(
        most,
      ),
    );

/** The query of `GET media-list`, as strings in a URL. */
export const librarySchema = z.strictObject({
  page: wholeNumber(1, 10_000_000).optional(),
  limit: wholeNumber(1, 100).default(50),
  cursor: text(2_000).optional(),
  search: text(200).optional(),
  folder: z.string().max(1_000).transform((value) => value.replace(/^\/+|\/+$/g, "")).optional(),
  recursive: flag.optional(),
  tags: list(50).optional(),
  resource_type: z.enum(RESOURCE_TYPES).optional(),
  type: text(50).optional(),
  format: text(20).optional(),
  sync_status: z.enum(["synced", "pending", "error", "conflict"]).optional(),
  collection: text(200).optional(),
  quarantined: flag.optional(),
  used: flag.optional(),
  deleted: flag.optional(),
  created_after: time.optional(),
  created_before: time.optional(),
  sort_by: z.enum([
    "created_at",
    "updated_at",
    "public_id",
    "bytes",
    "display_name",
  ]).default("created_at"),
  sort_order: z.enum(["desc", "asc"]).default("desc"),
  include: list(10).pipe(z.array(z.enum(["stats", "sync_status", "facets"])))
    .default(["stats", "sync_status"]),
}).superRefine((query, check) => {
  if (query.cursor !== undefined && query.page !== undefined) {
    check.addIssue({
      code: "custom",
      path: ["page"],
      message: "cannot be combined with cursor",
    });
  }
  if (query.recursive !== undefined && query.folder === undefined) {
    check.addIssue({
      code: "custom",
      path: ["recursive"],
      message: "needs folder",
    });
  }
  if (query.search?.trim() === "") {
    check.addIssue({
      code: "custom",
      path: ["search"],
      message: "must not be empty",
    });
  }
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
