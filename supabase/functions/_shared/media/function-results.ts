import type { MediaFacets } from "../contract/media-list.ts";
import type { RestoreAnswer } from "../contract/deletions.ts";
import type { MediaStatistics } from "../contract/library-state.ts";
import type { RateLimitState } from "../contract/sync-overview.ts";
import type {
  DeleteOutcome,
  LibraryItemDetail,
  LibraryPage,
  LibraryParts,
  NamedAsset,
} from "./library-types.ts";
import type { SyncStatus } from "../contract/library-state.ts";
import type { PlannedAction } from "../contract/sync.ts";
import type {
  FieldDifference,
  HealthSummary,
  QuarantinedAsset,
  UnsettledRun,
  UntoldFacts,
} from "../contract/sync-overview.ts";
import type {
  AbsentAssets,
  CallBudget,
  DueWork,
  EventOutcome,
  MergeOutcome,
  PushClaim,
  PushConfirmation,
  PushPlan,
  PushTask,
  RunSummary,
  ShardClaim,
  SweepState,
} from "./types.ts";

/** What every answer to a worker tells: the database's time. */
interface Timed {
  /** RFC 3339. */
  now: string;
}

/** What storing a page tells; `stored: false`: the worker no longer holds the shard at that cursor, nothing was written. */
type Stored<Told> = Timed & ({ stored: false } | { stored: true } & Told);

/** What SQL functions return that PostgreSQL knows only as jsonb or text. */
export interface FunctionResults {
  // Clients' functions.
  list_media_assets: LibraryPage;
  read_media_library: LibraryParts;
  get_media_facets: MediaFacets & { version?: string };
  get_media_statistics: MediaStatistics[];
  /** null when the caller sees no such asset. */
  get_media_asset: LibraryItemDetail | null;
  /** The ids that were reached. */
  edit_media_assets: string[];
  /** The ids that had open conflicts. */
  resolve_media_conflicts: string[];
  find_media_assets: NamedAsset[];
  /** Unknown ids are left out. */
  soft_delete_media_assets: DeleteOutcome[];
  /** `live`: was not deleted; `restored`: Cloudinary still held it; `requested`: its backup must give it back. */
  restore_media_asset: RestoreAnswer["outcome"];
  get_sync_status: SyncStatus;
  get_sync_overview: {
    runs: RunSummary[];
    rate_limit: RateLimitState | null;
    quarantine: QuarantinedAsset[];
    failed_runs: UnsettledRun[];
    untold: UntoldFacts;
  };
  get_sync_health_summary: HealthSummary;
  get_sync_run: RunSummary | null;

  // What is due, runs.
  media_sync_due: DueWork;
  media_sync_start_run: { run: RunSummary } & ShardClaim & Timed;
  media_sync_pause_run: RunSummary;
  media_sync_finish_run: RunSummary;
  media_sync_record_traffic: { budget: CallBudget } & Timed;
  /** null when the run is not blocked. */
  media_sync_allow_mass_delete: RunSummary | null;

  // Listings.
  media_sync_plan_shards: Stored<ShardClaim>;
  media_sync_claim_shard: ShardClaim & Timed;
  media_sync_store_page: Stored<ShardClaim>;
  media_sync_store_search_page: Stored<
    { queued: number; next_cursor: string | null; budget: CallBudget }
  >;
  media_sync_continue_facts: Stored<
    {
      /** null: no search is to be made; `cursor`: it goes on with this one. */
      search: { created_from: string; cursor: string | null } | null;
      /** asset_ids whose details are to be asked. */
      details: string[];
      budget: CallBudget;
    }
  >;
  media_sync_begin_sweep: SweepState;
  media_sync_settle_absences: SweepState;

  // Look-ups.
  media_sync_find_assets:
    & { assets: { asset_id: string; resource_type: string; type: string }[] }
    & Timed;
  media_sync_apply_observations: { outcomes: MergeOutcome[] } & Timed;
  media_sync_settle_look_up: { outcomes: MergeOutcome[]; absent: number } & Timed;
  /** `detailed`: those of which only the asset's detail will do; `more`: another claim may find some. */
  media_sync_claim_refresh:
    & { asset_ids: string[]; detailed: string[]; more: boolean; budget: CallBudget }
    & Timed;

  // Comparisons, which write nothing.
  media_sync_plan_observations:
    & { actions: PlannedAction[]; tasks: PushTask[]; unchanged: number }
    & Timed;
  media_sync_compare_page:
    & { counted: number; absent: string[]; differing: FieldDifference[] }
    & Timed;
  media_sync_absent_assets: AbsentAssets;

  media_sync_sign_upload: "new" | "overwrites" | "name_taken" | "in_use";

  // Pushes.
  media_sync_begin_push: PushClaim;
  media_sync_plan_push: PushPlan;
  media_sync_confirm_push: PushConfirmation;

  // Notifications.
  media_sync_receive_event: EventOutcome;
  media_sync_replay_event: EventOutcome;
  media_sync_get_event: { id: number; body: string } | null;
  media_sync_webhook_status: {
    events: string[];
    last_received_at: string | null;
    last_error: { received_at: string; notification_type: string } | null;
  };
}
