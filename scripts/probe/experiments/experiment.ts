import type { Behavior } from "../facts.ts";
import type { Finding } from "../finding.ts";
import type { Lab } from "../lab.ts";

/** One thing that is tried, and what it tells. */
export interface Experiment {
  /** The facts that it finds out. */
  facts: readonly (keyof Behavior)[];
  /** Calls of the Admin API that it makes at most. */
  adminCalls: number;
  /** Whether it needs notifications. */
  needsReceiver?: boolean;
  run(lab: Lab): Promise<Finding[]>;
}
