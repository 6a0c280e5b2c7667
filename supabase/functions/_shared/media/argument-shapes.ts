import type { RunError, RunKind } from "../contract/run.ts";
import type { LibraryQuery, MediaPatch, UsagePlace } from "./library-types.ts";
import type { PushResult, ReceivedEvent, Shard, Source, Traffic } from "./types.ts";

/**
 * Shapes of the arguments that PostgreSQL knows only as jsonb or text. They go by name: an argument is called the same
 * wherever it means the same.
 */
export interface ArgumentShapes {
  /** In the form that `media_sync.merge_observations()` takes. */
  p_observations: object[];
  p_source: Source;
  p_kind: RunKind;
  p_traffic: Traffic;
  p_shards: Shard[];
  p_error: RunError;
  /** What a run was asked for, to be remembered. */
  p_options: Record<string, unknown>;
  p_results: PushResult[];
  p_event: ReceivedEvent;
  /** What a notification says, as `readNotification()` reads it. */
  p_effects: object[];
  p_query: LibraryQuery;
  p_patch: MediaPatch;
  /** What an answer tells facts from. */
  p_asked: "search" | "detail";
  p_keep: "cloudinary" | "database";
  p_place: UsagePlace;
}
