import { CloudinaryError } from "./errors.ts";
import { type Asked, type FolderMode, type Observation, toObservation } from "./observation.ts";
import type { Answer, Transport } from "./transport.ts";

/** One page of a listing. */
export interface Page {
  resources: Observation[];
  nextCursor: string | null;
}

/** Which page of which listing; see CLOUDINARY's `GET /resources/:resource_type`. */
export interface ListAssetsRequest {
  resourceType: string;
  /** Delivery type; without it all types of the resource type are listed. */
  type?: string;
  cursor?: string | null;
  /** 1–500, default 500. */
  maxResults?: number;
  /** Only assets created since; use it with direction `asc`. */
  startAt?: Date;
  direction?: "asc" | "desc";
  /** Needs `type`; the listing is then sorted by public_id. */
  prefix?: string;
}

/** Names one asset. */
export type AssetReference =
  | { assetId: string }
  | { publicId: string; resourceType: string; type: string };

/** The flags that make a listing complete; without them Cloudinary leaves the fields out. */
const ALL_FIELDS = { tags: true, context: true, metadata: true, moderations: true };

/** Largest and smallest batch of `by_asset_ids`: OpenAPI says 100, the documentation's text 10. */
const MAX_BATCH = 100;
const MIN_BATCH = 10;

/**
 * Reads assets through the Admin API; every call spends one unit of the hourly budget.
 *
 * Made without the SDK: version 2.11 turns an answer into text chunk by chunk, so that a character of several bytes on
 * the border of two chunks arrives as U+FFFD, and a reconcile would take that for an edit.
 */
export function createReading(transport: Transport, folderMode: () => FolderMode | undefined) {
  let batchSize = MAX_BATCH;

  const observe = (resources: unknown, asked?: Asked): Observation[] =>
    toObservations(resources, { asked, folderMode: folderMode() });

  const lookUpAssetIds = async (ids: string[]): Promise<Answer<Observation[]>> => {
    const { data, rateLimit } = await transport.viaFetch("GET resources/by_asset_ids", {
      method: "GET",
      path: ["resources", "by_asset_ids"],
      query: [...flags(), ...ids.map((id): [string, string] => ["asset_ids[]", id])],
    });
    return { data: observe(data.resources), rateLimit };
  };

  const getAsset = async (reference: AssetReference): Promise<Answer<Observation | null>> => {
    try {
      const { data, rateLimit } = await transport.viaFetch("GET resources/:asset", {
        method: "GET",
        path: "assetId" in reference
          ? ["resources", reference.assetId]
          : ["resources", reference.resourceType, reference.type, reference.publicId],
        query: [["max_results", "1"]],
      });
      // What a deleted asset with a backup answers is undocumented; a placeholder is not the asset.
      if (data.placeholder === true) return { data: null, rateLimit };
      return { data: observe([data])[0] ?? null, rateLimit };
    } catch (error) {
      if (error instanceof CloudinaryError && error.code === "not_found") {
        return { data: null, rateLimit: null };
      }
      throw error;
    }
  };

  return {
    /** One page of a listing; loop until `nextCursor` is null. Rows can repeat: dedupe by asset_id. */
    async listAssets(request: ListAssetsRequest): Promise<Answer<Page>> {
      const optional: Record<string, string | null | undefined> = {
        next_cursor: request.cursor,
        start_at: request.startAt?.toISOString(),
        direction: request.direction,
        prefix: request.prefix,
      };
      const { data, rateLimit } = await transport.viaFetch(
        `GET resources/${request.resourceType}`,
        {
          method: "GET",
          path: ["resources", request.resourceType, ...(request.type ? [request.type] : [])],
          query: [
            ...flags(),
            ["max_results", String(request.maxResults ?? 500)],
            ...Object.entries(optional).flatMap(([name, value]): [string, string][] =>
              value ? [[name, value]] : []
            ),
          ],
        },
      );
      const nextCursor = textOrNull(data.next_cursor);
      return { data: { resources: observe(data.resources), nextCursor }, rateLimit };
    },

    /** One asset in full, or null when Cloudinary has none of that name. */
    getAsset,

    /**
     * The assets that exist among many asset ids, in batches of 100. Where Cloudinary refuses the size it is
     * halved, down to 10, and the accepted size remembered. Made without the SDK, which drops `metadata`.
     */
    async getAssetsByIds(request: { assetIds: string[] }): Promise<Answer<Observation[]>> {
      const ids = [...new Set(request.assetIds)];
      const found: Observation[] = [];
      let rateLimit = null;
      for (let start = 0; start < ids.length;) {
        const batch = ids.slice(start, start + batchSize);
        try {
          const answer = await lookUpAssetIds(batch);
          found.push(...answer.data);
          rateLimit = answer.rateLimit ?? rateLimit;
          start += batch.length;
        } catch (error) {
          if (!isSizeRefused(error, batch.length)) throw error;
          batchSize = Math.max(MIN_BATCH, Math.floor(batch.length / 2));
        }
      }
      return { data: found, rateLimit };
    },

    /** The assets that exist among public ids of one resource type and type, in batches of 100. */
    async getAssetsByPublicIds(
      request: { resourceType: string; type: string; publicIds: string[] },
    ): Promise<Answer<Observation[]>> {
      const ids = [...new Set(request.publicIds)];
      // Cloudinary does not support `+` in this call's ids.
      const single = ids.filter((id) => id.includes("+"));
      const many = ids.filter((id) => !id.includes("+"));
      const found: Observation[] = [];
      let rateLimit = null;
      for (let start = 0; start < many.length; start += MAX_BATCH) {
        const batch = many.slice(start, start + MAX_BATCH);
        const answer = await transport.viaFetch("GET resources/:resource_type/:type", {
          method: "GET",
          path: ["resources", request.resourceType, request.type],
          query: [
            ...flags(),
            ["max_results", String(MAX_BATCH)],
            ...batch.map((id): [string, string] => ["public_ids[]", id]),
          ],
        });
        found.push(...observe(answer.data.resources));
        rateLimit = answer.rateLimit ?? rateLimit;
      }
      for (const publicId of single) {
        const answer = await getAsset({ ...request, publicId });
        if (answer.data !== null) found.push(answer.data);
        rateLimit = answer.rateLimit ?? rateLimit;
      }
      return { data: found, rateLimit };
    },
  };
}

/**
 * Normalises a list of resources. A resource without an identity makes the whole answer unusable:
 * skipping it could be mistaken for its absence.
 */
export function toObservations(
  resources: unknown,
  options: { asked?: Asked; folderMode?: FolderMode },
): Observation[] {
  if (!Array.isArray(resources)) {
    throw new CloudinaryError("Cloudinary sent a list without resources.", { code: "unavailable" });
  }
  return resources.map((resource) => {
    const { data, error } = toObservation(resource, options);
    if (error !== undefined) throw new CloudinaryError(error.message, { code: "unavailable" });
    return data;
  });
}

/** `{ [name]: value }`, or nothing: the SDK would send an undefined option as an empty one. */
export function given(name: string, value: unknown): Record<string, unknown> {
  return value === undefined || value === null || value === "" ? {} : { [name]: value };
}

export function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function flags(): [string, string][] {
  return Object.keys(ALL_FIELDS).map((name) => [name, "true"]);
}

function isSizeRefused(error: unknown, size: number): boolean {
  return error instanceof CloudinaryError && size > MIN_BATCH &&
    (error.code === "bad_request" || error.status === 414 || error.status === 413);
}
