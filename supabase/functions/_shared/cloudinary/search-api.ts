import { CloudinaryError } from "./errors.ts";
import type { FolderMode, Observation } from "./observation.ts";
import { nextCursorOf, observeAll } from "./observe.ts";
import type { Answer, Transport } from "./transport.ts";

/** A query of the Search API. The index lags a few seconds behind; it is no read after write. */
export interface SearchRequest {
  /** Cloudinary's expression, such as `last_updated.updated_at>="2026-01-01T00:00:00Z"`. */
  expression: string;
  /** Default `created_at desc`. */
  sortBy?: Record<string, "asc" | "desc">[];
  /** 1–500, default 500. */
  maxResults?: number;
  cursor?: string | null;
  /** Default `tags`, `context`, `metadata`; the latter only where the account's plan allows it. */
  withFields?: string[];
}

/** One page of results; `totalCount` counts all of them. */
export interface SearchPage {
  totalCount: number;
  resources: Observation[];
  nextCursor: string | null;
}

/**
 * Searches assets; every call spends one unit of the hourly budget.
 *
 * Plans differ in whether a search may tell `metadata`. Where it is refused the search is made without, now and for the
 * rest of this client's life, and its observations do not tell metadata.
 */
export function createSearchApi(transport: Transport, folderMode: () => FolderMode | undefined) {
  let metadataRefused = false;

  const searchWith = async (
    request: SearchRequest,
    withFields: string[],
  ): Promise<Answer<SearchPage>> => {
    const parameters = {
      expression: request.expression,
      max_results: request.maxResults ?? 500,
      with_field: withFields,
      ...(request.sortBy ? { sort_by: request.sortBy } : {}),
      ...(request.cursor ? { next_cursor: request.cursor } : {}),
    };
    // Without the SDK, which may break characters of several bytes; see admin-api/assets.ts.
    const { data, rateLimit } = await transport.viaFetch("POST resources/search", {
      method: "POST",
      path: ["resources", "search"],
      body: parameters,
    });
    const asked = {
      tags: withFields.includes("tags"),
      context: withFields.includes("context"),
      metadata: withFields.includes("metadata"),
    };
    const resources = observeAll(data.resources, { asked, folderMode: folderMode() });
    const told = Number(data.total_count);
    const totalCount = Number.isSafeInteger(told) && told >= 0 ? told : resources.length;
    return { data: { totalCount, resources, nextCursor: nextCursorOf(data) }, rateLimit };
  };

  return {
    async search(request: SearchRequest): Promise<Answer<SearchPage>> {
      const wanted = request.withFields ?? ["tags", "context", "metadata"];
      const plain = wanted.filter((field) => field !== "metadata");
      if (metadataRefused || plain.length === wanted.length) {
        return await searchWith(request, plain);
      }
      try {
        return await searchWith(request, wanted);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        // Something else may be wrong with the search: then it is refused without metadata as well.
        const answer = await searchWith(request, plain);
        metadataRefused = true;
        return answer;
      }
    },
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof CloudinaryError &&
    (error.code === "bad_request" || error.code === "forbidden");
}
