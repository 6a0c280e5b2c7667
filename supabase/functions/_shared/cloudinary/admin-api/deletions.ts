import { inBatches } from "../../http/in-batches.ts";
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
    /** Deletes assets and clears them from the CDN. Not repeated by itself: an asset may have been restored meanwhile. */
    async deleteAssets({ assetIds }: { assetIds: string[] }): Promise<Answer<Deletions>> {
      const deletions: Deletions = new Map();
      let rateLimit = null;
      for (const batch of inBatches(assetIds, MAX_BATCH)) {
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
          }, "never");
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
     *
     * @returns Why assets did not come, in Cloudinary's words (`no_backup`), by the id that the answer names them by.
     */
    async restoreAssets(
      { assetIds }: { assetIds: string[] },
    ): Promise<Answer<Map<string, string>>> {
      const refusals = new Map<string, string>();
      for (const batch of inBatches(assetIds, MAX_BATCH)) {
        const { data } = await transport.viaSdk(
          "POST restore",
          (sdk, options) => sdk.api.restore_by_asset_ids(batch, { ...options }),
          "never",
        );
        addRefusals(refusals, data);
      }
      return { data: refusals, rateLimit: null };
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

function addRefusals(refusals: Map<string, string>, answer: Record<string, unknown>): void {
  for (const [id, outcome] of Object.entries(answer)) {
    const error = (outcome as { error?: unknown } | null)?.error;
    if (error === undefined || error === null) continue;
    const message = typeof error === "object" ? (error as { message?: unknown }).message : error;
    refusals.set(id, String(message));
  }
}
