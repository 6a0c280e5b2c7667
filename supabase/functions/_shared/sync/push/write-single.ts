import { isPlainKey } from "../../cloudinary/context-codec.ts";
import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { Observation } from "../../cloudinary/observation.ts";
import type { AssetGroup } from "../../cloudinary/upload-api/asset-groups.ts";
import type { Difference } from "../../media/types.ts";
import type { SyncSession } from "../sync-session.ts";
import type { Freshness } from "./freshness.ts";
import {
  answer,
  drop,
  type Entry,
  fail,
  failureOf,
  isAnswered,
  land,
  misplace,
  notReached,
  send,
  show,
} from "./push-book.ts";

/**
 * Writes what needs a call of its own but the rename: display name, folder, tags with commas and single context keys
 * taken away.
 *
 * @param entry The row with its difference; what was taken and failures are noted in it.
 */
export async function writeSingle(
  session: SyncSession,
  entry: Entry,
  freshness: Freshness,
): Promise<void> {
  if (!freshness.expired()) await writeValues(session, entry);
  if (!freshness.expired() && !entry.result.error) await replaceTags(session, entry);
  if (!freshness.expired() && !entry.result.error) await removeContextKeys(session, entry);
}

/** True when {@link writeSingle} would make a call. */
export function needsSingleWrite({ rest }: Entry): boolean {
  return rest.display_name !== undefined || rest.folder !== undefined ||
    rest.tags?.removed !== undefined || rest.context?.removed !== undefined;
}

async function writeValues(session: SyncSession, entry: Entry): Promise<void> {
  const part = pick(entry.rest);
  if (Object.keys(part).length === 0) return;
  const { display_name, folder } = part;
  const changes = {
    ...(display_name === undefined ? {} : { display_name }),
    ...(folder === undefined ? {} : { asset_folder: folder }),
  };
  await write(session, entry, part, () =>
    // The SDK drops empty values from Upload API calls, so that only the Admin API can move an asset to the root.
    folder === ""
      ? session.cloudinary.updateAsset({ ...nameOf(entry), changes })
      : session.cloudinary.explicit({ ...nameOf(entry), changes }));
}

function pick({ display_name, folder }: Difference): Difference {
  return {
    ...(display_name === undefined ? {} : { display_name }),
    ...(folder === undefined ? {} : { folder }),
  };
}

/** A tag that holds a comma goes by writing the list of the others. Its answer tells no state. */
async function replaceTags(session: SyncSession, entry: Entry): Promise<void> {
  const removed = entry.rest.tags?.removed;
  if (removed === undefined) return;
  await writeTold(
    entry,
    { tags: { removed } },
    () => session.cloudinary.replaceTags({ ...groupOf(entry), tags: entry.task.tags ?? [] }),
  );
}

/**
 * Cloudinary has no command that removes one context key, and its sources disagree whether setting the whole context
 * replaces it. So it is set as a whole first, and only if that merged, cleared and set anew. That all of this may be on its
 * way stands on the row before.
 */
async function removeContextKeys(session: SyncSession, entry: Entry): Promise<void> {
  const { context } = entry.rest;
  if (context?.removed === undefined) return;
  const part = { context };
  const wanted = entry.task.context ?? {};
  if (!Object.keys(wanted).every(isPlainKey)) {
    await emptyContextKeys(session, entry, context.removed);
    return;
  }
  const told = await write(
    session,
    entry,
    part,
    () => session.cloudinary.explicit({ ...nameOf(entry), changes: { context: wanted } }),
  );
  if (told === null) return;
  const stayed = context.removed.some((key) => Object.hasOwn(told.context ?? {}, key));
  if (told.context !== undefined && !stayed) return;

  const group = groupOf(entry);
  try {
    await session.cloudinary.removeAllContext(group);
    await session.cloudinary.addContext({ ...group, context: wanted });
    // These two tell no state: only a later look-up does.
    entry.result.landed = entry.result.landed?.map((landing) =>
      landing.difference === part ? { difference: part } : landing
    );
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    // Cleared and not yet set anew, perhaps: not taken as arrived, nor as what cannot arrive.
    entry.result.landed = entry.result.landed?.filter(({ difference }) => difference !== part);
    entry.result.cleared = true;
    if (isAnswered(error)) answer(entry, part);
    entry.result.error ??= failureOf(error);
  }
}

/**
 * A context with a key that cannot be written would lose it if it were set as a whole. The empty value takes a key away,
 * says Cloudinary's own description of its API, and harms nothing where it does not; the answer after it shows which.
 */
async function emptyContextKeys(
  session: SyncSession,
  entry: Entry,
  removed: string[],
): Promise<void> {
  const { context } = entry.rest;
  const empty = Object.fromEntries(removed.map((key) => [key, ""]));
  const isTaken = await writeTold(
    entry,
    { context: context! },
    () =>
      session.cloudinary.addContext({
        ...groupOf(entry),
        context: { ...context!.set, ...empty },
      }),
  );
  if (!isTaken) return;
  const observedAt = session.media.clock.now();
  try {
    const { data } = await session.cloudinary.explicit({ ...nameOf(entry), changes: {} });
    show(entry, data, observedAt);
    if (data.asset_id !== entry.task.asset_id) return;
    const stayed = removed.filter((key) => Object.hasOwn(data.context ?? {}, key));
    if (stayed.length > 0) {
      entry.result.error ??= {
        code: "not_applied",
        message:
          `Cloudinary emptied the context key "${
            stayed[0]
          }" and keeps it; it cannot be taken away beside a key ` +
          "that holds = or |.",
        permanent: true,
      };
    }
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    // A look-up will tell.
    session.log.warn("context keys taken away wait to be confirmed", { error });
  }
}

/**
 * Makes a call whose answer names the assets that it reached and tells nothing else of them.
 *
 * @returns true when Cloudinary took it.
 */
async function writeTold(
  entry: Entry,
  part: Difference,
  call: () => Promise<{ data: { publicIds: string[] } }>,
): Promise<boolean> {
  send(entry, part);
  try {
    const { data } = await call();
    if (data.publicIds.includes(entry.task.public_id)) {
      land(entry, part);
      return true;
    }
    drop(entry, part);
    entry.result.error ??= notReached;
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    fail(entry, part, error);
  }
  return false;
}

function groupOf({ task }: Entry): AssetGroup {
  return { resourceType: task.resource_type, type: task.type, publicIds: [task.public_id] };
}

async function write(
  session: SyncSession,
  entry: Entry,
  part: Difference,
  call: () => Promise<{ data: Observation }>,
): Promise<Observation | null> {
  const observedAt = session.media.clock.now();
  send(entry, part);
  try {
    const { data } = await call();
    if (data.asset_id !== entry.task.asset_id) {
      misplace(entry, part, data, observedAt);
      return null;
    }
    land(entry, part, observedAt);
    show(entry, data, observedAt);
    reportRefused(entry, part, data);
    return data;
  } catch (error) {
    if (!(error instanceof CloudinaryError)) throw error;
    fail(entry, part, error);
    return null;
  }
}

/** A value that the answer contradicts was not applied. */
function reportRefused(entry: Entry, part: Difference, observation: Observation): void {
  for (const field of ["display_name", "folder"] as const) {
    const told = observation[field];
    if (part[field] === undefined || told === undefined || told === part[field]) continue;
    entry.result.error ??= {
      code: "not_applied",
      message: `Cloudinary accepted the change of ${field} but keeps "${told}".`,
    };
  }
}

/** The asset by the name that Cloudinary knows. */
export function nameOf({ task }: Entry): { publicId: string; resourceType: string; type: string } {
  return { publicId: task.public_id, resourceType: task.resource_type, type: task.type };
}
