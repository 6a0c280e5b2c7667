import type { Changed } from "../library/change-asset.ts";
import type { Json } from "../shapes/resource.ts";

/** What was added to and removed from the tags. */
export function tagsDelta({ before, after }: Changed): Json {
  return {
    added: after.tags.filter((tag) => !before.tags.includes(tag)),
    removed: before.tags.filter((tag) => !after.tags.includes(tag)),
    updated: [],
  };
}

/**
 * What changed in the context: items `[{name,value}]` as production handlers read them, or objects
 * `{key: value}` with a list of removed keys, as the other source has it.
 */
export function contextDelta({ before, after }: Changed, form: "list" | "object"): Json {
  const old = new Map(Object.entries(before.context));
  const fresh = new Map(Object.entries(after.context));
  const added = [...fresh].filter(([key]) => !old.has(key));
  const removed = [...old].filter(([key]) => !fresh.has(key));
  const updated = [...fresh].filter(([key, value]) => old.has(key) && old.get(key) !== value);
  if (form === "object") {
    return {
      added: Object.fromEntries(added),
      removed: removed.map(([key]) => key),
      updated: Object.fromEntries(updated),
    };
  }
  const list = (pairs: [string, string][]) => pairs.map(([name, value]) => ({ name, value }));
  return { added: list(added), removed: list(removed), updated: list(updated) };
}
