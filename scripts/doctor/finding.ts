/** What the doctor finds. */
export interface Finding {
  check: string;
  /** `warning`: works, and may not be what you want. `skipped`: it could not be looked at, and another line says why, or it does not apply. */
  status: "ok" | "warning" | "problem" | "skipped";
  message: string;
  /** What to do about a problem or warning. */
  mend?: string;
}

/** One examination; gives one finding or several. Throws CommandError where it cannot look, which is a problem. */
export interface Examination {
  name: string;
  examine(): Promise<Finding[]>;
}
