import type { SupabaseClient } from "@supabase/supabase-js";
import type { SyncRun } from "../contract/run.ts";
import type { EventAnswer } from "../contract/webhook.ts";
import type { Database } from "./database.types.ts";

/** A supabase-js client of our schema. */
export type MediaClient = SupabaseClient<Database>;

/** What set an operation off; `source` in the log. */
export type Source = "webhook" | "cron" | "api" | "client" | "console";

/** Who decides a value that both sides changed. */
export type ConflictPolicy = "cloudinary" | "database" | "newest" | "manual";

/** One part of a listing: its own cursor and lease. */
export interface Shard {
  shard: string;
  /** null for the search of an incremental pull. */
  resource_type: "image" | "video" | "raw" | null;
  /** Delivery type; null lists all of them. */
  type: string | null;
  created_from: string | null;
  created_until: string | null;
}

/** A shard as a worker takes it over. */
export interface ClaimedShard extends Shard {
  /** next_cursor of the last stored page; null before the first. */
  cursor: string | null;
  pages: number;
  seen: number;
  restarts: number;
}

/** What may be called now, by the quota that all workers share. */
export interface CallBudget {
  /** Nothing is called before this time. */
  blocked_until?: string | null;
  /** Calls left for background work above the reserve; null or absent: not known. */
  background_calls?: number | null;
  /** Calls left above what pulls may need besides; null or absent: not known. */
  spare_calls?: number | null;
  /** When the quota is refilled. */
  reset_at?: string | null;
  /** How many asset_ids one look-up may name; absent: not known. */
  look_up_cap?: number;
}

/** Calls made since the last report, and what Cloudinary told of its quota. */
export interface Traffic {
  calls: number;
  rate_limit?: { limit: number; remaining: number; reset_at: string };
  blocked_until?: string;
  blocked_reason?: string;
  /** Assets of which a search told whether a backup is kept, and those that have one. */
  backups?: { sampled: number; kept: number };
}

/** A run as `media_sync.run_summary()` tells it. */
export interface RunSummary extends SyncRun {
  open_shards: number;
  /** The database's time. */
  now: string;
}

/** What became of one observation. */
export interface MergeOutcome {
  asset_id: string;
  media_asset_id: string | null;
  outcome:
    | "inserted"
    | "updated"
    | "restored"
    | "unchanged"
    | "stale"
    | "undecided"
    | "out_of_scope"
    | "quarantined";
  conflict_count: number;
}

/** A shard that a worker was leased, and what it may do with it. */
export interface ShardClaim {
  /** null: none is free. */
  shard: ClaimedShard | null;
  budget: CallBudget;
}

/** How far the sweep of a run got. */
export interface SweepState {
  /** The next assets that are to be looked up. */
  asset_ids: string[];
  /**
   * Ended where none is left, blocked where the guard says so; running and without `asset_ids` where other workers have
   * not completed the listing yet.
   */
  run: RunSummary;
  budget: CallBudget;
  now: string;
}

/** What is due, as `media_sync_due()` tells it. */
export interface DueWork {
  /** An open full or partial run. */
  open_run: RunSummary | null;
  full_due: boolean;
  incremental_due: boolean;
  /** Start of the last completed pull less an overlap; null before the first. */
  changed_since: string | null;
  push_due: boolean;
  refresh_due: boolean;
  /** Facts that listings do not tell are to be asked for, and there are calls to spare. */
  facts_due: boolean;
  /** What the platform lacked is there by now, or state was lost: `media_sync_repair()` sees to it. */
  repair_due: boolean;
  folder_mode: "dynamic" | "fixed" | null;
  /** What searches of this account may not tell. */
  search_refuses: ("metadata" | "last_updated")[];
  conflict_policy: ConflictPolicy;
  budget: CallBudget;
  now: string;
}

/** What differs between base and local, in the form in which it is sent and confirmed. */
export interface Difference {
  tags?: { added?: string[]; removed?: string[] };
  context?: { set?: Record<string, string>; removed?: string[] };
  metadata?: { set?: Record<string, unknown>; removed?: string[] };
  /** Empty: to be cleared, which Cloudinary cannot. */
  display_name?: string;
  folder?: string;
  public_id?: string;
}

/** A row that wants something of Cloudinary. */
export interface PushTask {
  id: string;
  asset_id: string;
  action: "update" | "delete" | "restore";
  /** The name that Cloudinary knows the asset by. */
  public_id: string;
  resource_type: "image" | "video" | "raw";
  type: string;
  difference: Difference;
}

/** A task after its asset was looked up, noted on the row as on its way. */
export interface PlannedTask extends PushTask {
  /** Id of the attempt on the row. */
  attempt: string;
  /** Name that a ring of renames may pass through; null where nothing is renamed. */
  detour: string | null;
  /** The whole context as it is wanted, where keys are taken away; else null. */
  context: Record<string, string> | null;
  /** All tags as they are wanted, where one that holds a comma is added or taken away; else null. */
  tags: string[] | null;
}

/** Why a row could not be pushed. */
export type PushFailure =
  & PushFailureFacts
  & (
    | { code: string; ends_wish?: false }
    // Cloudinary's own word that a deleted asset cannot come back.
    | { code: "name_taken" | "content_gone"; ends_wish: true }
  );

interface PushFailureFacts {
  message: string;
  /** No later attempt can succeed: the row rests in `error` at once. */
  permanent?: boolean;
  /** Not tried again before. */
  retry_at?: string;
  /** False: does not use up an attempt (the quota, not the row, is to blame). */
  counts?: boolean;
}

/** How the push of one row ended. What is neither landed nor dropped may still arrive. */
export interface PushResult {
  id: string;
  action: PushTask["action"];
  attempt: string;
  /** What Cloudinary took; `at`: the database's time from which on an answer must show it. */
  landed?: { difference: Difference; at?: string }[];
  /** What was answered with a failure: it has arrived or never will, and the next look-up shows which. */
  answered?: Difference[];
  /** What was never sent, or was refused: it cannot arrive. */
  dropped?: Difference;
  /** What reached another asset, which had the name by then; `at`: the database's time at which the request began. */
  misplaced?: { asset_id: string; difference: Difference; at: string }[];
  /** The name of a ring's detour, which the asset has now or had on its way. */
  passed?: string;
  /** The asset as answers showed it, each with `observed_at`, in their order. */
  answers?: object[];
  /** The context may have been cleared and not set anew: what it held is no longer agreed on. */
  cleared?: boolean;
  /** Cloudinary confirmed that it is gone. */
  destroyed?: boolean;
  /** A restore was taken at that time: later look-ups show it, or it did not happen. */
  existence_at?: string;
  /** The deletion or restore was refused or never sent. */
  existence_dropped?: boolean;
  /** Not sent in time: to be claimed again at once. */
  again?: boolean;
  error?: PushFailure;
}

/** Rows leased to a worker. */
export interface PushClaim {
  /** The run that the work counts for; null where certain rows were asked for, or none waits. */
  run_id: string | null;
  tasks: PushTask[];
  /** Another claim may find rows. */
  more: boolean;
  folder_mode: "dynamic" | "fixed" | null;
  budget: CallBudget;
  /** The database's time of the claim. */
  now: string;
}

/** Claimed rows after the look-up of their assets. */
export interface PushPlan {
  tasks: PlannedTask[];
  /** asset_ids whose detail must tell times of change before anything is decided. */
  undecided: string[];
  /** asset_ids to be looked up again: something that came meanwhile tells otherwise than the look-up. */
  outdated: string[];
  now: string;
}

/** What is left after a push was confirmed. */
export interface PushConfirmation {
  /** Rows wait that were edited meanwhile. */
  more: boolean;
  /** asset_ids whose write is to be confirmed by its echo or a look-up. */
  open: string[];
  /** Notifications come, so that echoes will. */
  echoes: boolean;
  /** The run, where it was to be finished. */
  run: RunSummary | null;
  budget: CallBudget;
  now: string;
}

/** Live rows that a listing did not show. */
export interface AbsentAssets {
  count: number;
  assets: { asset_id: string; public_id: string; resource_type: string }[];
  live: number;
  now: string;
}

/** A verified notification on its way into the inbox. */
export interface ReceivedEvent {
  /** SHA-256 of the raw body, hexadecimal. */
  dedup_key: string;
  notification_type: string;
  body: string;
  triggered_at: string | null;
  signature_key: string | null;
  effects: object[];
  /** asset_ids that it names: it could not be applied, and is only stored. */
  refused?: string[];
}

/** What became of a notification. */
export interface EventOutcome {
  result: EventAnswer["result"];
  /** Look-ups wait that somebody would like to see soon. */
  refresh: boolean;
  event_id: number;
}
