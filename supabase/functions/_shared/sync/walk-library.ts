import { RESOURCE_TYPES, type ResourceType } from "../contract/values.ts";
import type { Observation } from "../cloudinary/observation.ts";
import { quotaPause, type SyncSession } from "./sync-session.ts";

/** What a walk without a run has seen. */
export interface LibraryWalk {
  /** False when time or quota ended it early: then nothing is known about absence. */
  complete: boolean;
  note?: string;
  assetIds: string[];
  resourceTypes: string[];
}

/**
 * Lists the library page by page without keeping anything, for those who only look.
 *
 * @param resourceType Only this resource type.
 * @param visit Called with each page and the database time at which its request began.
 */
export async function walkLibrary(
  session: SyncSession,
  resourceType: ResourceType | undefined,
  visit: (resources: Observation[], observedAt: string) => Promise<void>,
): Promise<LibraryWalk> {
  const resourceTypes = RESOURCE_TYPES.filter((type) => !resourceType || type === resourceType);
  const assetIds: string[] = [];
  const walk = { assetIds, resourceTypes };
  for (const type of resourceTypes) {
    let cursor: string | null = null;
    do {
      if (session.deadline.expired()) {
        return {
          ...walk,
          complete: false,
          note: "The time of one call is over before the listing was.",
        };
      }
      const { budget } = await session.media.call("media_sync_record_traffic", {
        p_cloud_name: session.media.cloudName,
        p_traffic: session.meter.take(),
      });
      const note = quotaPause(budget);
      if (note !== null) return { ...walk, complete: false, note };
      const observedAt = session.media.clock.now();
      const { data } = await session.cloudinary.listAssets({ resourceType: type, cursor });
      await visit(data.resources, observedAt);
      assetIds.push(...data.resources.map((resource) => resource.asset_id));
      cursor = data.nextCursor;
    } while (cursor !== null);
  }
  return { ...walk, complete: true };
}
