/** A clock that can be moved, so that quota windows and staleness are tested without waiting. */
export interface Clock {
  /** The current time, ms since the epoch. */
  now(): number;
  /** Moves the clock by a number of ms. */
  advance(milliseconds: number): void;
  /** Sets the clock to a time (ms since the epoch); it goes on from there. */
  set(now: number): void;
  /** Takes every move back. */
  reset(): void;
}

/**
 * Makes a clock over a base clock.
 *
 * @param base the underlying clock, ms since the epoch
 */
export function createClock(base: () => number): Clock {
  let offset = 0;
  return {
    now: () => base() + offset,
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    set: (now) => {
      offset = now - base();
    },
    reset: () => {
      offset = 0;
    },
  };
}
