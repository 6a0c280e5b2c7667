import type { Observation } from "../cloudinary/observation.ts";

/** What goes to the database in one call, in characters of JSON; more only where a single asset is larger. */
export const MOST_A_CALL = 4_000_000;

/**
 * Cuts observations into parts that the database takes in one call each: what a call holds in memory, there and here, is
 * bounded.
 *
 * @param size About how many characters of JSON they are together; where that is little they are not measured.
 * @returns At least one part.
 */
export function partsBySize(observations: Observation[], size: number): Observation[][] {
  if (size <= MOST_A_CALL) return [observations];
  const parts: Observation[][] = [[]];
  let filled = 0;
  for (const observation of observations) {
    const length = JSON.stringify(observation).length;
    if (filled > 0 && filled + length > MOST_A_CALL) {
      parts.push([]);
      filled = 0;
    }
    parts.at(-1)!.push(observation);
    filled += length;
  }
  return parts;
}
