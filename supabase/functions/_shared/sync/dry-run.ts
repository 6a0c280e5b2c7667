import type { ResourceType } from "../contract/values.ts";
import type { PlannedAction } from "../contract/sync.ts";
import type { SyncSession } from "./sync-session.ts";
import { walkLibrary } from "./walk-library.ts";

/** What a full reconcile would do. */
export interface DryRun {
  complete: boolean;
  note?: string;
  plan: PlannedAction[];
  /** Actions that did not fit into `plan`. */
  omitted: number;
  unchanged: number;
  seen: number;
}

/** Which part of a full reconcile is planned. */
export interface DryRunRequest {
  /** Only this resource type. */
  resourceType?: ResourceType;
  /** `pull` or `push` plans one direction only. */
  direction: "both" | "pull" | "push";
}

/** Actions that an answer carries at most. */
const MOST_ACTIONS = 10_000;

/** Plans a full reconcile: every action on either side that it would take. Nothing is written anywhere. */
export async function dryRun(
  session: SyncSession,
  { resourceType, direction }: DryRunRequest,
): Promise<DryRun> {
  const { folder_mode } = await session.media.call("media_sync_due", {
    p_cloud_name: session.media.cloudName,
  });
  if (folder_mode !== null) session.cloudinary.useFolderMode(folder_mode);
  const actions: PlannedAction[] = [];
  let unchanged = 0;
  const walk = await walkLibrary(session, resourceType, async (resources, observedAt) => {
    const page = await session.media.call("media_sync_plan_observations", {
      p_cloud_name: session.media.cloudName,
      p_observations: resources,
      p_observed_at: observedAt,
    });
    unchanged += page.unchanged;
    if (direction !== "push") actions.push(...page.actions);
    if (direction === "pull") return;
    for (const task of page.tasks) {
      actions.push({
        direction: "push",
        action: task.action,
        asset_id: task.asset_id,
        public_id: task.public_id,
        resource_type: task.resource_type,
        changes: task.action === "update" ? { ...task.difference } : null,
      });
    }
  });
  if (walk.complete && direction !== "push") actions.push(...await planAbsent(session, walk));
  return {
    complete: walk.complete,
    note: walk.note,
    plan: actions.slice(0, MOST_ACTIONS),
    omitted: Math.max(0, actions.length - MOST_ACTIONS),
    unchanged,
    seen: walk.assetIds.length,
  };
}

/** Absent rows are looked up, as the real sweep does. */
async function planAbsent(
  session: SyncSession,
  walk: { assetIds: string[]; resourceTypes: string[] },
): Promise<PlannedAction[]> {
  const absent = await session.media.call("media_sync_absent_assets", {
    p_cloud_name: session.media.cloudName,
    p_seen: walk.assetIds,
    p_resource_types: walk.resourceTypes,
    p_limit: MOST_ACTIONS,
  });
  if (absent.count === 0) return [];
  const { data } = await session.cloudinary.getAssetsByIds({
    assetIds: absent.assets.map((asset) => asset.asset_id),
  });
  const alive = new Set(data.map((asset) => asset.asset_id));
  return absent.assets.filter((asset) => !alive.has(asset.asset_id)).map((asset) => ({
    direction: "pull",
    action: "delete",
    ...asset,
    changes: null,
  }));
}
