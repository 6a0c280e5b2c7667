import type { CallReport } from "../cloudinary/client.ts";
import type { Traffic } from "../media/types.ts";

/** A pause after a rate limit whose end Cloudinary did not name, in ms. */
const UNNAMED_PAUSE_MS = 60_000;

/** Counts Cloudinary calls and keeps what answers told of the quota and of backups, until the next report to the database. */
export class TrafficMeter {
  #calls = 0;
  #rateLimit: Traffic["rate_limit"];
  #blocked: { until: string; reason: string } | undefined;
  #backups = { sampled: 0, kept: 0 };

  /** @param wallClock The time in ms since 1970; only for a pause that Cloudinary left unnamed. */
  constructor(private readonly wallClock: () => number = Date.now) {}

  /** Takes note of one call; given to the Cloudinary client as `onCall`. */
  readonly observe = (call: CallReport): void => {
    this.#calls++;
    if (call.rateLimit) {
      this.#rateLimit = {
        limit: call.rateLimit.limit,
        remaining: call.rateLimit.remaining,
        reset_at: call.rateLimit.resetAt.toISOString(),
      };
    }
    if (call.error?.code === "rate_limited") {
      const until = call.error.retryAt?.getTime() ??
        this.wallClock() + UNNAMED_PAUSE_MS;
      this.#blocked = {
        until: new Date(until).toISOString(),
        reason: call.error.message,
      };
    }
  };

  /** Takes note of what a search told of backups; given to the Cloudinary client as `onBackups`. */
  readonly observeBackups = ({ sampled, kept }: { sampled: number; kept: number }): void => {
    this.#backups.sampled += sampled;
    this.#backups.kept += kept;
  };

  /** What has happened since the last time, for the database; the meter starts anew. */
  take(): Traffic {
    const traffic: Traffic = { calls: this.#calls };
    if (this.#rateLimit) traffic.rate_limit = this.#rateLimit;
    if (this.#blocked) {
      traffic.blocked_until = this.#blocked.until;
      traffic.blocked_reason = this.#blocked.reason;
    }
    if (this.#backups.sampled > 0) traffic.backups = this.#backups;
    this.#backups = { sampled: 0, kept: 0 };
    this.#calls = 0;
    this.#rateLimit = undefined;
    this.#blocked = undefined;
    return traffic;
  }
}
