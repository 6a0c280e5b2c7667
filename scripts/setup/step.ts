/** What a setup is made of. */

/** Whether a part of an installation is as it should be. */
export interface StepState {
  /** `unknown`: applying it is the way to find out, and does no harm. */
  status: "in_place" | "needed" | "unknown";
  /** One sentence; no secret. */
  message: string;
  /** True where the platform lacks what it needs: nothing can be applied now, and nothing has failed. */
  waits?: boolean;
}

/** One part of an installation. Every method throws CommandError where it cannot be carried through. */
export interface SetupStep {
  name: StepName;
  /** Looks, before any step changes anything, for what applying it would fail on. */
  prepare?(): Promise<void>;
  /** Looks only. */
  check(): Promise<StepState>;
  /** Makes it so; may be called where it is so already. Resolves to what was done, one sentence. */
  apply(): Promise<string>;
  /** Takes it away again. */
  remove?(): Promise<string>;
}

/** The steps in their order. */
export const STEP_NAMES = ["link", "migrate", "secrets", "functions", "webhook", "vault"] as const;
export type StepName = typeof STEP_NAMES[number];
