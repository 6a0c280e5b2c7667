import type { Parts } from "../http/route.ts";
import type { Behavior } from "../store/behavior.ts";
import { noFaults } from "../store/faults.ts";
import { setBehavior } from "./set-behavior.ts";

/**
 * Empties the library, takes faults and facts back, zeroes counters. Webhook triggers stay, and ids go on: an asset that
 * is made again is another asset.
 *
 * @param initial the facts that it goes back to
 */
export function reset(parts: Parts, initial: Behavior): void {
  const { assets, folders, metadataFields, archive, contents, presets, chunks } = parts;
  const { search, notifier, quota, calls, clock, faults, faultRandom } = parts;
  const emptied = [assets, folders, metadataFields, archive, contents, presets, chunks];
  for (const part of [...emptied, search, notifier, quota, calls]) part.clear();
  clock.reset();
  Object.assign(faults, noFaults());
  faultRandom.restart(faults.seed);
  setBehavior(parts, initial);
}
