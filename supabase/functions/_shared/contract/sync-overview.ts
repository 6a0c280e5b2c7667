import { z } from "zod";
import { mediaStatistics, syncStatus } from "./library-state.ts";
import { booleanText } from "./query-values.ts";
import { RUN_KINDS, runError, syncRun } from "./run.ts";
import { count, success, timestamp } from "./values.ts";

/** The query of `GET sync`. */
export const syncQuery = z.strictObject({
  run_id: z.uuid().optional().describe("Answers this run alone."),
  format: z.enum(["json", "prometheus", "openapi"]).default("json").describe(
    "prometheus: the same figures as metrics; openapi: this description of the API, for whoever has a key.",
  ),
  verify: booleanText.optional()
    .describe("true: compares both sides field by field, without writing."),
});

export const quarantinedAsset = z.strictObject({
  asset_id: z.string().describe("Where Cloudinary tells none, a text that names the asset."),
  public_id: z.string(),
  resource_type: z.string(),
  reason: z.string().describe("Why it cannot be stored, as a sentence."),
  since: timestamp,
}).describe("An asset that cannot be stored as Cloudinary shows it.");

export const unsettledRun = z.strictObject({
  run_id: z.uuid(),
  kind: z.enum(RUN_KINDS),
  status: z.enum(["failed", "blocked"]),
  started_at: timestamp,
  finished_at: timestamp.nullable(),
  error: runError.nullable(),
}).describe("A run that failed or is blocked, and that no later run has made up for.");

export const rateLimit = z.strictObject({
  limit: z.number().nullable().describe("Calls an hour."),
  remaining: z.number().nullable().describe("Calls left until the reset."),
  reset_at: timestamp.nullable(),
}).describe("Cloudinary's quota as last told; null: not known.");

export const untoldFacts = z.strictObject({
  search: count.describe("Assets of which the search index is asked next."),
  detail: count.describe("Assets of which the detail is asked next, a call each."),
  is_exact: z.boolean().describe("false: at least so many."),
  percent: z.number().min(0).max(100).describe(
    "Share of the library of which every fact is here that Cloudinary tells.",
  ),
}).describe(
  "Assets of which facts that listings do not tell (etag, uploaded_at, duration, original_filename, …) are still to be asked for.",
);

const healthStatus = z.enum(["ok", "degraded", "failing"]);

export const health = z.strictObject({
  status: healthStatus.describe("The worst of the checks."),
  checks: z.array(z.strictObject({
    name: z.string(),
    status: healthStatus,
    message: z.string().describe("What is wrong and what to do, as a sentence."),
    value: z.string().nullable(),
  })),
}).describe("Health of the sync.");

export const syncOverviewAnswer = z.strictObject({
  success,
  sync_status: syncStatus.extend({
    quarantine: z.array(quarantinedAsset).describe("The first 1,000."),
    failed_runs: z.array(unsettledRun).describe("The last 100."),
  }),
  stats: mediaStatistics,
  runs: z.array(syncRun).describe("The last ten, the latest first."),
  rate_limit: rateLimit,
  untold: untoldFacts,
  health,
}).describe("How the sync is doing.");

export const fieldDifference = z.strictObject({
  public_id: z.string(),
  fields: z.array(z.string()),
}).describe("An asset whose two sides differ, and in which fields.");

export const verificationAnswer = z.strictObject({
  success,
  complete: z.boolean().describe("Whether the whole library was read in time."),
  note: z.string().optional().describe("Why it was not."),
  cloudinary_count: count,
  database_count: count,
  missing_in_database: z.array(z.string()).describe("public_ids, the first 1,000."),
  missing_in_database_count: count,
  missing_in_cloudinary: z.array(z.string()).describe("public_ids, the first 1,000."),
  missing_in_cloudinary_count: count,
  differing: z.array(fieldDifference).describe("The first 1,000."),
  differing_count: count,
}).describe("Where the two sides differ.");

/** An asset that cannot be stored as Cloudinary shows it. */
export type QuarantinedAsset = z.infer<typeof quarantinedAsset>;
/** A run that failed or is blocked, and that no later run has made up for. */
export type UnsettledRun = z.infer<typeof unsettledRun>;
/** Cloudinary's quota as last told. */
export type RateLimitState = z.infer<typeof rateLimit>;
/** Assets of which facts are still to be asked for. */
export type UntoldFacts = z.infer<typeof untoldFacts>;
/** Health of the sync; the worst check is the status. */
export type HealthSummary = z.infer<typeof health>;
/** An asset whose two sides differ. */
export type FieldDifference = z.infer<typeof fieldDifference>;
/** What `GET sync` answers. */
export type SyncOverviewAnswer = z.infer<typeof syncOverviewAnswer>;
/** What `GET sync?verify=true` answers. */
export type VerificationAnswer = z.infer<typeof verificationAnswer>;
