/** What the product does not promise, each with its reason. `allowances.md` tells them in words. */
import type { Simulation } from "../simulation.ts";
import type { Intent } from "./model.ts";

/** A write leaves at most so long after the look-up that it rests on, ms. */
const WINDOW = 2_000;

/**
 * Cloudinary has no conditional write. An edit made there after the look-up and before the write that rests on it is
 * written over, or goes with the asset that is being deleted.
 */
export function isInWindow({ model, plan }: Simulation, intent: Intent): boolean {
  if (intent.side !== "there") return false;
  const longest = WINDOW + plan.weather.cloudinary.latency + 50;
  return ["exists", intent.unit].some((unit) =>
    model.historyOf(intent.asset, unit).some((held) =>
      held.order > intent.order && !held.by.startsWith("act ") &&
      held.time - intent.time <= longest &&
      (unit !== "exists" || held.value === false)
    )
  );
}

/**
 * A write whose answer was lost, taken back in Cloudinary before anybody looked: what is there then is just what would
 * be there if the write had never arrived, so that it is sent again.
 */
export function isTakenForUnsent({ model, plan }: Simulation, intent: Intent): boolean {
  const { cloudinary, database, kill } = plan.weather;
  const canLose = cloudinary.lost + cloudinary.hang + database.lost + database.error + kill > 0;
  if (intent.side !== "there" || !canLose) return false;
  const history = model.historyOf(intent.asset, intent.unit);
  const arrived = history.findLastIndex((held) =>
    held.order < intent.order && !held.by.startsWith("act ")
  );
  if (arrived < 0) return false;
  const before = history[arrived - 1]?.value;
  return JSON.stringify(before) === JSON.stringify(intent.value);
}
