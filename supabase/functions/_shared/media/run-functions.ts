import type { ServiceCalls } from "./service-calls.ts";
import type {
  CallBudget,
  ClaimedShard,
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

/** Runs: starting and ending them, their shards, pages and sweeps. Methods throw `DatabaseError`. */
export class RunFunctions {
  constructor(private readonly calls: ServiceCalls) {}

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
    return this.calls.timed("media_sync_start_run", {
      p_request: { ...request, cloud_name: this.calls.cloudName },
    });
  }

  /** @returns The run, or null when there is none with that id. */
  getRun(runId: string): Promise<RunSummary | null> {
    return this.calls.call<RunSummary | null>("media_sync_get_run", { p_run_id: runId });
  }

  /** Ends a run; one with open shards stays `running` when it is said to be completed. */
  finishRun(
    runId: string,
    status: "completed" | "failed" | "blocked",
  ): Promise<RunSummary> {
    return this.calls.timed("media_sync_finish_run", { p_run_id: runId, p_status: status });
  }

  /** Adds an error to a run: the first 50 are kept, all are counted. */
  async reportError(runId: string, error: RunError): Promise<void> {
    await this.calls.call("media_sync_report_error", { p_run_id: runId, p_error: error });
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
    const { stored } = await this.calls.timed<{ stored: boolean; now: string }>(
      "media_sync_plan_shards",
      {
        p_run_id: runId,
        p_worker: worker,
        p_expected: expected,
        p_shards: shards,
        p_traffic: traffic,
      },
    );
    return stored;
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
    return await this.calls.timed<
      { shard: ClaimedShard | null; budget: CallBudget; now: string }
    >("media_sync_claim_shard", {
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
    return await this.calls.timed<
      { stored: boolean; budget?: CallBudget; now: string }
    >("media_sync_store_page", {
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
    return await this.calls.call("media_sync_restart_shard", {
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
    await this.calls.call("media_sync_release_shard", {
      p_run_id: runId,
      p_shard: shard,
      p_worker: worker,
    });
  }

  /** After a complete listing: notes what it did not show and asks the guard. Deletes nothing. */
  beginSweep(runId: string): Promise<SweepDecision> {
    return this.calls.timed("media_sync_begin_sweep", { p_run_id: runId });
  }

  /** The next missing assets of a run that are to be looked up. */
  missingAssets(
    runId: string,
    limit: number,
  ): Promise<{ asset_ids: string[]; budget: CallBudget; now: string }> {
    return this.calls.timed("media_sync_missing_assets", {
      p_run_id: runId,
      p_limit: limit,
    });
  }

  /** Lets a blocked run go on, once. @returns null when it is not blocked. */
  allowMassDelete(
    runId: string,
    userId: string | null,
    source: Source,
  ): Promise<RunSummary | null> {
    return this.calls.call("media_sync_allow_mass_delete", {
      p_run_id: runId,
      p_user_id: userId,
      p_source: source,
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
    return this.calls.timed("media_sync_store_search_page", {
      p_run_id: runId,
      p_worker: worker,
      p_cursor: page.cursor,
      p_next_cursor: page.next_cursor,
      p_observations: page.observations,
      p_traffic: traffic,
      p_lease_seconds: leaseSeconds,
    });
  }
}
