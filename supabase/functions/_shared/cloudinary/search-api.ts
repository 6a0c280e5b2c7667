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
  /** Default `tags`, `context`, `metadata`, `last_updated`; the latter two only where the account allows it. */
  withFields?: string[];
}

/** One page of results; `totalCount` counts all of them. */
export interface SearchPage {
  totalCount: number;
  resources: Observation[];
  nextCursor: string | null;
}

/** Assets of which a search told whether a backup is kept, and those that have one. */
export interface BackupSample {
  sampled: number;
  kept: number;
}

/** What an account may refuse to tell in a search. */
const REFUSABLE = ["last_updated", "metadata"] as const;
export type RefusedField = typeof REFUSABLE[number];

/**
 * Searches assets; every call spends one unit of the hourly budget.
 *
 * Accounts differ in whether a search may be asked to tell `metadata` and `last_updated` (which most tell unasked). What is
 * refused is found out once, and not asked for again during this client's life.
 */
export function createSearchApi(
  transport: Transport,
  folderMode: () => FolderMode | undefined,
  onBackups: (told: BackupSample) => void = () => {},
) {
  const refused = new Set<string>();

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
    onBackups(sampleBackups(data.resources));
    const told = Number(data.total_count);
    const totalCount = Number.isSafeInteger(told) && told >= 0 ? told : resources.length;
    return { data: { totalCount, resources, nextCursor: nextCursorOf(data) }, rateLimit };
  };

  /** @returns null when it is refused. */
  const tryWith = async (request: SearchRequest, withFields: string[]) => {
    try {
      return await searchWith(request, withFields);
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  };

  return {
    async search(request: SearchRequest): Promise<Answer<SearchPage>> {
      const wanted = (request.withFields ?? ["tags", "context", "metadata", "last_updated"])
        .filter((field) => !refused.has(field));
      const doubtful = REFUSABLE.filter((field) => wanted.includes(field));
      if (doubtful.length === 0) return await searchWith(request, wanted);
      const answer = await tryWith(request, wanted);
      if (answer !== null) return answer;
      const without = (fields: readonly string[]) =>
        wanted.filter((field) => !fields.includes(field));
      // Something else may be wrong with the search: then it is refused without them as well, and they are not to blame.
      const plain = await searchWith(request, without(doubtful));
      for (const field of doubtful.length > 1 ? doubtful : []) {
        const better = await tryWith(request, without([field]));
        if (better === null) continue;
        refused.add(field);
        return better;
      }
      for (const field of doubtful) refused.add(field);
      return plain;
    },

    /** What searches have been refused, here or as {@link useSearchRefusals} told. */
    searchRefusals: (): RefusedField[] => REFUSABLE.filter((field) => refused.has(field)),

    /** Tells the client what searches may not tell, where that is known already. */
    useSearchRefusals: (known: readonly RefusedField[]): void => {
      for (const field of known) refused.add(field);
    },
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof CloudinaryError &&
    (error.code === "bad_request" || error.code === "forbidden");
}

/** `backup_bytes` is the size of the backups; an answer that leaves it out tells nothing. */
function sampleBackups(resources: unknown): BackupSample {
  const told = (Array.isArray(resources) ? resources : [])
    .map((resource) => (resource as { backup_bytes?: unknown } | null)?.backup_bytes)
    .filter((bytes) => typeof bytes === "number");
  return { sampled: told.length, kept: told.filter((bytes) => bytes > 0).length };
}
