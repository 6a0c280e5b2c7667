import { z } from "zod";
import { runError, runFigures, runProgress, syncRun } from "./run.ts";
import { count, resourceType, success } from "./values.ts";

/** The body of `POST sync`. */
export const syncRequest = z.strictObject({
  force: z.boolean().optional().describe("Merges even what looks unchanged; implies full."),
  full: z.boolean().default(false).describe("A full reconcile instead of what is due."),
  batch_size: z.int().min(1).max(500).default(500).describe("Assets a page."),
  single_asset: z.string().min(1).max(500).optional().describe(
    "public_id or asset_id of one asset.",
  ),
  resource_type: resourceType.optional(),
  folder: z.string().min(1).max(1_000).transform((value) => value.replace(/^\/+|\/+$/g, ""))
    .pipe(z.string().min(1, "must name a folder")).optional(),
  direction: z.enum(["both", "pull", "push"]).default("both"),
  allow_mass_delete: z.uuid().optional().describe("run_id of a blocked run that may go on, once."),
  replay_event: z.int().min(1).optional().describe("Id of a stored notification to apply again."),
  dry_run: z.boolean().default(false).describe("Only plans a full reconcile."),
  facts: z.boolean().optional().describe(
    "Asks at once for all facts that listings do not tell, instead of a few a call and a while after a change.",
  ),
  background: z.boolean().default(false).describe("Answers at once and works on."),
}).describe("What to do; nothing asks for what is due.");

export const nothingDue = z.strictObject({
  run_id: z.null(),
  status: z.literal("nothing_due"),
  ...runFigures.shape,
  errors: z.array(runError),
  progress: runProgress,
}).describe("Nothing was due.");

export const plannedAction = z.strictObject({
  direction: z.enum(["pull", "push"]),
  action: z.string().describe("insert, update, restore or delete."),
  asset_id: z.string(),
  public_id: z.string(),
  resource_type: z.string(),
  changes: z.record(z.string(), z.unknown()).nullable().describe(
    "pull: field to from and to; push: the difference that would be sent.",
  ),
}).describe("One action that a reconcile would take.");

export const syncPlan = nothingDue.extend({
  status: z.literal("completed"),
  dry_run: z.literal(true),
  complete: z.boolean().describe("Whether the whole library was read in time."),
  plan: z.array(plannedAction),
  omitted: count.describe("Actions that did not fit into the answer."),
}).describe("What a full reconcile would do; nothing was written.");

export const backgroundSync = z.strictObject({ run_id: z.null(), status: z.literal("running") })
  .describe("The sync works in the background.");

export const eventReplay = z.strictObject({
  event_id: z.int(),
  result: z.enum(["applied", "stored", "duplicate", "ignored"]),
}).describe("A stored notification was applied again.");

export const syncAnswer = z.strictObject({
  success: z.boolean().describe("Whether no run failed."),
  message: z.string(),
  data: z.union([syncRun, syncPlan, nothingDue, backgroundSync, eventReplay]).describe(
    "The last run, with the figures of all runs of this call together.",
  ),
}).describe("What a call of the sync did.");

export const runAnswer = z.strictObject({ success, data: syncRun }).describe("One run.");

/** The body of `POST sync` as a caller sends it. */
export type SyncRequestBody = z.input<typeof syncRequest>;
/** One action that a reconcile would take. */
export type PlannedAction = z.infer<typeof plannedAction>;
/** What a call tells that worked on no run. */
export type NothingDue = z.infer<typeof nothingDue>;
/** What `POST sync` did, without its message. */
export type SyncOutcome = SyncAnswer["data"];
/** What `POST sync` answers. */
export type SyncAnswer = z.infer<typeof syncAnswer>;
/** What `GET sync?run_id=…` answers. */
export type RunAnswer = z.infer<typeof runAnswer>;
