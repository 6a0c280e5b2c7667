/** Invariant 4: an asset holds what somebody gave it, and nothing that was meant for another. */
import type { Simulation } from "../simulation.ts";
import type { Complaint } from "./check.ts";
import { isWell } from "./is-well.ts";
import type { Held, Model } from "./model.ts";
import { same, unitsOfAsset } from "./units.ts";
import { isPersons } from "./whose.ts";

/** Checks every value of every asset that Cloudinary has in the end. */
export function checkOrigins(simulation: Simulation): Complaint[] {
  const { model, library, fixed } = simulation;
  const complaints: Complaint[] = [];
  for (const [asset, present] of library.assets()) {
    const units = unitsOfAsset(present, fixed);
    for (const unit of model.unitsOf(asset)) {
      const history = model.historyOf(asset, unit);
      const held = history.findLast(({ value }) => same(value, units[unit]));
      if (held === undefined || isGiven(model, asset, unit, units[unit])) continue;
      if (!isKnown(simulation, asset, unit, held)) continue;
      complaints.push({
        invariant: 4,
        asset: simulation.nameOf(asset),
        text: `${simulation.nameOf(asset)} ${unit} is ${
          JSON.stringify(held.value)
        }, which nobody gave it: ${
          history.map(({ value, by }) => `${JSON.stringify(value)} by ${by}`).join(", ")
        }`,
      });
    }
  }
  return complaints;
}

/** Whether a person ever gave a unit that value, or the asset came with it. */
function isGiven(model: Model, asset: string, unit: string, value: unknown): boolean {
  const history = model.historyOf(asset, unit);
  const came = model.historyOf(asset, "exists").map(({ order }) => order);
  // What it came without has no entry.
  if (value === undefined && !came.includes(history[0]!.order)) return true;
  return history.some((held) =>
    same(held.value, value) && (isPersons(held) || came.includes(held.order))
  ) || model.intents.some((intent) =>
    intent.asset === asset && intent.unit === unit && same(intent.value, value)
  );
}

/** How long a write may be on its way: a notification that comes later tells of nothing that the product still knows. */
const ON_ITS_WAY = 60_000;

/**
 * Whether a function could know of a value that a write brought: the write's own answer showed the asset, or its
 * notification told of it before the write was made again to the asset that was meant, and nothing went wrong with whom
 * that reached.
 */
function isKnown(
  { model }: Simulation,
  asset: string,
  unit: string,
  { order, time, value, by }: Held,
): boolean {
  const again = model.assets().filter((other) => other !== asset)
    .flatMap((other) => model.historyOf(other, unit))
    .filter((held) => held.order > order && same(held.value, value) && isFunctions(held));
  return model.looksAt(asset).some((look) => {
    if (!isWell(look.by)) return false;
    if (look.kind === "answer") return look.by.name === by && look.order === order + 1;
    return look.of === time && look.time - time <= ON_ITS_WAY &&
      !again.some((held) => held.order < look.order);
  });
}

function isFunctions(held: Held): boolean {
  return !isPersons(held) && held.by !== "beginning";
}
