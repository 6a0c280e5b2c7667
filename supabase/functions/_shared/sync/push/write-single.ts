import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { Observation } from "../../cloudinary/observation.ts";
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
  send,
  show,
} from "./push-book.ts";

/**
 * Writes what needs a call of its own but the rename: display name, folder, single context keys taken away.
 *
 * @param entry The row with its difference; what was taken and failures are noted in it.
 */
export async function writeSingle(
  session: SyncSession,
  entry: Entry,
  freshness: Freshness,
): Promise<void> {
  if (!freshness.expired()) await writeValues(session, entry);
  if (!freshness.expired() && !entry.result.error) await removeContextKeys(session, entry);
}

/** True when {@link writeSingle} would make a call. */
export function needsSingleWrite({ rest }: Entry): boolean {
  return rest.display_name !== undefined || rest.folder !== undefined ||
    rest.context?.removed !== undefined;
}

async function writeValues(session: SyncSession, entry: Entry): Promise<void> {
  const part = pick(entry.rest);
  if (part.display_name === "") {
    send(entry, { display_name: "" });
    drop(entry, { display_name: "" });
    delete part.display_name;
    entry.result.error ??= {
      code: "display_name_empty",
      message: "Cloudinary cannot clear a display name; give the asset another one.",
      permanent: true,
    };
  }
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

/**
 * Cloudinary has no command that removes one context key, and its sources disagree whether setting the whole context
 * replaces it. So it is set as a whole first, and only if that merged, cleared and set anew. That all of this may be on its
 * way stands on the row before.
 */
async function removeContextKeys(session: SyncSession, entry: Entry): Promise<void> {
  const { context } = entry.rest;
  if (context?.removed === undefined) return;
  const part = { context };
  const wanted = entry.task.context;
  const told = await write(
    session,
    entry,
    part,
    () => session.cloudinary.explicit({ ...nameOf(entry), changes: { context: wanted } }),
  );
  if (told === null) return;
  const stayed = context.removed.some((key) => Object.hasOwn(told.context ?? {}, key));
  if (told.context !== undefined && !stayed) return;

  const group = {
    resourceType: entry.task.resource_type,
    type: entry.task.type,
    publicIds: [entry.task.public_id],
  };
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
    if (isAnswered(error)) answer(entry, part);
    entry.result.error ??= failureOf(error);
  }
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
