/** What cures a finding, where a command does. */
export interface Fix {
  /** What a person would type; shown before it is asked for, and each is run once, however many findings name it. */
  command: string;
  /** Runs it. Resolves to what was done, a sentence; throws CommandError where it could not be. */
  run(): Promise<string>;
}

/** What the doctor finds. */
export interface Finding {
  check: string;
  /** `warning`: works, and may not be what you want. `skipped`: it could not be looked at, and another line says why, or it does not apply. */
  status: "ok" | "warning" | "problem" | "skipped";
  message: string;
  /** What to do about a problem or warning. */
  mend?: string;
  /** How `--fix` does that. */
  fix?: Fix;
}

/** One examination; gives one finding or several. Throws CommandError where it cannot look, which is a problem. */
export interface Examination {
  name: string;
  examine(): Promise<Finding[]>;
}
