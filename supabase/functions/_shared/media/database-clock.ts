/**
 * The database's time, as far as this worker can know it.
 *
 * Observations of Cloudinary's state are ordered by the database's time at which their request began. A worker learns
 * that time with every answer of the database and adds what has passed since by its own monotonic clock. The sum is
 * never later than the truth, because the answer was on its way for a while; being a little early only makes an
 * observation give way to a fresher one.
 */
export class DatabaseClock {
  #databaseMs = Number.NEGATIVE_INFINITY;
  #learnedAt = 0;

  /** @param monotonic A clock in ms that never goes back; only differences of it are used. */
  constructor(
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /** @param now The database's time as an answer told it, RFC 3339. */
  learn(now: string): void {
    const told = parseMicroseconds(now);
    if (told > this.#estimate()) {
      this.#databaseMs = told;
      this.#learnedAt = this.monotonic();
    }
  }

  /**
   * @returns The database's time now, RFC 3339, at most as late as the truth.
   * @throws {Error} When no answer has told the time yet.
   */
  now(): string {
    const estimate = this.#estimate();
    if (!Number.isFinite(estimate)) {
      throw new Error("The database's time is not known yet.");
    }
    return formatMicroseconds(estimate);
  }

  #estimate(): number {
    return this.#databaseMs + (this.monotonic() - this.#learnedAt);
  }
}

/** RFC 3339 to milliseconds with a fraction: PostgreSQL counts in microseconds, `Date` only in milliseconds. */
function parseMicroseconds(time: string): number {
  const digits = /\.(\d+)/.exec(time)?.[1] ?? "";
  return Date.parse(time) + Number(digits.padEnd(6, "0").slice(3, 6)) / 1_000;
}

function formatMicroseconds(ms: number): string {
  const whole = Math.floor(ms);
  const microseconds = Math.floor((ms - whole) * 1_000).toString().padStart(
    3,
    "0",
  );
  return new Date(whole).toISOString().replace("Z", `${microseconds}Z`);
}
