import type { SyncAnswer, SyncRequestBody } from "./contract.ts";
import { MediaError } from "./media-error.ts";
import { callFunction, type RequestOptions } from "./request.ts";
import type { AnySupabaseClient } from "./supabase-client.ts";

/** What to do; nothing asks for what is due. */
export type SyncRequest = Omit<SyncRequestBody, "replay_event">;

/** What a sync did. */
export interface SyncResult extends Omit<SyncAnswer, "data"> {
  data: Exclude<SyncAnswer["data"], { event_id: number }>;
}

/**
 * Runs what is due, or what is asked for, for at most 25 s. `data.status` says whether it is finished.
 *
 * @throws {MediaError} `sync_failed` for a run that failed.
 */
export async function runSync(
  supabase: AnySupabaseClient,
  request: SyncRequest,
  { signal }: RequestOptions,
): Promise<SyncResult> {
  const answer = await callFunction<SyncResult>(supabase, "sync", {
    method: "POST",
    body: request,
    signal,
  });
  if (!answer.success) {
    throw new MediaError(answer.message, { code: "sync_failed", status: 200, cause: answer });
  }
  return answer;
}
