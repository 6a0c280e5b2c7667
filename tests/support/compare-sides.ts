import { assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { compareAssets, type Difference } from "../../scripts/support/compare-sides.ts";
import { readSides } from "../../scripts/support/read-sides.ts";

export type { Difference } from "../../scripts/support/compare-sides.ts";

/**
 * Compares the emulated library with the live rows of `media_assets`, field by field.
 *
 * @returns The differences; a field that no listing tells is none while the row leaves it empty.
 */
export async function compareSides(stack: Pick<Stack, "info" | "sql">): Promise<Difference[]> {
  const { resources, rows } = await readSides(stack);
  return compareAssets(resources, rows).differences;
}

/**
 * Fails unless both sides are equal.
 *
 * @param expected How many assets there must be, so that two empty sides do not pass for equal ones.
 * @param hint What led here, such as the library's seed.
 */
export async function assertSidesEqual(
  stack: Pick<Stack, "info" | "sql">,
  expected: number,
  hint = "",
): Promise<void> {
  const { resources, rows } = await readSides(stack);
  const { differences } = compareAssets(resources, rows);
  assertEquals(differences.slice(0, 20), [], `${differences.length} differences ${hint}`);
  assertEquals({ cloudinary: resources.length, database: rows.length }, {
    cloudinary: expected,
    database: expected,
  }, hint);
}
