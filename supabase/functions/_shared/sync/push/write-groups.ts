import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { AssetGroup } from "../../cloudinary/upload-api/asset-groups.ts";
import type { Difference } from "../../media/types.ts";
import type { SyncSession } from "../sync-session.ts";
import { confirm, type Entry, fail, failureOf, notReached } from "./push-book.ts";

/** What one call can do for many assets at once. */
interface GroupWrite {
  /** The value that assets must share to share a call; null when this asset needs nothing of the kind. */
  shared(entry: Entry): unknown | null;
  /** Makes the call for assets of one resource type and delivery type. Returns the public_ids that it reached. */
  write(group: AssetGroup, entry: Entry): Promise<{ data: { publicIds: string[] } }>;
  /** What the call confirms. */
  confirms(entry: Entry): Difference;
}

/**
 * Writes what many assets share in one call each: the same tags added or removed, the same context or metadata values
 * set. Upload API calls; they spare the hourly quota.
 *
 * @param entries Rows with their differences; confirmed parts and failures are noted in them.
 */
export async function writeGroups(session: SyncSession, entries: Entry[]): Promise<void> {
  const { cloudinary } = session;
  const writes: GroupWrite[] = [
    {
      shared: ({ difference }) => difference.tags?.added ?? null,
      write: (group, { difference }) =>
        cloudinary.addTag({ ...group, tags: difference.tags!.added! }),
      confirms: ({ difference }) => ({ tags: { added: difference.tags!.added } }),
    },
    {
      shared: ({ difference }) => difference.tags?.removed ?? null,
      write: (group, { difference }) =>
        cloudinary.removeTag({ ...group, tags: difference.tags!.removed! }),
      confirms: ({ difference }) => ({ tags: { removed: difference.tags!.removed } }),
    },
    {
      // Only without removals: Cloudinary has no command that removes one key.
      shared: ({ difference }) =>
        difference.context?.removed ? null : difference.context?.set ?? null,
      write: (group, { difference }) =>
        cloudinary.addContext({ ...group, context: difference.context!.set! }),
      confirms: ({ difference }) => ({ context: { set: difference.context!.set } }),
    },
    {
      shared: ({ difference, task }) =>
        difference.context?.removed && Object.keys(task.local.context).length === 0
          ? "everything"
          : null,
      write: (group) => cloudinary.removeAllContext(group),
      confirms: ({ difference }) => ({ context: { removed: difference.context!.removed } }),
    },
    {
      shared: ({ difference }) => difference.metadata ?? null,
      write: (group, { difference }) =>
        cloudinary.updateMetadata({ ...group, metadata: metadataValues(difference) }),
      confirms: ({ difference }) => ({ metadata: difference.metadata }),
    },
  ];
  for (const write of writes) {
    for (const group of groupBy(entries, write)) await writeGroup(write, group);
  }
}

/** An empty value clears a metadata field. */
function metadataValues({ metadata }: Difference): Record<string, unknown> {
  const cleared = Object.fromEntries((metadata?.removed ?? []).map((key) => [key, ""]));
  return { ...metadata?.set, ...cleared };
}

function groupBy(entries: Entry[], write: GroupWrite): Entry[][] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const shared = write.shared(entry);
    if (shared === null) continue;
    const key = JSON.stringify([entry.task.resource_type, entry.task.type, shared]);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups.values()];
}

async function writeGroup(write: GroupWrite, entries: Entry[]): Promise<void> {
  const first = entries[0]!;
  try {
    const { data } = await write.write({
      resourceType: first.task.resource_type,
      type: first.task.type,
      publicIds: entries.map(({ task }) => task.public_id),
    }, first);
    const reached = new Set(data.publicIds);
    for (const entry of entries) {
      if (reached.has(entry.task.public_id)) confirm(entry, write.confirms(entry));
      else fail(entry, notReached);
    }
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    if (error.code === "bad_request" && entries.length > 1) {
      // One asset may spoil the call for all; halves find it without a call for each.
      const half = entries.length >> 1;
      await writeGroup(write, entries.slice(0, half));
      await writeGroup(write, entries.slice(half));
      return;
    }
    for (const entry of entries) fail(entry, failureOf(error));
  }
}
