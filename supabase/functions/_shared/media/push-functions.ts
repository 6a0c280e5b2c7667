import type { ServiceCalls } from "./service-calls.ts";
import type { PushClaim, PushResult, PushTask, Source, Traffic } from "./types.ts";

/** Pushes: claiming pending rows, planning and settling what is written to Cloudinary. Methods throw `DatabaseError`. */
export class PushFunctions {
  constructor(private readonly calls: ServiceCalls) {}

  /** A push begins: edits from now on may wake another. Before the first claim, so that it sees every edit that woke it. */
  async beginPush(): Promise<void> {
    await this.calls.call("media_sync_begin_push", {});
  }

  /**
   * Leases pending rows to a worker.
   *
   * @param limit Rows at most.
   * @param leaseSeconds How long nobody else gets them.
   * @param ids Only these rows, due or not.
   */
  claimPending(
    worker: string,
    limit: number,
    leaseSeconds: number,
    ids?: string[],
  ): Promise<PushClaim> {
    return this.calls.timed("media_sync_claim_pending", {
      p_cloud_name: this.calls.cloudName,
      p_worker: worker,
      p_limit: limit,
      p_lease_seconds: leaseSeconds,
      ...(ids === undefined ? {} : { p_ids: ids }),
    });
  }

  /** Merges the fresh look-up of claimed rows. @returns The tasks that are left. */
  async planPush(
    worker: string,
    assetIds: string[],
    observations: object[],
    observedAt: string,
    source: Source,
    runId: string | null,
  ): Promise<PushTask[]> {
    const { tasks } = await this.calls.timed<{ tasks: PushTask[]; now: string }>(
      "media_sync_plan_push",
      {
        p_cloud_name: this.calls.cloudName,
        p_worker: worker,
        p_asset_ids: assetIds,
        p_observations: observations,
        p_observed_at: observedAt,
        p_source: source,
        p_run_id: runId,
      },
    );
    return tasks;
  }

  /**
   * Settles claimed rows by what Cloudinary confirmed.
   *
   * @param claimedAt The database's time at which they were claimed: an edit made since is not yet sent.
   */
  confirmPush(
    worker: string,
    claimedAt: string,
    results: PushResult[],
    source: Source,
    runId: string | null,
    traffic: Traffic,
  ): Promise<{ pushed: number; failed: number; now: string }> {
    return this.calls.timed("media_sync_confirm_push", {
      p_cloud_name: this.calls.cloudName,
      p_worker: worker,
      p_claimed_at: claimedAt,
      p_results: results,
      p_source: source,
      p_run_id: runId,
      p_traffic: traffic,
    });
  }

  /** Gives claimed rows back untouched. */
  async releasePending(worker: string, ids: string[]): Promise<void> {
    await this.calls.call("media_sync_release_pending", { p_worker: worker, p_ids: ids });
  }

  /** Remembers that a row's context is about to be cleared and set anew. @returns false when the lease is lost. */
  intendContextReset(worker: string, id: string): Promise<boolean> {
    return this.calls.call("media_sync_intend_context_reset", { p_worker: worker, p_id: id });
  }

  /** Cloudinary could not give these assets back. */
  async failRestore(
    worker: string,
    ids: string[],
    source: Source,
    runId: string | null,
  ): Promise<void> {
    await this.calls.call("media_sync_fail_restore", {
      p_worker: worker,
      p_ids: ids,
      p_source: source,
      p_run_id: runId,
    });
  }
}
