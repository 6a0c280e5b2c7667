import {
  DATABASE_VERSION,
  isAtLeast,
} from "../../supabase/functions/_shared/media/database-version.ts";
import type { Installation } from "../setup/installation.ts";
import type { Examination, Finding } from "./finding.ts";

interface HealthCheck {
  name: string;
  status: "ok" | "degraded" | "failing";
  message: string;
  value: string | null;
}

/** What the database itself knows: Vault, jobs, last tick, runs, edits that wait; see get_sync_health(). */
export function examineHealth(installation: Installation): Examination {
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
      return [{
        check: "database",
        status: "ok",
        message: `holds ${DATABASE_VERSION} or later`,
      }, ...checks.map(toFinding)];
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

function toFinding({ name, status, message, value }: HealthCheck): Finding {
  const check = `health ${name}`;
  if (status !== "ok") return { check, status: "problem", message, mend: MENDS[name] };
  // The messages of the others say it all.
  const told = name === "tick" && value !== null
    ? `${message} The last was ${value} s ago.`
    : message;
  return { check, status: "ok", message: told };
}

/** Commands for what the message tells to do by hand. */
const MENDS: Record<string, string> = {
  calls: "deno task setup --only vault, or deno task deploy where the function is missing",
  schedule: "enable pg_cron (dashboard, Database, Extensions), then " +
    "select public.schedule_media_sync();",
  webhooks: "deno task setup --only webhook",
  delete_guard: "deno task sync --allow-mass-delete RUN_ID, if it is right",
};
