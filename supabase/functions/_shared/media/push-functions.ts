import type { ServiceCalls } from "./service-calls.ts";
import type {
  PushClaim,
  PushConfirmation,
  PushPlan,
  PushResult,
  Source,
  Traffic,
} from "./types.ts";

/** Whose push it is. */
export interface PushOrigin {
  worker: string;
  source: Source;
  userId: string | null;
}

/** Pushes: claiming pending rows, planning and settling what is written to Cloudinary. Methods throw `DatabaseError`. */
export class PushFunctions {
  constructor(private readonly calls: ServiceCalls) {}

  /**
   * Begins a push: leases pending rows to a worker. Edits from now on wake another push.
   *
   * @param limit Rows at most.
   * @param leaseSeconds How long nobody else gets them.
   * @param runId The run that goes on; null starts one where rows are found.
   * @param ids Only these rows, due or not, and without a run.
   */
  beginPush(
    origin: PushOrigin,
    limit: number,
    leaseSeconds: number,
    runId: string | null,
    ids?: string[],
  ): Promise<PushClaim> {
    return this.calls.timed("media_sync_begin_push", {
      p_cloud_name: this.calls.cloudName,
      p_worker: origin.worker,
      p_limit: limit,
      p_lease_seconds: leaseSeconds,
      p_source: origin.source,
      p_user_id: origin.userId,
      p_run_id: runId,
      ...(ids === undefined ? {} : { p_ids: ids }),
    });
  }

  /**
   * Merges the fresh look-up of claimed rows, and notes on each what is about to be sent.
   *
   * @param observations The assets that the look-up showed.
   * @param absent asset_ids that Cloudinary denied.
   */
  planPush(
    origin: PushOrigin,
    observations: object[],
    absent: string[],
    observedAt: string,
    runId: string | null,
  ): Promise<PushPlan> {
    return this.calls.timed("media_sync_plan_push", {
      p_cloud_name: this.calls.cloudName,
      p_worker: origin.worker,
      p_observations: observations,
      p_absent: absent,
      p_observed_at: observedAt,
      p_source: origin.source,
      p_run_id: runId,
    });
  }

  /**
   * Settles claimed rows by what Cloudinary answered.
   *
   * @param claimedAt The database's time at which they were claimed: an edit made since is not yet sent.
   * @param finish Ends the run as well.
   */
  confirmPush(
    origin: PushOrigin,
    claimedAt: string,
    results: PushResult[],
    runId: string | null,
    traffic: Traffic,
    finish: boolean,
  ): Promise<PushConfirmation> {
    return this.calls.timed("media_sync_confirm_push", {
      p_cloud_name: this.calls.cloudName,
      p_worker: origin.worker,
      p_claimed_at: claimedAt,
      p_results: results,
      p_source: origin.source,
      p_run_id: runId,
      p_traffic: traffic,
      p_finish: finish,
    });
  }

  /** Gives claimed rows back untouched. */
  async releasePending(worker: string, ids: string[]): Promise<void> {
    await this.calls.call("media_sync_release_pending", { p_worker: worker, p_ids: ids });
  }
}
