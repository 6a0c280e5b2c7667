/** The conflict policy decides between two people who could not see each other's edit. */
import type { Simulation } from "../simulation.ts";
import { isInWindow, isTakenBack, isTakenForUnsent } from "./allowances.ts";
import type { Complaint, Examined } from "./check.ts";
import type { Intent } from "./model.ts";
import { unitsOfAsset } from "./units.ts";

/** Checks the last two edits of each unit, where one policy held for the whole run. */
export function checkPolicy(simulation: Simulation, all: readonly Examined[]): Complaint[] {
  const { plan, model, library, fixed } = simulation;
  const isPlain = plan.projects === 1 && !plan.acts.some((act) => act.do === "policy");
  if (!isPlain || (plan.policy !== "cloudinary" && plan.policy !== "database")) return [];
  const complaints: Complaint[] = [];
  const assets = library.assets();
  const logs = all.map(({ log }) => log);
  const byUnit = Map.groupBy(model.intents, ({ asset, unit }) => `${asset} ${unit}`);
  for (const intents of byUnit.values()) {
    const [one, other] = intents.slice(-2);
    if (!one || !other || one.side === other.side || one.unit.startsWith("tags.")) continue;
    const asset = assets.get(one.asset);
    // A deletion between them decides otherwise, and so does a name that a third asset has.
    const isMoved = model.existence.some((event) =>
      event.asset === one.asset && event.what !== "uploaded"
    );
    if (!asset || isMoved || one.unit === "public_id" || saw(simulation, one, other)) continue;
    const there = one.side === "there" ? one : other;
    if (isInWindow(simulation, there) || isTakenForUnsent(simulation, there)) continue;
    if (isTakenBack(simulation, logs, one) || isTakenBack(simulation, logs, other)) continue;
    const wanted = plan.policy === "cloudinary" ? there : there === one ? other : one;
    const value = unitsOfAsset(asset, fixed)[one.unit];
    if (JSON.stringify(value) !== JSON.stringify(wanted.value)) {
      complaints.push({
        invariant: 2,
        asset: simulation.nameOf(one.asset),
        text: `policy ${plan.policy}: ${
          simulation.nameOf(one.asset)
        } ${one.unit} was edited by act ${one.act} (${one.side}) and act ${other.act} (${other.side}), neither seeing the other; it must be ${
          JSON.stringify(wanted.value)
        } and is ${JSON.stringify(value)}`,
      });
    }
  }
  return complaints;
}

/** Whether the second person could see what the first had done. */
function saw({ model }: Simulation, first: Intent, second: Intent): boolean {
  const same = (value: unknown) => JSON.stringify(value) === JSON.stringify(first.value);
  return same(second.before) || same(second.value) ||
    (second.side === "there" &&
      model.historyOf(first.asset, first.unit).some((held) =>
        held.order > first.order && held.order < second.order && same(held.value)
      ));
}
