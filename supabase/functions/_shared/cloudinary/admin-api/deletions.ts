import type { Answer, Transport } from "../transport.ts";

/** What became of each asset, by the id it was named with. `not_found` is as good as `deleted`. */
export type Deletions = Map<string, "deleted" | "not_found">;

/** Cloudinary's limit of ids per call. */
const MAX_BATCH = 100;
/** A partial answer comes again when an asset has more than 1,000 derived ones; this many never do. */
const MAX_PARTS = 100;

/** Deletes and restores assets of any kind, 100 a call; each call spends one unit of the hourly budget. */
export function createAdminDeletions(transport: Transport) {
  return {
    /** Deletes assets and clears them from the CDN. May be repeated: what is gone is `not_found`. */
    async deleteAssets({ assetIds }: { assetIds: string[] }): Promise<Answer<Deletions>> {
      const deletions: Deletions = new Map();
      let rateLimit = null;
      for (const batch of batches(assetIds)) {
        const form: [string, string][] = [
          ...batch.map((id): [string, string] => ["asset_ids[]", id]),
          ["invalidate", "true"],
        ];
        let cursor: unknown;
        for (let part = 0; part < MAX_PARTS; part++) {
          // Without the SDK: a DELETE with a body fails in `node:http` of the Deno that Supabase's Edge Runtime holds.
          const answer = await transport.viaFetch("DELETE resources", {
            method: "DELETE",
            path: ["resources"],
            form: typeof cursor === "string" ? [...form, ["next_cursor", cursor]] : form,
          });
          rateLimit = answer.rateLimit ?? rateLimit;
          addOutcomes(deletions, answer.data.deleted);
          cursor = answer.data.next_cursor;
          if (answer.data.partial !== true || typeof cursor !== "string") break;
        }
      }
      return { data: deletions, rateLimit };
    },

    /**
     * Asks for deleted assets back from their backups, as new versions; a look-up tells which came. Never repeated by
     * itself: a second restore makes a second version.
     */
    async restoreAssets({ assetIds }: { assetIds: string[] }): Promise<void> {
      for (const batch of batches(assetIds)) {
        await transport.viaSdk(
          "POST restore",
          (sdk, options) => sdk.api.restore_by_asset_ids(batch, { ...options }),
          "never",
        );
      }
    },
  };
}

function batches(ids: string[]): string[][] {
  return Array.from(
    { length: Math.ceil(ids.length / MAX_BATCH) },
    (_, index) => ids.slice(index * MAX_BATCH, (index + 1) * MAX_BATCH),
  );
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
