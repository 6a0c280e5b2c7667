import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { PlannedTask, PushFailure, PushResult } from "../../media/types.ts";
import type { SyncSession } from "../sync-session.ts";
import type { Freshness } from "./freshness.ts";
import { lookUp } from "../look-up.ts";
import { afterFailure, failureOf } from "./push-book.ts";

/**
 * Asks Cloudinary's backup for deleted assets. What it gives back is live again; what it says it cannot give back stays
 * deleted, and the row and the log say why.
 */
export async function restoreAssets(
  session: SyncSession,
  tasks: PlannedTask[],
  freshness: Freshness,
): Promise<PushResult[]> {
  if (tasks.length === 0) return [];
  if (freshness.expired()) {
    return tasks.map((task) => ({ ...open(task), existence_dropped: true, again: true }));
  }
  const assetIds = tasks.map((task) => task.asset_id);
  const begun = session.media.clock.now();
  let refusals: Map<string, string>;
  try {
    refusals = (await session.cloudinary.restoreAssets({ assetIds })).data;
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    return tasks.map((task) => ({
      ...open(task),
      ...afterFailure(error, session),
      error: failureOf(error),
    }));
  }
  const { observations, observedAt } = await lookUp(session, assetIds);
  const alive = new Map(observations.map((asset) => [asset.asset_id, asset]));
  const results: PushResult[] = [];
  for (const task of tasks) {
    const asset = alive.get(task.asset_id);
    const said = saidOf(task, tasks, refusals);
    if (asset !== undefined) {
      const answers = [{ ...asset, observed_at: observedAt }];
      results.push({ ...open(task), existence_at: begun, answers });
    } else if (said !== undefined) {
      results.push({ ...open(task), existence_dropped: true, error: refusal(said) });
    } else if (refusals.size > 0 && tasks.length > 1) {
      // Something was refused under a name that is not known here: asked for alone, it can only be this one.
      results.push(...await restoreAssets(session, [task], freshness));
    } else {
      results.push({ ...open(task), existence_at: begun, error: notShown });
    }
  }
  return results;
}

/** What Cloudinary said of an asset. It names them as they were called when they were deleted, which nobody may have seen. */
function saidOf(
  task: PlannedTask,
  tasks: readonly PlannedTask[],
  refusals: ReadonlyMap<string, string>,
): string | undefined {
  const said = refusals.get(task.asset_id) ?? refusals.get(task.public_id);
  return said ?? (tasks.length === 1 ? refusals.values().next().value : undefined);
}

/** Cloudinary took the restore and does not show the asset yet. */
const notShown: PushFailure = {
  code: "not_restored",
  message: "Cloudinary does not show the restored asset yet; it is looked up again.",
};

function refusal(said: string): PushFailure {
  if (/exist|taken|conflict/i.test(said)) {
    return {
      code: "name_taken",
      message: "Another asset has the name by now; rename that one, then restore this one again.",
      ends_wish: true,
    };
  }
  return {
    code: "content_gone",
    message: "Cloudinary no longer holds the content, and no backup of it exists.",
    ends_wish: true,
  };
}

function open({ id, attempt, action }: PlannedTask): PushResult {
  return { id, attempt, action };
}
