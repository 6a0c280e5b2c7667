import type { RunAnswer } from "../_shared/contract/sync.ts";
import {
  type SyncOverviewAnswer,
  syncQuery,
  type VerificationAnswer,
} from "../_shared/contract/sync-overview.ts";
import type { OpenApiDocument } from "../_shared/contract/openapi/document.ts";
import { notFound } from "../_shared/http/api-error.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseQuery } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { readEnvironment } from "../_shared/http/runtime.ts";
import { callFunction } from "../_shared/media/call-function.ts";
import type { Database } from "../_shared/media/database.types.ts";
import { DATABASE_VERSION } from "../_shared/media/database-version.ts";
import { readStatistics } from "../_shared/media/media-library.ts";
import { BidirectionalSyncService } from "../_shared/sync/bidirectional-sync-service.ts";
import { prometheusResponse } from "./prometheus.ts";
import { shownRun } from "./describe-run.ts";

/** `GET sync`: the state of the sync, or of one run. */
export async function getSync(context: RouteContext<Database>): Promise<Response> {
  const { url, identify, log } = context;
  if (url.searchParams.get("format") === "openapi") return await describeApi(context);
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "admin");
  const query = parseQuery(url, syncQuery);

  if (query.run_id !== undefined) {
    const run = await callFunction(caller.supabase, "get_sync_run", { p_run_id: query.run_id });
    if (run === null) throw notFound("There is no run with that id.");
    return jsonResponse<RunAnswer>({ success: true, data: shownRun(run) });
  }

  if (query.verify) {
    const verification = await BidirectionalSyncService.forCaller(caller, log).verify();
    return jsonResponse<VerificationAnswer>({ success: true, ...verification });
  }

  const [syncStatus, stats, overview, health] = await Promise.all([
    callFunction(caller.supabase, "get_sync_status", {}),
    readStatistics(caller.supabase),
    callFunction(caller.supabase, "get_sync_overview", {}),
    callFunction(caller.supabase, "get_sync_health_summary", {}),
  ]);
  if (query.format === "prometheus") {
    return prometheusResponse({
      syncStatus,
      stats,
      rateLimit: overview.rate_limit,
      untold: overview.untold,
      health,
    });
  }
  return jsonResponse<SyncOverviewAnswer>({
    success: true,
    sync_status: {
      ...syncStatus,
      quarantine: overview.quarantine,
      failed_runs: overview.failed_runs,
    },
    stats,
    runs: overview.runs.map(shownRun),
    rate_limit: overview.rate_limit ??
      { limit: null, remaining: null, reset_at: null },
    untold: overview.untold,
    health,
  });
}

/** Nothing in it is secret, and who writes a client is seldom an admin: any key of the project will do. */
async function describeApi({ url, identify }: RouteContext<Database>): Promise<Response> {
  await identify(["anonymous", "user", "secret"]);
  parseQuery(url, syncQuery);
  // Loaded when it is asked for: the function starts every minute, and seldom for this.
  const { createOpenApiDocument } = await import("../_shared/contract/openapi/document.ts");
  const project = readEnvironment("SUPABASE_URL") ?? url.origin;
  return jsonResponse<OpenApiDocument>(
    createOpenApiDocument({ version: DATABASE_VERSION, url: `${project}/functions/v1` }),
  );
}
