import type { Entry } from "./push-book.ts";

/**
 * Puts rows in an order in which names are free when they are wanted: a row that is renamed to what another row is
 * still called comes in a later wave than that row.
 *
 * @param entries Rows with their differences; those without a rename are all in the first wave.
 * @returns Waves to be written one after another. Rows whose names form a ring come last, together: Cloudinary refuses
 * their renames, and each row says so.
 */
export function renameWaves(entries: Entry[]): Entry[][] {
  const waves: Entry[][] = [];
  let waiting = entries;
  while (waiting.length > 0) {
    const held = new Set(
      waiting.filter(({ difference }) => difference.public_id !== undefined)
        .map(({ task }) => nameKey(task, task.public_id)),
    );
    const isFree = ({ task, difference }: Entry) =>
      difference.public_id === undefined || !held.has(nameKey(task, difference.public_id));
    const free = waiting.filter(isFree);
    if (free.length === 0) return [...waves, waiting];
    waves.push(free);
    waiting = waiting.filter((entry) => !isFree(entry));
  }
  return waves;
}

/** Names are unique per resource type and delivery type. */
function nameKey({ resource_type, type }: Entry["task"], publicId: string): string {
  return JSON.stringify([resource_type, type, publicId]);
}
