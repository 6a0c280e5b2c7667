import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { SyncSession } from "../sync-session.ts";
import { type Entry, fail, failureOf } from "./push-book.ts";
import { confirmTold, nameOf, show } from "./write-single.ts";

/**
 * Renames assets, last of all writes, because everything else goes by the old public_id.
 *
 * A name that another row of the batch is about to leave is waited for; rows that want each other's names take a detour
 * over a temporary one.
 *
 * @param entries Rows with their differences; confirmed parts and failures are noted in them.
 */
export async function writeRenames(session: SyncSession, entries: Entry[]): Promise<void> {
  const waiting = new Map<string, Entry>();
  for (const entry of entries) {
    // Where another part failed, the retry goes by the old name.
    if (entry.difference.public_id !== undefined && !entry.result.error) {
      waiting.set(placeOf(entry, entry.task.public_id), entry);
    }
  }
  while (waiting.size > 0) {
    const free = [...waiting].find(([, entry]) =>
      !waiting.has(placeOf(entry, entry.difference.public_id!))
    );
    const [place, entry] = free ?? [...waiting][0]!;
    waiting.delete(place);
    if (free !== undefined) {
      await rename(session, entry, entry.difference.public_id!);
    } else if (await rename(session, entry, temporaryName(session, entry))) {
      waiting.set(placeOf(entry, entry.task.public_id), entry);
    }
  }
}

/** A public_id is unique within its resource type and delivery type. */
function placeOf({ task }: Entry, publicId: string): string {
  return JSON.stringify([task.resource_type, task.type, publicId]);
}

function temporaryName(session: SyncSession, { task }: Entry): string {
  return `${task.public_id.slice(0, 200)}-${session.worker.slice(0, 8)}`;
}

/** @returns true when Cloudinary now knows the asset by that name. */
async function rename(session: SyncSession, entry: Entry, wanted: string): Promise<boolean> {
  const observedAt = session.media.clock.now();
  try {
    const { data } = await session.cloudinary.renameAsset({
      ...nameOf(entry),
      toPublicId: wanted,
      assetId: entry.task.asset_id,
    });
    entry.task.public_id = wanted;
    // A detour is confirmed as well: should the last leg fail, its retry starts from there.
    confirmTold(entry, { public_id: wanted }, data);
    show(entry, data, observedAt);
    return true;
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    fail(entry, failureOf(error));
    return false;
  }
}
