/** The answers of `sync`, as far as the commands read them. */

/** One action of a dry run. */
export interface PlannedAction {
  direction: "pull" | "push";
  action: string;
  public_id: string;
  resource_type: string;
  changes: Record<string, unknown> | null;
}

/** A run. */
export interface Run {
  run_id: string | null;
  status: "running" | "completed" | "blocked" | "failed" | "nothing_due";
  synced_items: number;
  updated_items: number;
  deleted_items: number;
  pushed_items: number;
  unchanged_items: number;
  conflicts: number;
  errors: { public_id?: string; code: string; message: string }[];
  error_count: number;
  duration_ms: number;
  api_calls: number;
  progress: { seen: number; expected: number | null; percent: number };
  /** Only of dry runs. */
  plan?: PlannedAction[];
  /** Actions that did not fit into `plan`. */
  omitted?: number;
  /** Whether the plan covers the whole library. */
  complete?: boolean;
}

/** How a run ended. */
export interface Outcome {
  message: string;
  data: Run;
}
