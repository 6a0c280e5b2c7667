import { type AssetChanges, type AssetName, encodeChanges } from "../asset-changes.ts";
import { CloudinaryError } from "../errors.ts";
import { type FolderMode, isPlaceholder, type Observation } from "../observation.ts";
import { nextCursorOf, observe, observeAll } from "../observe.ts";
import { readAgainIfBroken } from "../sdk-text.ts";
import type { Answer, Transport } from "../transport.ts";
import { FLAGS } from "./flags.ts";

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
}

/** Names one asset. */
export type AssetReference = { assetId: string } | AssetName;

/** Looks up one asset in full; null when Cloudinary has none of that name. */
export type GetAsset = (reference: AssetReference) => Promise<Answer<Observation | null>>;

/**
 * Assets through the Admin API; every call spends one unit of the hourly budget.
 *
 * They are read without the SDK: version 2.11 turns an answer into text chunk by chunk, so that a character of several
 * bytes on the border of two chunks arrives as U+FFFD, and a reconcile would take that for an edit.
 */
export function createAdminAssets(transport: Transport, folderMode: () => FolderMode | undefined) {
  const getAsset: GetAsset = async (reference) => {
    try {
      const { data, rateLimit, size } = await transport.viaFetch("GET resources/:asset", {
        method: "GET",
        path: "assetId" in reference
          ? ["resources", reference.assetId]
          : ["resources", reference.resourceType, reference.type, reference.publicId],
        query: [["max_results", "1"]],
      });
      // So Cloudinary shows a deleted asset that has a backup.
      if (isPlaceholder(data)) return { data: null, rateLimit };
      return { data: observe(data, { folderMode: folderMode() }), rateLimit, size };
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
      };
      const { data, rateLimit, size } = await transport.viaFetch(
        `GET resources/${request.resourceType}`,
        {
          method: "GET",
          path: ["resources", request.resourceType, ...(request.type ? [request.type] : [])],
          query: [
            ...FLAGS,
            ["max_results", String(request.maxResults ?? 500)],
            ...Object.entries(optional).flatMap(([name, value]): [string, string][] =>
              value ? [[name, value]] : []
            ),
          ],
        },
      );
      const resources = observeAll(data.resources, { folderMode: folderMode() });
      return { data: { resources, nextCursor: nextCursorOf(data) }, rateLimit, size };
    },

    getAsset,

    /**
     * The assets that exist among many names of one resource type and delivery type, 100 at most. One that is missing need
     * not be absent: names with a plus sign are never found.
     */
    async getAssetsByName(
      request: { resourceType: string; type: string; publicIds: string[] },
    ): Promise<Answer<Observation[]>> {
      const { resourceType, type, publicIds } = request;
      const { data, rateLimit } = await transport.viaFetch("GET resources/:names", {
        method: "GET",
        path: ["resources", resourceType, type],
        query: [
          ...FLAGS,
          ["max_results", String(publicIds.length)],
          ...publicIds.map((publicId): [string, string] => ["public_ids[]", publicId]),
        ],
      });
      return { data: observeAll(data.resources, { folderMode: folderMode() }), rateLimit };
    },

    /** Changes one asset and answers with the whole of it. Not repeated by itself: before that it must be read again. */
    async updateAsset(
      request: AssetName & { changes: AssetChanges },
    ): Promise<Answer<Observation>> {
      const { data, rateLimit } = await transport.viaSdk(
        "POST resources/:asset",
        (sdk, options) =>
          sdk.api.update(request.publicId, {
            ...options,
            ...encodeChanges(request.changes),
            resource_type: request.resourceType,
            type: request.type,
          }),
        "never",
      );
      const told = observe(data, { folderMode: folderMode() });
      return { data: await readAgainIfBroken(told, getAsset), rateLimit };
    },
  };
}
