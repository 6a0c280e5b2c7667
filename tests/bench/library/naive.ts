/** What one writes who does not think of a million: an offset, an exact count, `ilike '%…%'`. */
import type { LibraryQuery } from "../../../supabase/functions/_shared/media/library-types.ts";

const SEARCHED = [
  "asset.public_id",
  "asset.display_name",
  "asset.original_filename",
  "array_to_string(asset.tags, ' ')",
  "asset.context::text",
  "asset.metadata::text",
];

/**
 * The statements of the naive peer for a query: the page and the count, or each facet. It ranks nothing.
 *
 * @param query As for `list_media_assets`.
 */
export function naiveStatements(query: LibraryQuery, kind: "page" | "facets"): string[] {
  const where = conditions(query).join(" and ");
  if (kind === "facets") {
    return ["resource_type", "format", "folder", "unnest(tags)"].map((value) =>
      `select ${value}, count(*) from public.media_assets as asset where ${where} group by 1 order by 2 desc limit 50`
    );
  }
  const sort = query.sort_by === undefined || query.sort_by === "relevance"
    ? "created_at"
    : query.sort_by;
  const limit = query.limit ?? 50;
  return [
    `select * from public.media_assets as asset where ${where}
     order by ${sort} ${query.sort_order ?? "desc"} limit ${limit} offset ${
      ((query.page ?? 1) - 1) * limit
    }`,
    `select count(*) from public.media_assets as asset where ${where}`,
  ];
}

function conditions(query: LibraryQuery): string[] {
  const live = query.deleted ? "deleted_at is not null" : "deleted_at is null";
  const found = [`asset.in_scope and asset.${live}`];
  for (const field of ["resource_type", "type", "format", "sync_status"] as const) {
    if (query[field] !== undefined) found.push(`asset.${field} = ${literal(query[field])}`);
  }
  for (const tag of query.tags ?? []) found.push(`${literal(tag)} = any (asset.tags)`);
  if (query.folder !== undefined) {
    const here = `asset.folder = ${literal(query.folder)}`;
    found.push(
      query.recursive ? `(${here} or asset.folder like ${literal(`${query.folder}/%`)})` : here,
    );
  }
  if (query.used !== undefined) found.push(`asset.usage_count ${query.used ? "> 0" : "= 0"}`);
  if (query.created_after !== undefined) {
    found.push(`asset.created_at >= ${literal(query.created_after)}`);
  }
  if (query.created_before !== undefined) {
    found.push(`asset.created_at < ${literal(query.created_before)}`);
  }
  if (query.collection !== undefined) {
    found.push(`exists (select from public.media_collection_items as item
      join public.media_collections as collection on collection.id = item.collection_id
      where item.media_asset_id = asset.id and collection.slug = ${literal(query.collection)})`);
  }
  if (query.cursor !== undefined) {
    // It is spared the offset to the same place.
    found.push(`asset.${query.sort_by ?? "created_at"} < ${literal(query.cursor.value)}`);
  }
  for (const [, minus, phrase, word] of (query.search ?? "").matchAll(/(-?)(?:"([^"]+)"|(\S+))/g)) {
    const pattern = literal(`%${phrase ?? word}%`);
    const anywhere = SEARCHED.map((text) => `${text} ilike ${pattern}`).join(" or ");
    found.push(minus === "-" ? `(${anywhere}) is not true` : `(${anywhere})`);
  }
  return found;
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
