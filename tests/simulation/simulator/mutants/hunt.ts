/** Looks for the first run that tells a mutant from the product: the plans that once failed, then seed after seed. */
import { drawPlan } from "../people/draw-plan.ts";
import { readKeptPlans } from "../people/kept-plans.ts";
import type { Plan } from "../people/plan.ts";
import { simulate } from "../simulation.ts";
import { createHouse } from "../world/house.ts";
import { applyMutant, type Mutant } from "./apply.ts";

/** What came of a hunt. */
export interface Catch {
  /** What caught it: `seed 7`, or the name of a plan that was kept. */
  by: string | null;
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
    const isCaughtBy = async (plan: Plan): Promise<string | null> => {
      const { complaints } = await simulate(house, plan);
      if (complaints.length === 0) return null;
      // A run that breaks the product as well says nothing about the mutant.
      const sound = await simulate(product, plan);
      return sound.complaints.length === 0 ? complaints[0]!.text : null;
    };
    const kept = decodeURIComponent(new URL("../regressions", import.meta.url).pathname);
    const plans = (await readKeptPlans(kept)).map(({ file, plan }) => ({
      by: file.replace(/^.*\/|\.json$/g, ""),
      plan,
    }));
    plans.sort((one, other) => Number(other.by === mutant.plan) - Number(one.by === mutant.plan));
    for (const { by, plan } of plans) {
      const complaint = await isCaughtBy(plan);
      if (complaint !== null) return { by, seeds: 0, complaint };
    }
    const first = mutant.from ?? 1;
    for (let seed = first; seed < first + seeds; seed++) {
      const complaint = await isCaughtBy(drawPlan(seed, operations));
      if (complaint !== null) return { by: `seed ${seed}`, seeds: seed - first + 1, complaint };
    }
    return { by: null, seeds, complaint: "" };
  } finally {
    await changed.remove();
  }
}
