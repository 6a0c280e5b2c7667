import type { World } from "../world.ts";
import { Failure } from "./failure.ts";

const HOUR_MS = 3_600_000;

/** The Admin API's hourly budget. The window is the clock hour. */
export class Quota {
  #window = -1;
  #used = 0;

  /**
   * Spends units of this hour's budget.
   *
   * @throws Failure 420 or 429 naming the time of the reset, when the budget does not cover the call
   */
  spend(world: World, units: number): void {
    this.#enter(world);
    const limit = this.#limit(world);
    if (this.#used + units > limit) {
      const reset = new Date(this.#reset()).toISOString().slice(0, 19).replace("T", " ");
      throw new Failure(
        world.behavior.rate_limit_status,
        `Rate Limit Exceeded. Limit of ${limit} api operations reached. Try again on ${reset} UTC`,
      );
    }
    this.#used += units;
  }

  /** The three headers of every Admin answer. */
  headers(world: World): Record<string, string> {
    this.#enter(world);
    const limit = this.#limit(world);
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

  #limit(world: World): number {
    return world.faults.rate_limit > 0 ? world.faults.rate_limit : world.behavior.rate_limit;
  }

  #reset(): number {
    return (this.#window + 1) * HOUR_MS;
  }

  #enter(world: World): void {
    const window = Math.floor(world.clock.now() / HOUR_MS);
    if (window !== this.#window) {
      this.#window = window;
      this.#used = 0;
    }
  }
}
