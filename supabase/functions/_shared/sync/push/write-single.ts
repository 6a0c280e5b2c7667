import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { Observation } from "../../cloudinary/observation.ts";
import type { Difference } from "../../media/types.ts";
import type { SyncSession } from "../sync-session.ts";
import { confirm, type Entry, fail, failureOf } from "./push-book.ts";

/**
 * Writes what needs a call of its own but the rename: display name, folder, single context keys taken away.
 *
 * @param entry The row with its difference; confirmed parts and failures are noted in it.
 */
export async function writeSingle(session: SyncSession, entry: Entry): Promise<void> {
  try {
    await writeValues(session, entry);
    await removeContextKeys(session, entry);
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    fail(entry, failureOf(error));
  }
}

/** True when {@link writeSingle} would make a call. */
export function needsSingleWrite({ difference, task }: Entry): boolean {
  return difference.display_name !== undefined || difference.folder !== undefined ||
    (difference.context?.removed !== undefined && Object.keys(task.local.context).length > 0);
}

async function writeValues(session: SyncSession, entry: Entry): Promise<void> {
  const { display_name, folder } = entry.difference;
  if (display_name === undefined && folder === undefined) return;
  if (display_name === "") {
    fail(entry, {
      code: "display_name_empty",
      message: "Cloudinary cannot clear a display name; give the asset another one.",
      permanent: true,
    });
  }
  const changes = {
    ...(display_name ? { display_name } : {}),
    ...(folder === undefined ? {} : { asset_folder: folder }),
  };
  if (Object.keys(changes).length === 0) return;
  const observedAt = session.media.clock.now();
  // The SDK drops empty values from Upload API calls, so that only the Admin API can move an asset to the root.
  const { data } = folder === ""
    ? await session.cloudinary.updateAsset({ ...nameOf(entry), changes })
    : await session.cloudinary.explicit({ ...nameOf(entry), changes });
  confirmTold(entry, {
    ...(display_name ? { display_name } : {}),
    ...(folder === undefined ? {} : { folder }),
  }, data);
  show(entry, data, observedAt);
}

/**
 * Cloudinary has no command that removes one context key, and its sources disagree whether setting the whole context
 * replaces it. So it is set as a whole first, and only if that merged, cleared and set anew, with the intention noted.
 */
async function removeContextKeys(session: SyncSession, entry: Entry): Promise<void> {
  const removed = entry.difference.context?.removed;
  const wanted = entry.task.local.context;
  if (removed === undefined || Object.keys(wanted).length === 0) return;

  const { data } = await session.cloudinary.explicit({
    ...nameOf(entry),
    changes: { context: wanted },
  });
  if (data.context === undefined || removed.some((key) => Object.hasOwn(data.context!, key))) {
    if (!await session.media.pushes.intendContextReset(session.worker, entry.task.id)) return;
    const group = {
      resourceType: entry.task.resource_type,
      type: entry.task.type,
      publicIds: [entry.task.public_id],
    };
    await session.cloudinary.removeAllContext(group);
    await session.cloudinary.addContext({ ...group, context: wanted });
  }
  // Everything that stays was written again, hence confirmed again.
  confirm(entry, { context: { set: wanted, removed } });
}

/** The asset by the name that Cloudinary knows. */
export function nameOf({ task }: Entry): { publicId: string; resourceType: string; type: string } {
  return { publicId: task.public_id, resourceType: task.resource_type, type: task.type };
}

/** Confirms the values that the answer shows, or does not tell; one that it contradicts was not applied. */
export function confirmTold(entry: Entry, values: Difference, observation: Observation): void {
  for (const [field, value] of Object.entries(values)) {
    const told = (observation as unknown as Record<string, unknown>)[field];
    if (told === undefined || told === value) {
      confirm(entry, { [field]: value } as Difference);
    } else {
      fail(entry, {
        code: "not_applied",
        message: `Cloudinary accepted the change of ${field} but keeps "${told}".`,
      });
    }
  }
}

/** A later answer shows more than an earlier one. */
export function show(entry: Entry, observation: Observation, observedAt: string): void {
  entry.result.observation = { ...entry.result.observation, ...observation };
  entry.result.observed_at = observedAt;
}
