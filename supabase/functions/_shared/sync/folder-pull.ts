import { guardRun, type RunResult } from "./guard-run.ts";
import { finishRun, startRun } from "./run-books.ts";
import { SEARCH_SHARD, searchPull } from "./search-pull.ts";
import type { SyncSession } from "./sync-session.ts";

/**
 * Pulls one folder with everything below it: what the search index finds there, and what the rows say is there, is looked
 * up. What has left the folder, or is absent, comes to light as well.
 *
 * @param folder Folder without leading or trailing slash.
 * @param fixedFolders How the cloud keeps its folders decides the name of the search field.
 * @throws {CloudinaryError} When Cloudinary failed beyond its retries.
 */
export async function folderPull(
  session: SyncSession,
  folder: string,
  fixedFolders: boolean,
): Promise<RunResult> {
  const { run, ...claim } = await startRun(session, "refresh", { folder }, [SEARCH_SHARD]);
  const field = fixedFolders ? "folder" : "asset_folder";
  const quoted = (text: string) => `"${text.replace(/(["\\])/g, "\\$1")}"`;
  return await guardRun(session, run.run_id, async () => {
    const result = await searchPull(
      session,
      run,
      claim,
      `${field}=${quoted(folder)} OR ${field}:${quoted(`${folder}/*`)}`,
    );
    if (result.run.status !== "running") return result;
    // Nobody goes on with a folder's run; what it queued is looked up by the next ticks.
    return { ...result, run: await finishRun(session, run.run_id, "failed") };
  });
}
