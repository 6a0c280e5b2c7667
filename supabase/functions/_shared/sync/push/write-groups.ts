import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { AssetGroup } from "../../cloudinary/upload-api/asset-groups.ts";
import type { Difference } from "../../media/types.ts";
import type { SyncSession } from "../sync-session.ts";
import type { Freshness } from "./freshness.ts";
import { inParallel } from "../in-parallel.ts";
import { hasComma } from "./inexpressible.ts";
import { drop, type Entry, fail, land, notReached, send } from "./push-book.ts";

/** Groups that are written at the same time. */
const PARALLEL_GROUPS = 10;

/** What one call can do for many assets at once. */
interface GroupWrite {
  /** The part of a row's difference that assets must share to share a call; undefined when it has none of the kind. */
  part(entry: Entry): Difference | undefined;
  /** Makes the call for assets of one resource type and delivery type. Returns the public_ids that it reached. */
  write(group: AssetGroup, part: Difference): Promise<{ data: { publicIds: string[] } }>;
}

/** Assets that share a call, by the part that they share. */
interface Group {
  part: Difference;
  entries: Entry[];
}

/**
 * Writes what many assets share in one call each: the same tags added or removed, the same context or metadata values
 * set. Upload API calls; they spare the hourly quota.
 *
 * @param entries Rows with their differences; what was taken and failures are noted in them.
 */
export async function writeGroups(
  session: SyncSession,
  entries: Entry[],
  freshness: Freshness,
): Promise<void> {
  const { cloudinary } = session;
  const writes: GroupWrite[] = [
    {
      part: ({ rest }) => rest.tags?.added && { tags: { added: rest.tags.added } },
      write: (group, { tags }) => cloudinary.addTag({ ...group, tags: tags!.added! }),
    },
    {
      // A tag with a comma cannot be named, so that the other tags are written as a whole.
      part: ({ rest }) =>
        rest.tags?.removed && !rest.tags.removed.some(hasComma)
          ? { tags: { removed: rest.tags.removed } }
          : undefined,
      write: (group, { tags }) => cloudinary.removeTag({ ...group, tags: tags!.removed! }),
    },
    {
      // Only without removals, for which the whole context is written.
      part: ({ rest }) =>
        rest.context?.set && !rest.context.removed ? { context: rest.context } : undefined,
      write: (group, { context }) => cloudinary.addContext({ ...group, context: context!.set! }),
    },
    {
      part: ({ rest, task }) =>
        rest.context?.removed && Object.keys(task.context ?? {}).length === 0
          ? { context: rest.context }
          : undefined,
      write: (group) => cloudinary.removeAllContext(group),
    },
    {
      part: ({ rest }) => rest.metadata && { metadata: rest.metadata },
      write: (group, part) => cloudinary.updateMetadata({ ...group, metadata: valuesOf(part) }),
    },
  ];
  for (const write of writes) {
    await inParallel(groupBy(entries, write), PARALLEL_GROUPS, async (group) => {
      if (!freshness.expired()) await writeGroup(write, group);
    });
  }
}

/** An empty value clears a metadata field. */
function valuesOf({ metadata }: Difference): Record<string, unknown> {
  const cleared = Object.fromEntries((metadata?.removed ?? []).map((key) => [key, ""]));
  return { ...metadata?.set, ...cleared };
}

function groupBy(entries: Entry[], write: GroupWrite): Group[] {
  const groups = new Map<string, Group>();
  for (const entry of entries) {
    const part = write.part(entry);
    if (part === undefined) continue;
    const key = JSON.stringify([entry.task.resource_type, entry.task.type, part]);
    const group = groups.get(key);
    if (group) group.entries.push(entry);
    else groups.set(key, { part, entries: [entry] });
  }
  return [...groups.values()];
}

async function writeGroup(write: GroupWrite, { part, entries }: Group): Promise<void> {
  const { task } = entries[0]!;
  for (const entry of entries) send(entry, part);
  try {
    const { data } = await write.write({
      resourceType: task.resource_type,
      type: task.type,
      publicIds: entries.map(({ task }) => task.public_id),
    }, part);
    const reached = new Set(data.publicIds);
    for (const entry of entries) {
      if (reached.has(entry.task.public_id)) {
        land(entry, part);
        continue;
      }
      drop(entry, part);
      entry.result.error ??= notReached;
    }
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    if (error.code === "bad_request" && entries.length > 1) {
      // One asset may spoil the call for all; halves find it without a call for each.
      const half = entries.length >> 1;
      await writeGroup(write, { part, entries: entries.slice(0, half) });
      await writeGroup(write, { part, entries: entries.slice(half) });
      return;
    }
    for (const entry of entries) fail(entry, part, error);
  }
}
