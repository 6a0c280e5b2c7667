/** What the demo is made of: steps that each do one thing on the stack and say whether it held. */
import type { Stack } from "../local/stack-options.ts";
import type { ProgressDisplay } from "../support/progress.ts";

/** What a step works with. */
export interface DemoContext {
  stack: Stack;
  progress: ProgressDisplay;
  /** Milliseconds, only for durations. */
  now: () => number;
  /** Aborted by Ctrl+C. */
  signal: AbortSignal;
}

/** How a step ended. */
export interface StepResult {
  name: string;
  holds: boolean;
  duration_ms: number;
  /** One sentence for people. */
  message: string;
}

/** Why the demo cannot go on, and what mends it. */
export class DemoError extends Error {
  readonly code = "demo_failed";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DemoError";
  }
}
