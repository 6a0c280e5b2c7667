import type { ResourceType } from "../cloudinary/resource-types.ts";
import type { DueWork, RunSummary } from "../media/types.ts";
import { folderPull } from "./folder-pull.ts";
import { continuePull, fullPull } from "./full-pull.ts";
import { guardRun, type RunResult } from "./guard-run.ts";
import { incrementalPull } from "./incremental-pull.ts";
import { push } from "./push/push.ts";
import { refresh } from "./refresh.ts";
import { syncSingleAsset } from "./single-asset.ts";
import type { SyncSession } from "./sync-session.ts";

/** What a call of `sync` is asked for; absent fields mean "what is due". */
export interface SyncRequest {
  force?: boolean;
  full?: boolean;
  /** Assets a page, 1–500. */
  batchSize: number;
  /** A public_id or an asset_id. */
  singleAsset?: string;
  resourceType?: ResourceType;
  /** Only this folder and those below it. */
  folder?: string;
  direction: "both" | "pull" | "push";
  /** run_id of a blocked run whose deletions are allowed, once. */
  allowMassDelete?: string;
}

/** How a call of `sync` ended. `note` says why a run is not finished. */
export type SyncResult =
  | { status: "runs"; runs: RunSummary[]; note?: string }
  | { status: "not_found"; what: "asset" | "blocked_run" };

/**
 * Keeps both sides in step: decides what a call has to do and lets the stages do it, as far as the call's time allows.
 * Whatever is left is in the database, and the next call goes on from there.
 */
export class BidirectionalSyncService {
  constructor(private readonly session: SyncSession) {}

  /**
   * Does what was asked for, or what is due.
   *
   * @returns The runs that this call worked on, the most telling one last; none when nothing was due.
   * @throws {CloudinaryError} When Cloudinary failed beyond its retries. Open runs keep their place.
   * @throws {DatabaseError} When the database failed beyond its retries.
   */
  async sync(request: SyncRequest): Promise<SyncResult> {
    if (request.singleAsset !== undefined) {
      const run = await syncSingleAsset(this.session, request.singleAsset, request.resourceType);
      return run === null
        ? { status: "not_found", what: "asset" }
        : { status: "runs", runs: [run] };
    }
    if (request.allowMassDelete !== undefined) return await this.#allowMassDelete(request);

    if (request.direction !== "pull") await this.session.media.pushes.beginPush();
    const due = await this.session.media.assets.due();
    if (due.folder_mode !== null) this.session.cloudinary.useFolderMode(due.folder_mode);
    const results: RunResult[] = [];
    // People's edits come first: they are few, and somebody is waiting for them.
    if (request.direction !== "pull" && due.push_due) results.push(await this.#push());
    if (request.direction !== "push") {
      if (due.refresh_due) results.push(await this.#refresh());
      const pulled = await this.#pull(request, due);
      // A pull may bring back an asset whose edits were waiting for it.
      if (pulled !== null && request.direction === "both" && await this.#pushIsDue()) {
        results.push(await this.#push());
      }
      if (pulled !== null) results.push(pulled);
    }
    const note = results.map((result) => result.note).find((text) => text !== undefined);
    return {
      status: "runs",
      runs: results.map((result) => result.run),
      ...(note === undefined ? {} : { note }),
    };
  }

  async #pull(request: SyncRequest, due: DueWork): Promise<RunResult | null> {
    const { batchSize: pageSize, resourceType, force, folder } = request;
    if (folder !== undefined) {
      return await folderPull(this.session, folder, due.folder_mode === "fixed");
    }
    if (due.open_run !== null) return await continuePull(this.session, due.open_run, pageSize);
    if (request.full || force || resourceType !== undefined || due.full_due) {
      return await fullPull(this.session, { pageSize, resourceType, force });
    }
    if (due.incremental_due && due.changed_since !== null) {
      return await incrementalPull(this.session, due.changed_since);
    }
    return null;
  }

  async #pushIsDue(): Promise<boolean> {
    if (this.session.deadline.expired()) return false;
    return (await this.session.media.assets.due()).push_due;
  }

  async #push(): Promise<RunResult> {
    const run = await this.#startRun("push");
    return await guardRun(this.session, run.run_id, async () => {
      const { note } = await push(this.session, run.run_id);
      return { run: await this.#finish(run.run_id), ...(note === undefined ? {} : { note }) };
    });
  }

  async #refresh(): Promise<RunResult> {
    const run = await this.#startRun("refresh");
    return await guardRun(this.session, run.run_id, async () => {
      const { note } = await refresh(this.session, run.run_id);
      return { run: await this.#finish(run.run_id), ...(note === undefined ? {} : { note }) };
    });
  }

  #startRun(kind: "push" | "refresh"): Promise<RunSummary> {
    return this.session.media.runs.startRun({
      kind,
      source: this.session.source,
      user_id: this.session.userId,
      options: {},
      shards: [],
    });
  }

  async #finish(runId: string): Promise<RunSummary> {
    await this.session.media.assets.recordTraffic(runId, this.session.meter.take());
    return await this.session.media.runs.finishRun(runId, "completed");
  }

  async #allowMassDelete(request: SyncRequest): Promise<SyncResult> {
    const run = await this.session.media.runs.allowMassDelete(
      request.allowMassDelete!,
      this.session.userId,
      this.session.source,
    );
    if (run === null) return { status: "not_found", what: "blocked_run" };
    await this.session.media.learnTime();
    const result = await continuePull(this.session, run, request.batchSize);
    return { status: "runs", runs: [result.run], ...(result.note ? { note: result.note } : {}) };
  }
}
