import { isPlainKey } from "../../cloudinary/context-codec.ts";
import type { Difference, PlannedTask } from "../../media/types.ts";

/** A part of a difference for which Cloudinary's API has no words, and why. */
export interface Inexpressible {
  part: Difference;
  /** A sentence for each kind of reason. */
  message: string;
}

type Change = NonNullable<Difference["metadata"]>;

/** A tag that cannot be named in a list, which Cloudinary separates by commas. */
export function hasComma(tag: string): boolean {
  return tag.includes(",");
}

/**
 * What of a row's difference cannot be said to Cloudinary, so that the rest of it can. Such values come from Cloudinary
 * itself, whose answers are JSON; what people enter is checked before it is stored.
 *
 * @returns null where everything can be said.
 */
export function findInexpressible(
  { difference, tags, context }: Pick<PlannedTask, "difference" | "tags" | "context">,
): Inexpressible | null {
  const part: Difference = {};
  const reasons: string[] = [];

  const added = difference.tags?.added?.filter(hasComma) ?? [];
  // The list of all other tags, written as a whole, takes it away.
  const stays = tags?.find(hasComma);
  const removed = stays === undefined ? [] : difference.tags?.removed?.filter(hasComma) ?? [];
  if (added.length + removed.length > 0) part.tags = named({ added, removed });
  if (added.length > 0) {
    reasons.push(
      `Cloudinary's API separates tags by commas, so that ${quote(added)} cannot be added.`,
    );
  }
  if (removed.length > 0) {
    reasons.push(
      `Cloudinary's API separates tags by commas, so that ${
        quote(removed)
      } cannot be removed while ${quote([stays!])} stays.`,
    );
  }

  // A context without any such key can be written as a whole.
  const isWhole = oddKeys(Object.keys(context ?? {})).length === 0;
  const fields = {
    context: oddPart(difference.context, isWhole),
    metadata: oddPart(difference.metadata, false),
  };
  for (const [field, { odd, keys }] of Object.entries(fields)) {
    if (keys.length === 0) continue;
    Object.assign(part, { [field]: odd });
    reasons.push(
      `Cloudinary's API writes ${field} as key=value|key=value, so that the key ${
        quote(keys)
      } can be neither set nor removed alone.`,
    );
  }

  if (difference.display_name === "") {
    part.display_name = "";
    reasons.push("Cloudinary cannot clear a display name; give the asset another one.");
  }
  return reasons.length === 0 ? null : { part, message: reasons.join(" ") };
}

/** What a change of context or metadata asks of keys that cannot be written. */
function oddPart(change: Change | undefined, mayRemove: boolean): { odd: Change; keys: string[] } {
  const values = change?.set ?? {};
  const set = oddKeys(Object.keys(values));
  const removed = mayRemove ? [] : oddKeys(change?.removed ?? []);
  return {
    odd: named({ set: Object.fromEntries(set.map((key) => [key, values[key]])), removed }),
    keys: [...set, ...removed],
  };
}

function oddKeys(keys: string[]): string[] {
  return keys.filter((key) => !isPlainKey(key));
}

/** Without what is empty. */
function named(lists: Record<string, object>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(lists).filter(([, list]) => Object.keys(list).length > 0),
  );
}

/** The first of some names, for people. */
function quote(names: string[]): string {
  const [first, ...others] = names;
  const short = first!.length > 60 ? `${first!.slice(0, 60)}…` : first!;
  return others.length === 0 ? `"${short}"` : `"${short}" (and ${others.length} more)`;
}
