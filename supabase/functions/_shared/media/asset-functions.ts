import type { ServiceCalls } from "./service-calls.ts";
import type {
  AbsentAssets,
  CallBudget,
  DueWork,
  FieldDifference,
  MergeOutcome,
  PlannedAction,
  PushTask,
  Source,
  Traffic,
} from "./types.ts";

/** Assets: observations, look-ups, what is due, and comparisons that write nothing. Methods throw `DatabaseError`. */
export class AssetFunctions {
  constructor(private readonly calls: ServiceCalls) {}

  /** Remembers calls and quota that no page carries. */
  async recordTraffic(
    runId: string | null,
    traffic: Traffic,
  ): Promise<CallBudget> {
    const { budget } = await this.calls.timed<{ budget: CallBudget; now: string }>(
      "media_sync_record_traffic",
      { p_cloud_name: this.calls.cloudName, p_run_id: runId, p_traffic: traffic },
    );
    return budget;
  }

  /**
   * Merges the answers of look-ups and writes.
   *
   * @param observedAt Database time at which the request began, RFC 3339.
   * @param options `created_by`: user of an upload.
   */
  async applyObservations(
    observations: object[],
    observedAt: string,
    source: Source,
    runId: string | null,
    options: { created_by?: string } = {},
  ): Promise<MergeOutcome[]> {
    const { outcomes } = await this.calls.timed<
      { outcomes: MergeOutcome[]; now: string }
    >(
      "media_sync_apply_observations",
      {
        p_cloud_name: this.calls.cloudName,
        p_observations: observations,
        p_observed_at: observedAt,
        p_source: source,
        p_run_id: runId,
        p_options: options,
      },
    );
    return outcomes;
  }

  /**
   * Whether a name may be signed for an upload, which is noted then.
   *
   * @param request `assetIds`: what has the name in Cloudinary; `force`: replaces what is in use.
   */
  signUpload(request: {
    publicId: string;
    assetIds: string[];
    userId: string | null;
    overwrite: boolean;
    force: boolean;
  }): Promise<"new" | "overwrites" | "name_taken" | "in_use"> {
    return this.calls.call("media_sync_sign_upload", {
      p_cloud_name: this.calls.cloudName,
      p_public_id: request.publicId,
      p_asset_ids: request.assetIds,
      p_user_id: request.userId as string,
      p_overwrite: request.overwrite,
      p_force: request.force,
    });
  }

  /** What the next call of `sync` has to do. */
  due(): Promise<DueWork> {
    return this.calls.timed("media_sync_due", { p_cloud_name: this.calls.cloudName });
  }

  /** The rows that an asset_id or public_id may mean. */
  findAssets(
    name: string,
  ): Promise<{ asset_id: string; resource_type: string; type: string }[]> {
    return this.calls.call("media_sync_find_assets", {
      p_cloud_name: this.calls.cloudName,
      p_name: name,
    });
  }

  /** Remembers Cloudinary's folder mode. */
  async setFolderMode(mode: "dynamic" | "fixed"): Promise<void> {
    await this.calls.call("media_sync_set_folder_mode", { p_folder_mode: mode });
  }

  /**
   * Settles a batched look-up: what it showed is merged, what was asked for and not shown is gone.
   *
   * @param observedAt Database time at which the request began, RFC 3339.
   */
  settleLookUp(
    assetIds: string[],
    observations: object[],
    observedAt: string,
    source: Source,
    runId: string | null,
  ): Promise<{ outcomes: MergeOutcome[]; gone: number; now: string }> {
    return this.calls.timed("media_sync_settle_look_up", {
      p_cloud_name: this.calls.cloudName,
      p_asset_ids: assetIds,
      p_observations: observations,
      p_observed_at: observedAt,
      p_source: source,
      p_run_id: runId,
    });
  }

  /** Leases queued look-ups. */
  claimRefresh(
    worker: string,
    limit: number,
    leaseSeconds: number,
  ): Promise<{ asset_ids: string[]; detailed: string[]; budget: CallBudget; now: string }> {
    return this.calls.timed("media_sync_claim_refresh", {
      p_cloud_name: this.calls.cloudName,
      p_worker: worker,
      p_limit: limit,
      p_lease_seconds: leaseSeconds,
    });
  }

  /** Gives claimed look-ups back that were not made. */
  async releaseRefresh(worker: string): Promise<void> {
    await this.calls.call("media_sync_release_refresh", {
      p_cloud_name: this.calls.cloudName,
      p_worker: worker,
    });
  }

  /** Asks for the true state of the assets in a folder and below it. */
  async queueFolder(folder: string): Promise<void> {
    await this.calls.call("media_sync_queue_folder", {
      p_cloud_name: this.calls.cloudName,
      p_folder: folder,
    });
  }

  /** What merging a page would do. Nothing is written. */
  planObservations(
    observations: object[],
    observedAt: string,
  ): Promise<{ actions: PlannedAction[]; tasks: PushTask[]; unchanged: number; now: string }> {
    return this.calls.timed("media_sync_plan_observations", {
      p_cloud_name: this.calls.cloudName,
      p_observations: observations,
      p_observed_at: observedAt,
    });
  }

  /** Where a page of observations and the rows differ. */
  comparePage(
    observations: object[],
  ): Promise<{ counted: number; missing: string[]; differing: FieldDifference[]; now: string }> {
    return this.calls.timed("media_sync_compare_page", {
      p_cloud_name: this.calls.cloudName,
      p_observations: observations,
    });
  }

  /** Live rows of these resource types that a listing did not show. */
  absentAssets(seen: string[], resourceTypes: string[], limit: number): Promise<AbsentAssets> {
    return this.calls.timed("media_sync_absent_assets", {
      p_cloud_name: this.calls.cloudName,
      p_seen: seen,
      p_resource_types: resourceTypes,
      p_limit: limit,
    });
  }
}
