import { z } from "zod";
import { anyObject, count, timestamp } from "./values.ts";

/** Kinds of runs; `full`, `partial` and `incremental` pull, `facts` asks for what listings do not tell, the others serve queues. */
export const RUN_KINDS = [
  "full",
  "partial",
  "incremental",
  "push",
  "refresh",
  "single",
  "scope",
  "facts",
] as const;

export const runError = z.strictObject({
  public_id: z.string().optional(),
  code: z.string(),
  message: z.string(),
}).describe("One error of a run.");

export const runProgress = z.strictObject({
  seen: count.describe("Assets listed so far."),
  expected: count.nullable().describe("Assets that are expected; null when not known."),
  percent: z.number().min(0).max(100),
});

export const runFigures = z.strictObject({
  synced_items: count.describe("Assets new here."),
  updated_items: count.describe("Rows changed by what Cloudinary told."),
  deleted_items: count.describe("Assets that are gone."),
  pushed_items: count.describe("Assets whose edits reached Cloudinary."),
  unchanged_items: count.describe("Assets found equal."),
  conflicts: count.describe("Values changed on both sides."),
  error_count: count,
  duration_ms: z.number().min(0),
  api_calls: count.describe("Calls of Cloudinary."),
}).describe("The figures of a run that can be added up.");

export const syncRun = z.strictObject({
  run_id: z.uuid(),
  kind: z.enum(RUN_KINDS),
  status: z.enum(["running", "completed", "blocked", "failed"]).describe(
    "blocked: the guard stopped it from deleting too much; see allow_mass_delete.",
  ),
  source: z.enum(["webhook", "cron", "api", "client", "console"]).describe("What started it."),
  options: anyObject.describe("What was asked for."),
  ...runFigures.shape,
  errors: z.array(runError).describe("The first 50."),
  blocked_by: z.strictObject({
    reason: z.enum(["mass_delete", "empty_listing", "scope"]),
    absent: count.describe("Assets that would be deleted."),
    live: count.describe("Assets that there are."),
    limit_percent: z.number(),
    minimum: z.number(),
  }).nullable().describe("Why the guard stopped it."),
  progress: runProgress,
  started_at: timestamp,
  finished_at: timestamp.nullable(),
}).describe("A run of the sync.");

/** The figures of a run that can be added up. */
export type RunFigures = z.infer<typeof runFigures>;
/** Kinds of runs; `full`, `partial` and `incremental` pull, the others serve queues. */
export type RunKind = typeof RUN_KINDS[number];
/** One error of a run. */
export type RunError = z.infer<typeof runError>;
/** A run of the sync. */
export type SyncRun = z.infer<typeof syncRun>;
