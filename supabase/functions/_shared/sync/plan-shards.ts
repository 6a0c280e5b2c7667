import { RESOURCE_TYPES, type ResourceType } from "../contract/values.ts";
import type { RunSummary, Shard, ShardClaim } from "../media/types.ts";
import { LEASE_SECONDS, type SyncSession } from "./sync-session.ts";

/** The first shard of every listing: whoever claims it plans the others. Workers that come meanwhile find nothing free. */
export const PLAN_SHARD: Shard = {
  shard: "plan",
  resource_type: null,
  type: null,
  created_from: null,
  created_until: null,
};

/** A library up to this size is one shard a resource type: more would only cost calls. */
const SINGLE_SHARD_ASSETS = 20_000;
/** Assets that a creation-time window is meant to hold, were they spread evenly. */
const WINDOW_ASSETS = 25_000;
const MAX_WINDOWS = 16;

/**
 * Plans the shards of a listing: a resource type each, and for large libraries creation-time windows, so that several
 * calls can work at once. Leaving the delivery type off lists all of them.
 *
 * The windows rest on the search index, which may lag; they only decide who lists what, and the first and the last are
 * open-ended, so that nothing falls between or outside them.
 *
 * @returns The shard to begin with; null when the worker no longer holds the plan.
 */
export async function planShards(
  session: SyncSession,
  run: RunSummary,
): Promise<ShardClaim | null> {
  const { data: settings } = await session.cloudinary.config();
  const resourceType = run.options.resource_type as Shard["resource_type"] | undefined;
  const expression = resourceType ? `resource_type:${resourceType}` : "";
  const oldest = await findEdge(session, expression, "asc");
  const bounds = oldest.total > SINGLE_SHARD_ASSETS
    ? windowBounds(oldest, await findEdge(session, expression, "desc"))
    : [];
  const shards = RESOURCE_TYPES.filter((type) => !resourceType || type === resourceType)
    .flatMap((type) => shardsOfType(type, bounds));
  const planned = await session.media.call("media_sync_plan_shards", {
    p_run_id: run.run_id,
    p_worker: session.worker,
    p_lease_seconds: LEASE_SECONDS,
    p_folder_mode: settings.folderMode,
    p_expected: oldest.total,
    p_shards: shards,
    p_traffic: session.meter.take(),
  });
  return planned.stored ? planned : null;
}

interface Edge {
  total: number;
  createdAt: number | null;
}

async function findEdge(
  session: SyncSession,
  expression: string,
  direction: "asc" | "desc",
): Promise<Edge> {
  const { data } = await session.cloudinary.search({
    expression,
    sortBy: [{ created_at: direction }],
    maxResults: 1,
    withFields: [],
  });
  const createdAt = Date.parse(data.resources[0]?.created_at ?? "");
  return { total: data.totalCount, createdAt: Number.isNaN(createdAt) ? null : createdAt };
}

/** The inner borders of the windows, ascending, RFC 3339. */
function windowBounds(oldest: Edge, newest: Edge): string[] {
  if (oldest.createdAt === null || newest.createdAt === null) return [];
  const count = Math.min(MAX_WINDOWS, Math.ceil(oldest.total / WINDOW_ASSETS));
  const step = (newest.createdAt - oldest.createdAt) / count;
  if (step < 1_000) return [];
  return Array.from(
    { length: count - 1 },
    (_, index) => new Date(oldest.createdAt! + step * (index + 1)).toISOString(),
  );
}

function shardsOfType(type: ResourceType, bounds: string[]): Shard[] {
  if (bounds.length === 0) return [{ ...PLAN_SHARD, shard: type, resource_type: type }];
  // Before Cloudinary there was nothing.
  const from = ["1970-01-02T00:00:00.000Z", ...bounds];
  return from.map((created_from, index) => ({
    shard: `${type} ${index + 1}/${from.length}`,
    resource_type: type,
    type: null,
    created_from,
    created_until: bounds[index] ?? null,
  }));
}
