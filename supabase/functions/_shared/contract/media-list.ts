import { z } from "zod";
import { mediaStatistics, syncStatus } from "./library-state.ts";
import { mediaItem } from "./media-item.ts";
import { flag, list, parts, text, time, wholeNumber } from "./query-values.ts";
import { assetSyncStatus, count, resourceType, success } from "./values.ts";

/** What the library can be sorted by. */
export const SORT_KEYS = [
  "created_at",
  "updated_at",
  "public_id",
  "bytes",
  "display_name",
  "relevance",
] as const;
/** Parts of a page besides its items. */
export const PAGE_PARTS = ["stats", "sync_status", "facets"] as const;

/** The query of `GET media-list`, as strings in a URL. Whether its cursor is one, the handler knows. */
export const mediaListQuery = z.strictObject({
  page: wholeNumber(1, 10_000_000).optional().describe(
    "Page, from 1, the default. Not with cursor.",
  ),
  limit: wholeNumber(1, 100).default(50).describe("Items a page; 50 when absent."),
  cursor: text(2_000).optional().describe(
    "`pagination.next_cursor` of the page before: costs the same at any depth.",
  ),
  search: text(200).optional().describe(
    'Words, each found anywhere in public_id, display_name, original_filename, tags, context and metadata; `"a phrase"`, ' +
      "`-without`. Case, accents and Unicode form make no difference.",
  ),
  folder: z.string().max(1_000).transform((value) => value.replace(/^\/+|\/+$/g, "")).optional()
    .describe("Folder, such as `a/b`; empty for the root."),
  recursive: flag.optional().describe("With folder: also what lies in folders below."),
  tags: list(50).optional().describe("Comma-separated; an asset must have all of them."),
  resource_type: resourceType.optional(),
  type: text(50).optional().describe("Delivery type, such as `upload`."),
  format: text(20).optional().describe("File format, such as `jpg`."),
  sync_status: assetSyncStatus.optional().describe("Viewers."),
  collection: text(200).optional().describe("Id or slug of a collection."),
  quarantined: flag.optional().describe(
    "Assets that cannot be stored as Cloudinary shows them now.",
  ),
  used: flag.optional().describe("Whether the asset is used somewhere. Viewers."),
  deleted: flag.optional().describe("true: the trash. Editors."),
  created_after: time.optional().describe("Date or time in RFC 3339."),
  created_before: time.optional().describe("Date or time in RFC 3339."),
  sort_by: z.enum(SORT_KEYS).optional().describe(
    "Default: relevance with search, else created_at. relevance: the very name, then its beginning, then whole words, " +
      "then the rest; sort_order is that of created_at within each.",
  ),
  sort_order: z.enum(["desc", "asc"]).default("desc"),
  include: parts.pipe(z.array(z.enum(PAGE_PARTS))).default(["stats", "sync_status"]).describe(
    "Comma-separated parts of the answer besides the items: stats, sync_status, facets; empty: none. The first two " +
      "when absent.",
  ),
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
  if (query.sort_by === "relevance" && query.search === undefined) {
    check.addIssue({
      code: "custom",
      path: ["sort_by"],
      message: "relevance needs search",
    });
  }
});

export const pagination = z.strictObject({
  page: z.int().min(1).nullable().describe("null when a cursor was sent."),
  limit: z.int().min(1).describe("Items a page."),
  total: count.describe("Matches; an estimate where total_is_exact is false."),
  total_is_exact: z.boolean(),
  pages: count,
  has_next: z.boolean().describe(
    "A page may hold fewer items than limit, even none, and go on: where words are not together whose letters are.",
  ),
  has_prev: z.boolean(),
  next_cursor: z.string().nullable().describe("Cursor of the next page; null on the last."),
});

const facet = z.array(z.strictObject({ value: z.string(), count }))
  .describe("The 50 most frequent values.");

export const mediaFacets = z.strictObject({
  resource_type: facet,
  format: facet,
  folder: facet,
  tags: facet,
  estimated: z.literal(true).optional().describe(
    "Where there are more than some 10,000 matches: the counts are estimated from a sample.",
  ),
}).describe("The most frequent values among the matches.");

export const mediaListAnswer = z.strictObject({
  success,
  items: z.array(mediaItem),
  pagination,
  stats: mediaStatistics.optional().describe("Viewers, unless `include` leaves it out."),
  sync_status: syncStatus.optional().describe("Viewers, unless `include` leaves it out."),
  facets: mediaFacets.optional().describe("Where `include` asks for it."),
}).describe("A page of the library, as far as the caller may see it.");

/** The query of `GET media-list` as a client sends it. */
export type MediaListQuery = z.input<typeof mediaListQuery>;
/** The query of `GET media-list` once it is read. */
export type MediaListRequest = z.output<typeof mediaListQuery>;
/** What the library can be sorted by. */
export type MediaSortKey = typeof SORT_KEYS[number];
/** Parts of a page besides its items. */
export type MediaPagePart = typeof PAGE_PARTS[number];
/** Where a page lies among the others. */
export type Pagination = z.infer<typeof pagination>;
/** The most frequent values among the matches. */
export type MediaFacets = z.infer<typeof mediaFacets>;
/** What `GET media-list` answers. */
export type MediaListAnswer = z.infer<typeof mediaListAnswer>;
