import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { Observation } from "../../cloudinary/observation.ts";
import type { SyncSession } from "../sync-session.ts";
import type { Freshness } from "./freshness.ts";
import { inParallel } from "../in-parallel.ts";
import {
  drop,
  type Entry,
  fail,
  land,
  landedElsewhere,
  misplace,
  send,
  show,
} from "./push-book.ts";
import { placeOf, ringsOf } from "./slices.ts";
import { nameOf } from "./write-single.ts";

/** Groups of renames that have no name in common, at the same time. */
const PARALLEL_RINGS = 5;

/**
 * Renames assets, last of all writes, because everything else goes by the old public_id.
 *
 * A name that another row is about to leave is waited for; rows that want each other's names take a detour over a name
 * that is noted on the row.
 *
 * @param entries Rows with their differences; what was taken and failures are noted in them.
 */
export async function writeRenames(
  session: SyncSession,
  entries: Entry[],
  freshness: Freshness,
): Promise<void> {
  const byTask = new Map(
    // Where another part failed, the retry goes by the old name.
    entries.filter(({ rest, result }) => rest.public_id !== undefined && !result.error)
      .map((entry) => [entry.task, entry]),
  );
  await inParallel(
    ringsOf([...byTask.keys()]),
    PARALLEL_RINGS,
    (ring) => renameRing(session, ring.map((task) => byTask.get(task)!), freshness),
  );
}

async function renameRing(
  session: SyncSession,
  entries: Entry[],
  freshness: Freshness,
): Promise<void> {
  const waiting = new Map(
    entries.map((entry) => [placeOf(entry.task, entry.task.public_id), entry]),
  );
  while (waiting.size > 0 && !freshness.expired()) {
    const free = [...waiting].find(([, { task }]) =>
      !waiting.has(placeOf(task, task.difference.public_id!))
    );
    const [place, entry] = free ?? [...waiting][0]!;
    waiting.delete(place);
    if (free !== undefined) {
      await rename(session, entry, entry.task.difference.public_id!);
    } else if (await rename(session, entry, entry.task.detour!)) {
      waiting.set(placeOf(entry.task, entry.task.public_id), entry);
    }
  }
}

/** The name was another asset's by the time of the call; that one gets it back, at once or by a later push. */
async function giveBack(
  session: SyncSession,
  entry: Entry,
  observation: Observation,
  observedAt: string,
): Promise<void> {
  const given = { public_id: observation.public_id };
  const name = nameOf(entry);
  try {
    await session.cloudinary.renameAsset({
      ...name,
      publicId: given.public_id,
      toPublicId: name.publicId,
    });
    drop(entry, given);
    entry.result.error ??= landedElsewhere(entry);
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    misplace(entry, given, observation, observedAt);
  }
}

/** @returns true when Cloudinary now knows the asset by that name. */
async function rename(session: SyncSession, entry: Entry, wanted: string): Promise<boolean> {
  const part = { public_id: entry.task.difference.public_id! };
  const isDetour = wanted !== part.public_id;
  const observedAt = session.media.clock.now();
  send(entry, part);
  try {
    const from = nameOf(entry);
    const { data } = await session.cloudinary.renameAsset({ ...from, toPublicId: wanted });
    if (data.asset_id !== entry.task.asset_id) {
      await giveBack(session, entry, data, observedAt);
      return false;
    }
    entry.task.public_id = wanted;
    if (!isDetour) land(entry, part, observedAt);
    else {
      // Should the last leg not follow, whoever meets the detour's name knows it for ours.
      entry.rest = { ...entry.rest, ...part };
      entry.result.passed = wanted;
    }
    show(entry, data, observedAt);
    return true;
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    if (error.code === "conflict") {
      drop(entry, part);
      entry.result.error ??= {
        code: "name_taken",
        message: `Another asset is called ${wanted}; this one is renamed when that name is free.`,
        counts: false,
      };
    } else {
      fail(entry, part, error);
    }
    return false;
  }
}
