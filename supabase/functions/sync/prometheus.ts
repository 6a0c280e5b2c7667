import { corsHeaders } from "../_shared/http/respond.ts";
import type { MediaStatistics } from "../_shared/contract/library-state.ts";
import type { RateLimitState } from "../_shared/contract/sync-overview.ts";
import type { SyncStatus } from "../_shared/contract/library-state.ts";
import type { HealthSummary, UntoldFacts } from "../_shared/contract/sync-overview.ts";

/** The figures of `GET sync`. */
export interface SyncFigures {
  syncStatus: SyncStatus;
  stats: MediaStatistics;
  rateLimit: RateLimitState | null;
  untold: UntoldFacts;
  health: HealthSummary;
}

const HEALTH = { ok: 0, degraded: 1, failing: 2 } as const;

/** `GET sync?format=prometheus`: the same figures in Prometheus' text format 0.0.4. */
export function prometheusResponse(figures: SyncFigures): Response {
  return new Response(formatPrometheus(figures), {
    headers: {
      ...corsHeaders,
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "cache-control": "no-store",
    },
  });
}

/** The figures as metrics; what is not known is left out, as Prometheus wants it. */
export function formatPrometheus(
  { syncStatus, stats, rateLimit, untold, health }: SyncFigures,
): string {
  const lines: string[] = [];
  const gauge = (name: string, help: string, samples: [string, number | null | undefined][]) => {
    const known = samples.filter(([, value]) => typeof value === "number");
    if (known.length === 0) return;
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
    for (const [labels, value] of known) lines.push(`${name}${labels} ${value}`);
  };

  gauge("media_sync_assets", "Live assets by resource type.", [
    [label("resource_type", "image"), stats.total_images],
    [label("resource_type", "video"), stats.total_videos],
    [label("resource_type", "raw"), stats.total_raw],
  ]);
  gauge("media_sync_assets_bytes", "Bytes of all live assets.", [["", stats.total_size]]);
  gauge("media_sync_asset_states", "Assets by sync_status.", [
    [label("sync_status", "synced"), stats.synced_assets],
    [label("sync_status", "pending"), stats.pending_assets],
    [label("sync_status", "error"), stats.error_assets],
    [label("sync_status", "conflict"), stats.conflict_assets],
  ]);
  gauge("media_sync_deleted_assets", "Deleted assets kept in the trash.", [[
    "",
    stats.deleted_assets,
  ]]);
  gauge("media_sync_pending_operations", "Edits and deletions that wait for Cloudinary.", [
    ["", syncStatus.pending_operations],
  ]);
  gauge("media_sync_in_progress", "1 while a pull is running.", [
    ["", Number(syncStatus.sync_in_progress)],
  ]);
  gauge("media_sync_last_sync_timestamp_seconds", "When the last pull was completed, unix time.", [
    ["", syncStatus.last_sync === null ? null : Date.parse(syncStatus.last_sync) / 1_000],
  ]);
  gauge("media_sync_rate_limit", "Admin API calls an hour.", [["", rateLimit?.limit]]);
  gauge("media_sync_rate_limit_remaining", "Admin API calls left until the reset.", [
    ["", rateLimit?.remaining],
  ]);
  gauge("media_sync_untold_assets", "Assets of which facts are still to be asked for.", [
    [label("source", "search"), untold.search],
    [label("source", "detail"), untold.detail],
  ]);
  gauge("media_sync_health", "0 ok, 1 degraded, 2 failing.", [["", HEALTH[health.status]]]);
  gauge(
    "media_sync_health_check",
    "0 ok, 1 degraded, 2 failing, by check.",
    health.checks.map((check) => [label("check", check.name), HEALTH[check.status]]),
  );
  return `${lines.join("\n")}\n`;
}

function label(name: string, value: string): string {
  const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `{${name}="${escaped}"}`;
}
