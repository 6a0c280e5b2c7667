import type { CloudinaryClient } from "../cloudinary/client.ts";
import type { Logger } from "../http/log.ts";
import type { SupabaseMediaService } from "../media/supabase-media-service.ts";
import type { CallBudget, Source } from "../media/types.ts";
import type { Deadline } from "./deadline.ts";
import type { TrafficMeter } from "./traffic-meter.ts";

/** What every stage of a sync works with. */
export interface SyncSession {
  media: SupabaseMediaService;
  cloudinary: CloudinaryClient;
  meter: TrafficMeter;
  /** Identity of this call among all that share the database. */
  worker: string;
  source: Source;
  /** User who asked, if one did. */
  userId: string | null;
  deadline: Deadline;
  log: Logger;
}

/** How long a shard or a row belongs to a worker that says nothing more, in seconds. */
export const LEASE_SECONDS = 60;

/**
 * Why background work must rest now, by the shared quota.
 *
 * @returns A sentence, or null when calls may be made.
 */
export function quotaPause(budget: CallBudget): string | null {
  if (budget.blocked_until) {
    return `Cloudinary's rate limit is used up; the sync goes on after ${budget.blocked_until}.`;
  }
  if (
    typeof budget.background_calls === "number" && budget.background_calls <= 0
  ) {
    return `The rest of Cloudinary's hourly quota is kept for people's edits; the sync goes on after ${budget.reset_at}.`;
  }
  return null;
}
