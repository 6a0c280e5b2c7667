/** Looks for the first seed that tells a mutant from the product. */
import { drawPlan } from "../people/draw-plan.ts";
import { simulate } from "../simulation.ts";
import { createHouse } from "../world/house.ts";
import { applyMutant, type Mutant } from "./apply.ts";

/** What came of a hunt. */
export interface Catch {
  /** The seed that caught it, or null. */
  seed: number | null;
  /** Seeds played. */
  seeds: number;
  /** What the simulator said. */
  complaint: string;
}

/**
 * @param seeds At most so many seeds.
 * @param operations Acts of a run.
 * @throws StaleMutant
 */
export async function hunt(mutant: Mutant, seeds: number, operations: number): Promise<Catch> {
  const changed = await applyMutant(mutant);
  try {
    const house = createHouse(changed);
    const product = createHouse();
    for (let seed = 1; seed <= seeds; seed++) {
      const plan = drawPlan(seed, operations);
      const { complaints } = await simulate(house, plan);
      if (complaints.length === 0) continue;
      // A seed that breaks the product as well says nothing about the mutant.
      const sound = await simulate(product, plan);
      if (sound.complaints.length === 0) {
        return { seed, seeds: seed, complaint: complaints[0]!.text };
      }
    }
    return { seed: null, seeds, complaint: "" };
  } finally {
    await changed.remove();
  }
}
