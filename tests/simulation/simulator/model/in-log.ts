/** Whether a value stands in the log, under its unit's name. */
import type { LogRow } from "./check.ts";
import type { Intent } from "./model.ts";
import { same } from "./units.ts";

/** Whether a log row of the asset, written after the edit, holds the value under the unit's name. */
export function standsInLog(log: readonly LogRow[], intent: Intent): boolean {
  return log.some((row) =>
    row.asset_id === intent.asset && row.time >= intent.time &&
    // A person who decides a conflict sees both values.
    (["conflict", "delete", "resolve"].includes(row.operation) || row.status === "conflict") &&
    holds(row.changes, intent)
  );
}

function holds(changes: unknown, { unit, value, side }: Intent): boolean {
  if (typeof changes !== "object" || changes === null) return false;
  const [field, ...rest] = unit.split(".");
  const key = rest.join(".");
  const wanted = value ?? null;
  return Object.entries(changes).some(([name, change]) => {
    const inside = valuesOf(change, side);
    if (name === unit) return leaves(inside).some((leaf) => same(leaf, wanted));
    if (name !== field) return false;
    if (field === "tags") return JSON.stringify(inside).includes(JSON.stringify(key));
    return key === ""
      ? leaves(inside).some((leaf) => same(leaf, wanted))
      : objects(inside).some((object) => same(object[key] ?? null, wanted));
  });
}

/** Of a conflict the value as it was on that side, none being null: in another database an edit made here comes from there. */
function valuesOf(change: unknown, side: Intent["side"]): unknown {
  if (typeof change !== "object" || change === null || !("kept" in change)) return change;
  const { database = null, cloudinary = null } = change as Record<string, unknown>;
  return side === "there" ? [cloudinary] : [database, cloudinary];
}

function leaves(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(leaves);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leaves);
  return [value];
}

function objects(value: unknown): Record<string, unknown>[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(objects);
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objects)];
}
