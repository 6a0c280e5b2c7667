/** How a run ended, as text. */
import type { Outcome, PlannedAction } from "./answer.ts";

/** Lines of a plan or of errors that are printed; `--json` has all. */
const MOST_LINES = 50;

/** Lines that tell how a run ended, with what to do where somebody must decide. */
export function describeOutcome({ message, data }: Outcome): string[] {
  const lines = [message];
  if (data.plan) lines.push(...describePlan(data.plan, data.omitted ?? 0));
  if (data.plan && data.complete === false) {
    lines.push("The plan is incomplete: it covers only what could be listed in one call.");
  }
  if (data.run_id !== null && data.status !== "nothing_due") {
    lines.push(
      `Run ${data.run_id}: ${data.synced_items} new, ${data.updated_items} updated, ` +
        `${data.deleted_items} deleted, ${data.pushed_items} pushed, ${data.unchanged_items} unchanged, ` +
        `${data.conflicts} conflicts, ${data.error_count} errors; ` +
        `${data.api_calls} calls to Cloudinary in ${(data.duration_ms / 1000).toFixed(1)} s.`,
    );
  }
  for (const { public_id, code, message } of data.errors.slice(0, MOST_LINES)) {
    lines.push(`  ${public_id ?? "run"}: ${message} (${code})`);
  }
  if (data.status === "blocked") {
    lines.push(
      "Nothing was deleted. If these assets were really deleted in Cloudinary, allow it once:",
      `  deno task sync --allow-mass-delete ${data.run_id}`,
      "If not, check which Cloudinary account the functions use: deno task doctor.",
    );
  }
  if (data.error_count > 0) {
    lines.push(
      "See: select * from media_sync_log where status = 'error' order by created_at desc limit 10;",
    );
  }
  return lines;
}

/** 0 as wished, 1 failed, 3 blocked. */
export function exitCodeOf({ data }: Outcome): number {
  if (data.status === "blocked") return 3;
  const failed = data.status === "failed" || data.error_count > 0 || data.complete === false;
  return failed ? 1 : 0;
}

function describePlan(plan: PlannedAction[], omitted: number): string[] {
  const lines = plan.slice(0, MOST_LINES).map(
    ({ direction, action, resource_type, public_id, changes }) => {
      const fields = changes === null ? "" : ` (${Object.keys(changes).join(", ")})`;
      return `  ${direction} ${action} ${resource_type} ${public_id}${fields}`;
    },
  );
  const rest = plan.length - lines.length + omitted;
  return rest > 0 ? [...lines, `  … and ${rest} more; --json lists them`] : lines;
}
