import { CloudinaryError } from "./errors.ts";
import { type FolderMode, type Observation, toObservation } from "./observation.ts";
import type { Answer, Transport } from "./transport.ts";
import type { AssetGroup } from "./bulk-editing.ts";
import type { AssetName } from "./writing.ts";

/** What became of each asset, by the id it was named with. `not_found` is as good as `deleted`. */
export type Deletions = Map<string, "deleted" | "not_found">;

/** What became of each asset, by public id; null where Cloudinary had nothing to restore. */
export type Restorations = Map<string, Observation | null>;

/** Cloudinary's limit of ids per call. */
const MAX_BATCH = 100;
/** A partial answer comes again when an asset has more than 1,000 derived ones; this many never do. */
const MAX_PARTS = 100;

const NOTHING_ASKED = { tags: false, context: false, metadata: false };

/** Deletes and restores assets. Deletions may be repeated: what is gone is `not_found`. */
export function createDeleting(transport: Transport, folderMode: () => FolderMode | undefined) {
  // Without the SDK: a DELETE with a body fails in `node:http` of the Deno that Supabase's Edge Runtime holds.
  const deleteBatches = async (
    endpoint: string,
    path: string[],
    idsName: string,
    ids: string[],
    invalidate = true,
  ): Promise<Answer<Deletions>> => {
    const deletions: Deletions = new Map();
    let rateLimit = null;
    for (let start = 0; start < ids.length; start += MAX_BATCH) {
      const batch = ids.slice(start, start + MAX_BATCH);
      const form: [string, string][] = [
        ...batch.map((id): [string, string] => [idsName, id]),
        ["invalidate", String(invalidate)],
      ];
      let cursor: unknown;
      for (let part = 0; part < MAX_PARTS; part++) {
        const answer = await transport.viaFetch(endpoint, {
          method: "DELETE",
          path,
          form: typeof cursor === "string" ? [...form, ["next_cursor", cursor]] : form,
        });
        rateLimit = answer.rateLimit ?? rateLimit;
        addOutcomes(deletions, answer.data.deleted);
        cursor = answer.data.next_cursor;
        if (answer.data.partial !== true || typeof cursor !== "string") break;
      }
    }
    return { data: deletions, rateLimit };
  };

  const toRestorations = (data: Record<string, unknown>, restorations: Restorations) => {
    for (const [id, resource] of Object.entries(data)) {
      const options = { asked: NOTHING_ASKED, folderMode: folderMode() };
      restorations.set(id, toObservation(resource, options).data ?? null);
    }
  };

  return {
    /** Deletes one asset through the Upload API, outside the hourly budget, and clears it from the CDN. */
    async destroyAsset(
      request: AssetName & { invalidate?: boolean },
    ): Promise<Answer<{ result: "ok" | "not found" }>> {
      const { data, rateLimit } = await transport.viaSdk(
        "POST destroy",
        (sdk, options) =>
          sdk.uploader.destroy(request.publicId, {
            ...options,
            resource_type: request.resourceType,
            type: request.type,
            invalidate: request.invalidate ?? true,
          }),
      );
      const { result } = data;
      if (result !== "ok" && result !== "not found") {
        throw new CloudinaryError("Cloudinary did not say what became of the asset.", {
          code: "unavailable",
        });
      }
      return { data: { result }, rateLimit };
    },

    /** Deletes assets of one resource type and type, 100 a call, and clears them from the CDN. */
    deleteAssets: (group: AssetGroup & { invalidate?: boolean }) =>
      deleteBatches(
        "DELETE resources/:resource_type/:type",
        ["resources", group.resourceType, group.type],
        "public_ids[]",
        group.publicIds,
        group.invalidate,
      ),

    /** Deletes assets of any kind by asset id, 100 a call, and clears them from the CDN. */
    deleteAssetsByAssetId: (request: { assetIds: string[]; invalidate?: boolean }) =>
      deleteBatches(
        "DELETE resources",
        ["resources"],
        "asset_ids[]",
        request.assetIds,
        request.invalidate,
      ),

    /**
     * Brings deleted assets back from their backups, as new versions. Never repeated by itself: a second
     * restore makes a second version.
     */
    async restoreAssets(
      request: AssetGroup | { assetIds: string[] },
    ): Promise<Answer<Restorations>> {
      const restorations: Restorations = new Map();
      const ids = "assetIds" in request ? request.assetIds : request.publicIds;
      let rateLimit = null;
      for (let start = 0; start < ids.length; start += MAX_BATCH) {
        const batch = ids.slice(start, start + MAX_BATCH);
        const answer = await transport.viaSdk(
          "POST restore",
          (sdk, options) =>
            "assetIds" in request
              ? sdk.api.restore_by_asset_ids(batch, { ...options })
              : sdk.api.restore(batch, {
                ...options,
                resource_type: request.resourceType,
                type: request.type,
              }),
          "never",
        );
        rateLimit = answer.rateLimit ?? rateLimit;
        toRestorations(answer.data, restorations);
      }
      return { data: restorations, rateLimit };
    },
  };
}

function addOutcomes(deletions: Deletions, outcomes: unknown): void {
  if (typeof outcomes !== "object" || outcomes === null) return;
  for (const [id, outcome] of Object.entries(outcomes)) {
    // The second part of a partial deletion no longer finds what the first part deleted.
    if (outcome === "deleted" || (outcome === "not_found" && !deletions.has(id))) {
      deletions.set(id, outcome);
    }
  }
}
