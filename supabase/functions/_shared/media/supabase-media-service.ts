import { callFunction, defaultRetryPolicy, type RetryPolicy } from "./call-function.ts";
import { DatabaseClock } from "./database-clock.ts";
import type {
  AbsentAssets,
  CallBudget,
  ClaimedShard,
  DueWork,
  EventOutcome,
  FieldDifference,
  MediaClient,
  MergeOutcome,
  PlannedAction,
  PushClaim,
  PushResult,
  PushTask,
  ReceivedEvent,
  RunError,
  RunKind,
  RunSummary,
  Shard,
  Source,
  SweepDecision,
  Traffic,
} from "./types.ts";

/** A page of a listing that is to be stored. */
export interface Page {
  run_id: string;
  shard: string;
  /** Cursor that the page was asked with; null for the first. */
  cursor: string | null;
  /** Cursor of the page after it; null when the listing ended. */
  next_cursor: string | null;
  /** Database time at which the request for the page began, RFC 3339. */
  observed_at: string;
  /** Observations, in the form that `media_sync.merge_observations()` takes. */
  observations: object[];
}

/**
 * The only code that speaks to the database on behalf of the sync: one method per SQL function, a whole page a call.
 *
 * Needs a client with a secret key; the functions behind it are closed to everybody else. Methods throw
 * `DatabaseError`.
 */
export class SupabaseMediaService {
  /** The database's time, learned from every answer. */
  readonly clock: DatabaseClock;

  /**
   * @param client supabase-js client with a secret key.
   * @param cloudName Cloudinary product environment whose assets are meant.
   * @param options Injected time and chance.
   */
  constructor(
    private readonly client: MediaClient,
    readonly cloudName: string,
    private readonly options: { clock?: DatabaseClock; retry?: RetryPolicy } = {},
  ) {
    this.clock = options.clock ?? new DatabaseClock();
  }

  /** Asks for the database's time, so that `clock` may be read. */
  async learnTime(): Promise<void> {
    this.clock.learn(await this.#call<string>("sync_clock", {}));
  }

  /**
   * Starts a run, or joins the open one of its kind.
   *
   * @param request Kind, source, the user who asked, options to remember and the shards to list.
   */
  startRun(request: {
    kind: RunKind;
    source: Source;
    user_id: string | null;
    options: Record<string, unknown>;
    shards: Shard[];
  }): Promise<RunSummary> {
    return this.#run("sync_start_run", {
      p_request: { ...request, cloud_name: this.cloudName },
    });
  }

  /** @returns The run, or null when there is none with that id. */
  getRun(runId: string): Promise<RunSummary | null> {
    return this.#call<RunSummary | null>("sync_get_run", { p_run_id: runId });
  }

  /** Ends a run; one with open shards stays `running` when it is said to be completed. */
  finishRun(
    runId: string,
    status: "completed" | "failed" | "blocked",
  ): Promise<RunSummary> {
    return this.#run("sync_finish_run", { p_run_id: runId, p_status: status });
  }

  /**
   * Turns the shard named `plan` into the shards of the listing.
   *
   * @param expected Assets expected, for the run's progress; null when unknown.
   * @returns false when the worker no longer holds the shard `plan`.
   */
  async planShards(
    runId: string,
    worker: string,
    expected: number | null,
    shards: Shard[],
    traffic: Traffic,
  ): Promise<boolean> {
    const { stored } = await this.#timed<{ stored: boolean; now: string }>("sync_plan_shards", {
      p_run_id: runId,
      p_worker: worker,
      p_expected: expected,
      p_shards: shards,
      p_traffic: traffic,
    });
    return stored;
  }

  /** Adds an error to a run: the first 50 are kept, all are counted. */
  async reportError(runId: string, error: RunError): Promise<void> {
    await this.#call("sync_report_error", { p_run_id: runId, p_error: error });
  }

  /**
   * Leases one free shard.
   *
   * @param worker Identity of the caller; a worker may claim the shard it already holds.
   * @param leaseSeconds How long nobody else gets it unless a page renews the lease.
   */
  async claimShard(
    runId: string,
    worker: string,
    leaseSeconds: number,
  ): Promise<{ shard: ClaimedShard | null; budget: CallBudget }> {
    return await this.#timed<
      { shard: ClaimedShard | null; budget: CallBudget; now: string }
    >("sync_claim_shard", {
      p_run_id: runId,
      p_worker: worker,
      p_lease_seconds: leaseSeconds,
    });
  }

  /**
   * Merges a page and moves the shard's cursor in one transaction.
   *
   * @returns `stored: false` when the worker no longer holds the shard at that cursor; then nothing was written.
   */
  async storePage(
    page: Page,
    worker: string,
    leaseSeconds: number,
    traffic: Traffic,
  ): Promise<{ stored: boolean; budget?: CallBudget }> {
    return await this.#timed<
      { stored: boolean; budget?: CallBudget; now: string }
    >("sync_store_page", {
      p_run_id: page.run_id,
      p_shard: page.shard,
      p_worker: worker,
      p_cursor: page.cursor,
      p_next_cursor: page.next_cursor,
      p_observed_at: page.observed_at,
      p_observations: page.observations,
      p_traffic: traffic,
      p_lease_seconds: leaseSeconds,
    });
  }

  /** Sends a shard back to its first page. */
  async restartShard(
    runId: string,
    shard: string,
    worker: string,
  ): Promise<boolean> {
    return await this.#call("sync_restart_shard", {
      p_run_id: runId,
      p_shard: shard,
      p_worker: worker,
    });
  }

  /** Gives a shard back before its lease ends. */
  async releaseShard(
    runId: string,
    shard: string,
    worker: string,
  ): Promise<void> {
    await this.#call("sync_release_shard", {
      p_run_id: runId,
      p_shard: shard,
      p_worker: worker,
    });
  }

  /** Remembers calls and quota that no page carries. */
  async recordTraffic(
    runId: string | null,
    traffic: Traffic,
  ): Promise<CallBudget> {
    const { budget } = await this.#timed<{ budget: CallBudget; now: string }>(
      "sync_record_traffic",
      { p_cloud_name: this.cloudName, p_run_id: runId, p_traffic: traffic },
    );
    return budget;
  }

  /**
   * Merges the answers of look-ups and writes.
   *
   * @param observedAt Database time at which the request began, RFC 3339.
   * @param options `created_by`: user of an upload; `by_version`: ignore what is older than the row's version.
   */
  async applyObservations(
    observations: object[],
    observedAt: string,
    source: Source,
    runId: string | null,
    options: { created_by?: string; by_version?: boolean; force?: boolean } = {},
  ): Promise<MergeOutcome[]> {
    const { outcomes } = await this.#timed<
      { outcomes: MergeOutcome[]; now: string }
    >(
      "sync_apply_observations",
      {
        p_cloud_name: this.cloudName,
        p_observations: observations,
        p_observed_at: observedAt,
        p_source: source,
        p_run_id: runId,
        p_options: options,
      },
    );
    return outcomes;
  }

  /** What the next call of `sync` has to do. */
  due(): Promise<DueWork> {
    return this.#timed("sync_due", { p_cloud_name: this.cloudName });
  }

  /** A push begins: edits from now on may wake another. Before the first claim, so that it sees every edit that woke it. */
  async beginPush(): Promise<void> {
    await this.#call("sync_begin_push", {});
  }

  /** The rows that an asset_id or public_id may mean. */
  findAssets(
    name: string,
  ): Promise<{ asset_id: string; resource_type: string; type: string }[]> {
    return this.#call("sync_find_assets", {
      p_cloud_name: this.cloudName,
      p_name: name,
    });
  }

  /** Remembers Cloudinary's folder mode. */
  async setFolderMode(mode: "dynamic" | "fixed"): Promise<void> {
    await this.#call("sync_set_folder_mode", { p_folder_mode: mode });
  }

  /** Which notifications are registered and when the last one came. */
  webhookStatus(): Promise<
    { events: string[]; last_received_at: string | null }
  > {
    return this.#call("sync_webhook_status", {});
  }

  /** After a complete listing: notes what it did not show and asks the guard. Deletes nothing. */
  beginSweep(runId: string): Promise<SweepDecision> {
    return this.#timed("sync_begin_sweep", { p_run_id: runId });
  }

  /** The next missing assets of a run that are to be looked up. */
  missingAssets(
    runId: string,
    limit: number,
  ): Promise<{ asset_ids: string[]; budget: CallBudget; now: string }> {
    return this.#timed("sync_missing_assets", {
      p_run_id: runId,
      p_limit: limit,
    });
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
    return this.#timed("sync_settle_look_up", {
      p_cloud_name: this.cloudName,
      p_asset_ids: assetIds,
      p_observations: observations,
      p_observed_at: observedAt,
      p_source: source,
      p_run_id: runId,
    });
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
    return this.#timed("sync_claim_pending", {
      p_cloud_name: this.cloudName,
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
    const { tasks } = await this.#timed<{ tasks: PushTask[]; now: string }>("sync_plan_push", {
      p_cloud_name: this.cloudName,
      p_worker: worker,
      p_asset_ids: assetIds,
      p_observations: observations,
      p_observed_at: observedAt,
      p_source: source,
      p_run_id: runId,
    });
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
    return this.#timed("sync_confirm_push", {
      p_cloud_name: this.cloudName,
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
    await this.#call("sync_release_pending", { p_worker: worker, p_ids: ids });
  }

  /** Remembers that a row's context is about to be cleared and set anew. @returns false when the lease is lost. */
  intendContextReset(worker: string, id: string): Promise<boolean> {
    return this.#call("sync_intend_context_reset", { p_worker: worker, p_id: id });
  }

  /** Cloudinary could not give these assets back. */
  async failRestore(
    worker: string,
    ids: string[],
    source: Source,
    runId: string | null,
  ): Promise<void> {
    await this.#call("sync_fail_restore", {
      p_worker: worker,
      p_ids: ids,
      p_source: source,
      p_run_id: runId,
    });
  }

  /** Leases queued look-ups. */
  claimRefresh(
    worker: string,
    limit: number,
    leaseSeconds: number,
  ): Promise<{ asset_ids: string[]; budget: CallBudget; now: string }> {
    return this.#timed("sync_claim_refresh", {
      p_cloud_name: this.cloudName,
      p_worker: worker,
      p_limit: limit,
      p_lease_seconds: leaseSeconds,
    });
  }

  /** Gives claimed look-ups back that were not made. */
  async releaseRefresh(worker: string): Promise<void> {
    await this.#call("sync_release_refresh", { p_cloud_name: this.cloudName, p_worker: worker });
  }

  /** Asks for the true state of assets. */
  async queueRefresh(assetIds: string[], reason: string): Promise<void> {
    await this.#call("sync_queue_refresh", {
      p_cloud_name: this.cloudName,
      p_asset_ids: assetIds,
      p_reason: reason,
    });
  }

  /** Compares a page of search results with the rows and queues what differs for a look-up. */
  storeSearchPage(
    runId: string,
    worker: string,
    page: { cursor: string | null; next_cursor: string | null; observations: object[] },
    leaseSeconds: number,
    traffic: Traffic,
  ): Promise<{ stored: boolean; queued?: number; budget?: CallBudget; now: string }> {
    return this.#timed("sync_store_search_page", {
      p_run_id: runId,
      p_worker: worker,
      p_cursor: page.cursor,
      p_next_cursor: page.next_cursor,
      p_observations: page.observations,
      p_traffic: traffic,
      p_lease_seconds: leaseSeconds,
    });
  }

  /** What merging a page would do. Nothing is written. */
  planObservations(
    observations: object[],
    observedAt: string,
  ): Promise<{ actions: PlannedAction[]; tasks: PushTask[]; unchanged: number; now: string }> {
    return this.#timed("sync_plan_observations", {
      p_cloud_name: this.cloudName,
      p_observations: observations,
      p_observed_at: observedAt,
    });
  }

  /** Where a page of observations and the rows differ. */
  comparePage(
    observations: object[],
  ): Promise<{ counted: number; missing: string[]; differing: FieldDifference[]; now: string }> {
    return this.#timed("sync_compare_page", {
      p_cloud_name: this.cloudName,
      p_observations: observations,
    });
  }

  /** Live rows of these resource types that a listing did not show. */
  absentAssets(seen: string[], resourceTypes: string[], limit: number): Promise<AbsentAssets> {
    return this.#timed("sync_absent_assets", {
      p_cloud_name: this.cloudName,
      p_seen: seen,
      p_resource_types: resourceTypes,
      p_limit: limit,
    });
  }

  /** Stores a verified notification and applies it, in one transaction. */
  receiveEvent(event: ReceivedEvent): Promise<EventOutcome> {
    return this.#call("sync_receive_event", { p_cloud_name: this.cloudName, p_event: event });
  }

  /** A stored notification, or null. */
  getEvent(id: number): Promise<{ id: number; body: string } | null> {
    return this.#call("sync_get_event", { p_id: id });
  }

  /** Applies a stored notification again. */
  replayEvent(id: number, effects: object[]): Promise<EventOutcome> {
    return this.#call("sync_replay_event", {
      p_cloud_name: this.cloudName,
      p_id: id,
      p_effects: effects,
    });
  }

  /** Lets a blocked run go on, once. @returns null when it is not blocked. */
  allowMassDelete(
    runId: string,
    userId: string | null,
    source: Source,
  ): Promise<RunSummary | null> {
    return this.#call("sync_allow_mass_delete", {
      p_run_id: runId,
      p_user_id: userId,
      p_source: source,
    });
  }

  async #run(
    name: "sync_start_run" | "sync_finish_run",
    args: Record<string, unknown>,
  ) {
    return await this.#timed<RunSummary>(name, args);
  }

  /** Calls a function whose answer tells the database's time. */
  async #timed<Result extends { now: string }>(
    name: Parameters<typeof callFunction>[1],
    args: Record<string, unknown>,
  ): Promise<Result> {
    const result = await this.#call<Result>(name, args);
    this.clock.learn(result.now);
    return result;
  }

  #call<Result>(
    name: Parameters<typeof callFunction>[1],
    args: Record<string, unknown>,
  ): Promise<Result> {
    return callFunction<Result>(
      this.client,
      name,
      args,
      this.options.retry ?? defaultRetryPolicy,
    );
  }
}
