import type { Clock } from "../../scripts/local/clock.ts";

/** A clock whose time passes when the test says so. */
export interface TestClock extends Clock {
  /** Lets time pass, and runs what was to run by then. */
  pass(milliseconds: number): void;
}

/** @param start An RFC 3339 time. */
export function createClock(start: string): TestClock {
  let now = Date.parse(start);
  const waits = new Set<{ at: number; run: () => void }>();
  return {
    now: () => now,
    after(milliseconds, run) {
      const wait = { at: now + milliseconds, run };
      waits.add(wait);
      return () => waits.delete(wait);
    },
    pass(milliseconds) {
      now += milliseconds;
      for (const wait of [...waits].filter((wait) => wait.at <= now)) {
        waits.delete(wait);
        wait.run();
      }
    },
  };
}
