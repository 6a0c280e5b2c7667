import { badRequest } from "../shapes/failure.ts";
import { findField } from "./fields.ts";
import type { Hit } from "./query.ts";

const COUNTABLE = new Set(["resource_type", "type", "format"]);

/**
 * Counts the hits by the values of some fields.
 *
 * @throws Failure 400 when a field cannot be counted
 */
export function countValues(
  hits: readonly Hit[],
  fields: readonly string[],
): Record<string, Record<string, number>> {
  const wrong = fields.filter((field) => !COUNTABLE.has(field));
  if (wrong.length > 0) throw badRequest(`Invalid value for aggregate: ${wrong.join(", ")}`);
  const counted = fields.map((name) => {
    const counts = new Map<string, number>();
    for (const { asset } of hits) {
      const value = findField(name)?.read(asset);
      if (typeof value === "string") counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return [name, Object.fromEntries(counts)] as const;
  });
  return Object.fromEntries(counted);
}
