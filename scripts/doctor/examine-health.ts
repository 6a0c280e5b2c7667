import {
  DATABASE_VERSION,
  isAtLeast,
} from "../../supabase/functions/_shared/media/database-version.ts";
import type { Installation } from "../setup/installation.ts";
import { vaultStep } from "../setup/steps/vault.ts";
import { webhookStep } from "../setup/steps/webhook.ts";
import type { Surroundings } from "../support/command.ts";
import type { Examination, Finding, Fix } from "./finding.ts";
import { examineVersions } from "./examine-versions.ts";
import { fixByCall, fixByStatement, fixByStep, fixBySync, fixLiveUpdates } from "./fixes.ts";

interface HealthCheck {
  name: string;
  status: "ok" | "degraded" | "failing";
  message: string;
  value: string | null;
}

/** What the database itself knows: Vault, jobs, last tick, runs, edits that wait; see get_sync_health(). */
export function examineHealth(
  installation: Installation,
  surroundings: Surroundings,
): Examination {
  return {
    name: "database",
    examine: async () => {
      const client = await installation.client();
      const outdated = examineVersion(await client.rpc("media_sync_version"));
      if (outdated !== null) return [outdated];
      const { status, data, message } = await client.rpc("get_sync_health_summary");
      if (status === 401 || status === 403) {
        return [{ check: "database", status: "skipped", message: "the secret key is refused" }];
      }
      const checks = (data as { checks?: HealthCheck[] } | null)?.checks;
      if (checks === undefined) {
        return [{
          check: "database",
          status: "problem",
          message: `the data API answers with status ${status}: ${message || "no reason"}`,
          mend: "check whether the project is paused, and its status in the dashboard",
        }];
      }
      return [
        { check: "database", status: "ok", message: `holds ${DATABASE_VERSION} or later` },
        await examineVersions(installation, checks.find(({ name }) => name === "versions")),
        ...checks.filter(({ name }) => name !== "versions").map((check) =>
          toFinding(check, fixesOf(installation, surroundings))
        ),
      ];
    },
  };
}

/** @returns Null where the database is not older than this code, or says nothing about it. */
function examineVersion({ status, data }: { status: number; data: unknown }): Finding | null {
  const isOlder = typeof data === "string" && !isAtLeast(data, DATABASE_VERSION);
  if (status !== 404 && !isOlder) return null;
  return {
    check: "database",
    status: "problem",
    message: isOlder
      ? `it holds ${data}, older than ${DATABASE_VERSION}, which the functions need`
      : "Media Sync is not installed in it, or by older migrations",
    mend: "deno task deploy, or supabase db push",
  };
}

function toFinding({ name, status, message, value }: HealthCheck, fixes: HealthFixes): Finding {
  const check = `health ${name}`;
  if (status !== "ok") {
    return { check, status: "problem", message, ...MENDS[name], ...fixes[name]?.(message) };
  }
  // Final deletions are somebody's choice, which they should know of.
  if (name === "backups" && value === "0") return { check, status: "warning", message };
  // The messages of the others say it all.
  const told = name === "tick" && value !== null
    ? `${message} The last was ${value} s ago.`
    : message;
  return { check, status: "ok", message: told };
}

/** Commands for what the message tells to do by hand. */
const MENDS: Record<string, { mend: string }> = {
  calls: {
    mend: "deno task setup --only vault, or deno task deploy where the function is missing",
  },
  schedule: {
    mend: "enable pg_cron (dashboard, Database, Extensions), then " +
      "select public.schedule_media_sync();",
  },
  tick: { mend: "select public.schedule_media_sync();" },
  live_updates: {
    mend: "deno task doctor --fix, which connects to Realtime once and lets viewers in",
  },
  requests: { mend: "select net.worker_restart();" },
  loss: { mend: "deno task sync --rebuild" },
  equality: { mend: "deno task sync --full" },
  webhooks: { mend: "deno task setup --only webhook" },
  delete_guard: { mend: "deno task sync --allow-mass-delete RUN_ID, if it is right" },
  assets_in_error: {
    mend: "update media_assets set sync_status = 'pending' where sync_status = 'error';",
  },
};

type HealthFixes = Record<string, (message: string) => { fix: Fix } | undefined>;

/** What `--fix` runs. Where somebody must decide (conflicts, blocked runs, what was lost), nothing is. */
function fixesOf(installation: Installation, surroundings: Surroundings): HealthFixes {
  const schedule = { fix: fixByCall(installation, "schedule_media_sync") };
  const sync = { fix: fixBySync(installation, surroundings) };
  return {
    // What another role scheduled, or a job that fails, is not cured by scheduling.
    schedule: (message) =>
      message.includes("run select public.schedule_media_sync()") ? schedule : undefined,
    tick: () => schedule,
    calls: () => ({ fix: fixByStep(vaultStep(installation)) }),
    webhooks: () => ({ fix: fixByStep(webhookStep(installation, "each")) }),
    live_updates: () => ({ fix: fixLiveUpdates(installation) }),
    requests: () => ({ fix: fixByStatement(installation, "select net.worker_restart()") }),
    loss: (message) => message.startsWith("The rows of") ? sync : undefined,
    equality: () => sync,
    assets_in_error: () => ({
      fix: fixByStatement(
        installation,
        "update public.media_assets set sync_status = 'pending' where sync_status = 'error'",
      ),
    }),
  };
}
