import { Failure } from "../shapes/failure.ts";
import type { State } from "../store/state.ts";

const HOUR_MS = 3_600_000;

/** The Admin API's hourly budget. The window is the clock hour. */
export class Quota {
  readonly #rules: Pick<State, "clock" | "behavior" | "faults">;
  #window = -1;
  #used = 0;

  constructor(rules: Pick<State, "clock" | "behavior" | "faults">) {
    this.#rules = rules;
  }

  /**
   * Spends units of this hour's budget.
   *
   * @throws Failure 420 or 429 naming the time of the reset, when the budget does not cover the call
   */
  spend(units: number): void {
    this.#enter();
    const limit = this.#limit();
    if (this.#used + units > limit) {
      const reset = new Date(this.#reset()).toISOString().slice(0, 19).replace("T", " ");
      throw new Failure(
        this.#rules.behavior.rate_limit_status,
        `Rate Limit Exceeded. Limit of ${limit} api operations reached. Try again on ${reset} UTC`,
      );
    }
    this.#used += units;
  }

  /** The three headers of every Admin answer. */
  headers(): Record<string, string> {
    this.#enter();
    const limit = this.#limit();
    return {
      "X-FeatureRateLimit-Limit": String(limit),
      "X-FeatureRateLimit-Remaining": String(Math.max(0, limit - this.#used)),
      "X-FeatureRateLimit-Reset": new Date(this.#reset()).toUTCString(),
    };
  }

  /** Gives the whole budget back. */
  clear(): void {
    this.#used = 0;
  }

  #limit(): number {
    const { faults, behavior } = this.#rules;
    return faults.rate_limit > 0 ? faults.rate_limit : behavior.rate_limit;
  }

  #reset(): number {
    return (this.#window + 1) * HOUR_MS;
  }

  #enter(): void {
    const window = Math.floor(this.#rules.clock.now() / HOUR_MS);
    if (window !== this.#window) {
      this.#window = window;
      this.#used = 0;
    }
  }
}
