/**
 * The merge of editable fields, written from the specification's table and sharing nothing with the SQL that it judges.
 */

/** The editable fields of one asset; an absent key is "not set". */
export interface MergeFields {
  public_id?: string;
  folder?: string;
  display_name?: string | null;
  tags?: string[];
  context?: Record<string, string>;
  metadata?: Record<string, unknown>;
}

/** Who wins a value changed on both sides. */
export type MergePolicy = "cloudinary" | "database" | "newest" | "manual";

/** One merge: the three states, the policy, and the times that the policy `newest` may ask for (RFC 3339). */
export interface MergeCase {
  base: MergeFields;
  local: MergeFields;
  /** Values on their way to Cloudinary that are not settled, by name: null for one taken away; tags as true. */
  sent: Record<string, unknown[]>;
  remote: MergeFields;
  policy: MergePolicy;
  local_at: string | null;
  remote_times: RemoteTimes;
}

/** Cloudinary's times of change by kind, as far as told. */
export interface RemoteTimes {
  updated_at?: string;
  context_updated_at?: string;
  metadata_updated_at?: string;
}

/** A value changed on both sides: all three, as far as set, and the side whose value stands. */
export interface MergeConflict {
  base?: unknown;
  database?: unknown;
  cloudinary?: unknown;
  kept: "database" | "cloudinary" | "open";
}

/** What a merge gives. */
export interface MergeResult {
  merged: MergeFields;
  conflicts: Record<string, MergeConflict>;
}

type Values = Record<string, unknown>;

const grouped = ["tags", "context", "metadata"];

/** Merges one case. */
export function mergeOracle(one: MergeCase): MergeResult {
  const conflicts: Record<string, MergeConflict> = {};
  const scalars = mergeValues(
    conflicts,
    one.sent,
    "",
    scalarsOf(one.base),
    scalarsOf(one.local),
    scalarsOf(one.remote),
    winnerOf(one, one.remote_times.updated_at),
  );
  const inside = (field: "context" | "metadata", changedAt: string | undefined) =>
    mergeValues(
      conflicts,
      one.sent,
      `${field}.`,
      one.base[field] ?? {},
      one.local[field] ?? {},
      one.remote[field] ?? {},
      winnerOf(one, changedAt),
    );
  return {
    merged: {
      ...scalars,
      tags: mergeTags(one),
      context: inside("context", one.remote_times.context_updated_at) as Record<string, string>,
      metadata: inside("metadata", one.remote_times.metadata_updated_at),
    },
    conflicts,
  };
}

/** True when both hold the same value; lists are told apart by their order, an unset value and null are the same. */
export function sameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** The fields that are one value each. */
export function scalarsOf(fields: MergeFields): Values {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !grouped.includes(name)));
}

/** The side that keeps its value when both changed it. */
function winnerOf(
  { policy, local_at }: MergeCase,
  remoteAt: string | undefined,
): MergeConflict["kept"] {
  if (policy === "cloudinary" || policy === "database") return policy;
  if (policy === "manual" || local_at === null || remoteAt === undefined) return "open";
  const [here, there] = [Date.parse(local_at), Date.parse(remoteAt)];
  return here === there ? "open" : here > there ? "database" : "cloudinary";
}

function mergeValues(
  conflicts: Record<string, MergeConflict>,
  sent: MergeCase["sent"],
  prefix: string,
  base: Values,
  local: Values,
  remote: Values,
  winner: MergeConflict["kept"],
): Values {
  const merged: Values = {};
  for (const key of new Set([base, local, remote].flatMap((values) => Object.keys(values)))) {
    const onTheWay = sent[prefix + key] ?? [];
    // A write on its way is an edit made here, even one that was taken back since.
    const changedHere = !sameValue(base[key], local[key]) ||
      onTheWay.some((value) => !sameValue(value, local[key]));
    // What we sent ourselves is no news from there.
    const changedThere = !sameValue(base[key], remote[key]) &&
      !onTheWay.some((value) => sameValue(value, remote[key]));
    const isConflict = changedHere && changedThere && !sameValue(local[key], remote[key]);
    const takesRemote = isConflict ? winner === "cloudinary" : changedThere;
    const value = takesRemote ? remote[key] : local[key];
    if (value !== undefined) merged[key] = value;
    if (isConflict) {
      conflicts[prefix + key] = {
        ...told("base", base[key]),
        ...told("database", local[key]),
        ...told("cloudinary", remote[key]),
        kept: winner,
      };
    }
  }
  return merged;
}

/** A conflict names only values that there are: neither unset nor null. */
function told(name: string, value: unknown): Values {
  return value === undefined || value === null ? {} : { [name]: value };
}

/** Sets cannot conflict: each tag is as the side has it that changed it; what we sent is no change of theirs. */
function mergeTags({ base, local, remote, sent }: MergeCase): string[] {
  const [before, here, there] = [base.tags ?? [], local.tags ?? [], remote.tags ?? []];
  return [...new Set([...here, ...there])].filter((tag) => {
    const arrived = (sent[`tags.${tag}`] ?? []).some((value) =>
      (value === true) === there.includes(tag)
    );
    const changedThere = before.includes(tag) !== there.includes(tag) && !arrived;
    return changedThere ? there.includes(tag) : here.includes(tag);
  });
}
