import { CommandError } from "../support/command-error.ts";
import type { ProjectClient } from "../support/project-client.ts";

/**
 * Has the database make anew what the sync remembers; the full run that follows brings back the rows.
 *
 * @throws CommandError `rebuild_refused`
 */
export async function beginRebuild(client: ProjectClient): Promise<void> {
  const { status, message } = await client.rpc("rebuild_media_sync");
  if (status < 300) return;
  const mend = status === 404
    ? "Its database is older than this code, or holds no Media Sync: run deno task deploy."
    : "Check SUPABASE_SECRET_KEY: it must be a secret key of this very project.";
  throw new CommandError(
    "rebuild_refused",
    `The project did not begin the rebuild (status ${status}): ${message || "no reason"}\n${mend}`,
  );
}

/** What health says of losses, once the run has ended; null where it cannot be asked. */
export async function readLoss(client: ProjectClient): Promise<string | null> {
  const { data } = await client.rpc("get_sync_health_summary");
  const checks = (data as { checks?: { name: string; message: string }[] } | null)?.checks;
  return checks?.find(({ name }) => name === "loss")?.message ?? null;
}
