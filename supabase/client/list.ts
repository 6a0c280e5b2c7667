import type { MediaFacets, MediaItem, MediaListAnswer, MediaListQuery } from "./contract.ts";
import { callFunction, type RequestOptions } from "./request.ts";
import type { AnySupabaseClient } from "./supabase-client.ts";

/** Which assets, and in which order. */
export interface MediaQuery extends
  Omit<
    MediaListQuery,
    | "page"
    | "limit"
    | "cursor"
    | "include"
    | "tags"
    | "recursive"
    | "used"
    | "deleted"
    | "quarantined"
    | "created_after"
    | "created_before"
  > {
  /** Assets must have all of them. */
  tags?: readonly string[];
  /** With `folder`: also what lies in folders below. */
  recursive?: boolean;
  /** Whether the asset is used somewhere. Viewers. */
  used?: boolean;
  /** True: the trash. Editors. */
  deleted?: boolean;
  /** Assets that cannot be stored as Cloudinary shows them now. */
  quarantined?: boolean;
  created_after?: Date | string;
  created_before?: Date | string;
}

/** Which page, and what it tells besides its items. */
export interface PageOptions extends RequestOptions {
  /** From 1, the default. */
  page?: number;
  /** `pagination.next_cursor` of the page before, instead of `page`: costs the same at any depth. */
  cursor?: string;
  /** Items a page, at most 100; default 50. */
  limit?: number;
  /** Default `stats` and `sync_status`. */
  include?: readonly ("stats" | "sync_status" | "facets")[];
}

/** Assets that match, read page by page as they are asked for. */
export interface MediaList extends AsyncIterable<MediaItem> {
  /** One page, with totals. @throws {MediaError} */
  page(options?: PageOptions): Promise<MediaListAnswer>;
  /** All pages from the first, by cursor. The items of each come without statistics. */
  pages(options?: Omit<PageOptions, "page">): AsyncIterable<MediaListAnswer>;
}

/** Assets that match a query; nothing is asked for before the first page is. */
export function listAssets(
  supabase: AnySupabaseClient,
  query: MediaQuery,
  { signal, limit = 100 }: Pick<PageOptions, "signal" | "limit">,
): MediaList {
  const page = (options: PageOptions = {}) => readPage(supabase, query, { signal, ...options });
  async function* pages(options: Omit<PageOptions, "page"> = {}) {
    let cursor: string | null | undefined = options.cursor;
    do {
      const answer: MediaListAnswer = await page({
        limit,
        include: [],
        ...options,
        ...(cursor === undefined ? {} : { cursor }),
      });
      yield answer;
      cursor = answer.pagination.next_cursor;
    } while (cursor !== null);
  }
  return {
    page,
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const { items } of pages()) yield* items;
    },
  };
}

/** The most frequent values among the assets that match. @throws {MediaError} */
export async function readFacets(
  supabase: AnySupabaseClient,
  query: MediaQuery,
  { signal }: RequestOptions,
): Promise<MediaFacets> {
  const { facets } = await readPage(supabase, query, { limit: 1, include: ["facets"], signal });
  return facets ?? { resource_type: [], format: [], folder: [], tags: [] };
}

async function readPage(
  supabase: AnySupabaseClient,
  query: MediaQuery,
  { signal, include, ...place }: PageOptions,
): Promise<MediaListAnswer> {
  const parameters = new URLSearchParams();
  const wanted = { ...query, ...place, ...(include === undefined ? {} : { include }) };
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined) parameters.set(name, asText(value));
  }
  return await callFunction(supabase, `media-list?${parameters}`, { signal });
}

function asText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? value.join(",") : String(value);
}
