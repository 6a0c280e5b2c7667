import type { MetadataField } from "../contract/metadata-fields.ts";
import type { SyncSession } from "./sync-session.ts";

/** How long definitions are remembered, in ms: people change them rarely, and each look costs one of the hour's calls. */
const REMEMBERED_MS = 5 * 60_000;

/** Remembers what was found, by key. */
export interface Memory<Value> {
  /** What is remembered, or is being found by somebody else, or else what `find` finds; a failure is not remembered. */
  recall(key: string, find: () => Promise<Value>): Promise<Value>;
}

/**
 * A memory in which nothing grows old.
 *
 * @param lifetimeMs How long something is remembered, from the moment at which it was asked for.
 * @param now Milliseconds of any clock that only goes forward.
 */
export function createMemory<Value>(
  lifetimeMs: number,
  now: () => number = () => performance.now(),
): Memory<Value> {
  const known = new Map<string, { value: Promise<Value>; until: number }>();
  return {
    recall(key, find) {
      const found = known.get(key);
      if (found !== undefined && now() < found.until) return found.value;
      const entry = { value: find(), until: now() + lifetimeMs };
      known.set(key, entry);
      // Whoever waits for it hears of the failure; the next one asks anew.
      entry.value.catch(() => {
        if (known.get(key) === entry) known.delete(key);
      });
      return entry.value;
    },
  };
}

const memory = createMemory<MetadataField[]>(REMEMBERED_MS);

/**
 * The account's fields of structured metadata, asked of Cloudinary once in five minutes a worker.
 *
 * @throws {CloudinaryError}
 */
export function readMetadataFields(session: SyncSession): Promise<MetadataField[]> {
  return memory.recall(session.media.cloudName, async () => {
    try {
      return (await session.cloudinary.listMetadataFields()).data;
    } finally {
      await recordTraffic(session);
    }
  });
}

/** What is not recorded is told by the next answer of Cloudinary's: not worth failing for. */
async function recordTraffic({ media, meter, log }: SyncSession): Promise<void> {
  try {
    await media.call("media_sync_record_traffic", {
      p_cloud_name: media.cloudName,
      p_traffic: meter.take(),
    });
  } catch (error) {
    log.warn("the traffic of a look at the metadata fields is not recorded", { error });
  }
}
