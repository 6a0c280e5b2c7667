import type { RunSummary } from "../media/types.ts";
import { continuePull, fullPull } from "./full-pull.ts";
import type { RunResult } from "./guard-run.ts";
import { syncSingleAsset } from "./single-asset.ts";
import type { SyncContext } from "./sync-context.ts";

/** What a call of `sync` is asked for; absent fields mean "what is due". */
export interface SyncRequest {
  force?: boolean;
  full?: boolean;
  /** Assets a page, 1–500. */
  batchSize: number;
  /** A public_id or an asset_id. */
  singleAsset?: string;
  resourceType?: "image" | "video" | "raw";
  /** run_id of a blocked run whose deletions are allowed, once. */
  allowMassDelete?: string;
}

/** How a call of `sync` ended. `note` says why a run is not finished. */
export type SyncResult =
  | { status: "run"; run: RunSummary; note?: string }
  | { status: "nothing_due" }
  | { status: "not_found"; what: "asset" | "blocked_run" };

/**
 * Keeps both sides in step: decides what a call has to do and lets the stages do it, as far as the call's time allows.
 * Whatever is left is in the database, and the next call goes on from there.
 */
export class BidirectionalSyncService {
  constructor(private readonly context: SyncContext) {}

  /**
   * Does what was asked for, or what is due.
   *
   * @throws {CloudinaryError} When Cloudinary failed beyond its retries. Open runs keep their place.
   * @throws {DatabaseError} When the database failed beyond its retries.
   */
  async sync(request: SyncRequest): Promise<SyncResult> {
    if (request.singleAsset !== undefined) {
      const run = await syncSingleAsset(
        this.context,
        request.singleAsset,
        request.resourceType,
      );
      return run === null
        ? { status: "not_found", what: "asset" }
        : { status: "run", run };
    }
    if (request.allowMassDelete !== undefined) {
      return await this.#allowMassDelete(request);
    }

    const due = await this.context.media.due();
    const wantsFull = request.full || request.force ||
      request.resourceType !== undefined;
    if (due.open_run !== null) {
      return asResult(
        await continuePull(this.context, due.open_run, request.batchSize),
      );
    }
    if (wantsFull || due.full_due) {
      return asResult(
        await fullPull(this.context, {
          pageSize: request.batchSize,
          resourceType: request.resourceType,
          force: request.force,
        }),
      );
    }
    return { status: "nothing_due" };
  }

  async #allowMassDelete(request: SyncRequest): Promise<SyncResult> {
    const run = await this.context.media.allowMassDelete(
      request.allowMassDelete!,
      this.context.userId,
      this.context.source,
    );
    if (run === null) return { status: "not_found", what: "blocked_run" };
    await this.context.media.learnTime();
    return asResult(await continuePull(this.context, run, request.batchSize));
  }
}

function asResult(result: RunResult): SyncResult {
  return {
    status: "run",
    run: result.run,
    ...(result.note ? { note: result.note } : {}),
  };
}
