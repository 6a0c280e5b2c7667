/** Whether a value stands in the log, under its unit's name. */
import type { LogRow } from "./check.ts";
import type { Intent } from "./model.ts";

/** Whether a log row of the asset, written after the edit, holds the value under the unit's name. */
export function standsInLog(log: readonly LogRow[], intent: Intent): boolean {
  return log.some((row) =>
    row.asset_id === intent.asset && row.time >= intent.time &&
    (row.operation === "conflict" || row.status === "conflict" || row.operation === "delete") &&
    holds(row.changes, intent)
  );
}

function holds(changes: unknown, { unit, value }: Intent): boolean {
  if (typeof changes !== "object" || changes === null) return false;
  const [field, ...rest] = unit.split(".");
  const key = rest.join(".");
  const wanted = value ?? null;
  return Object.entries(changes).some(([name, inside]) => {
    if (name === unit) return leaves(inside).some((leaf) => same(leaf, wanted));
    if (name !== field) return false;
    if (field === "tags") return JSON.stringify(inside).includes(JSON.stringify(key));
    return key === ""
      ? leaves(inside).some((leaf) => same(leaf, wanted))
      : objects(inside).some((object) => same(object[key] ?? null, wanted));
  });
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

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
