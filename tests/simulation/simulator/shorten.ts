/** Makes a failing plan small: acts, faults and switches that the failure does not need are left out. */
import { wallClock } from "./engine/machine.ts";
import type { Complaint } from "./model/check.ts";
import type { Plan } from "./people/plan.ts";
import { type Outcome, simulate } from "./simulation.ts";
import type { House } from "./world/house.ts";
import { calm } from "./world/weather.ts";

/**
 * Delta debugging over the acts, then over everything else.
 *
 * @param budget Longest time that it may take, wall-clock ms.
 * @returns the smallest plan found that still breaks one of the invariants that `outcome` broke, and what it found.
 */
export async function shorten(
  house: House,
  plan: Plan,
  outcome: Outcome,
  budget: number,
): Promise<{ plan: Plan; outcome: Outcome }> {
  const end = wallClock() + budget;
  const broken = new Set(outcome.complaints.map(kindOf));
  let best = { plan, outcome };
  const attempt = async (candidate: Plan): Promise<boolean> => {
    if (wallClock() > end) return false;
    const found = await simulate(house, candidate);
    if (!found.complaints.some((complaint) => broken.has(kindOf(complaint)))) return false;
    best = { plan: candidate, outcome: found };
    return true;
  };

  for (let size = Math.ceil(plan.acts.length / 2); size >= 1 && wallClock() < end;) {
    let removed = false;
    // From the end: what came after the failure is the likeliest to be of no use.
    for (let from = best.plan.acts.length - size; from > -size; from -= size) {
      const start = Math.max(0, from);
      const acts = best.plan.acts.filter((_, index) => index < start || index >= from + size);
      if (acts.length < best.plan.acts.length && await attempt({ ...best.plan, acts })) {
        removed = true;
      }
    }
    if (size === 1 && !removed) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  await simplify(best.plan, (candidate) => attempt(candidate), () => best.plan);
  return best;
}

/** Which rule is broken and how, without values. */
function kindOf({ invariant, text }: Complaint): string {
  return `${invariant} ${text.replace(/[0-9]+|"[^"]*"|\b[au]\b/g, "").slice(0, 24)}`;
}

async function simplify(
  start: Plan,
  attempt: (candidate: Plan) => Promise<boolean>,
  now: () => Plan,
): Promise<void> {
  if (start.projects > 1) await attempt({ ...now(), projects: 1 });
  const still = calm();
  still.cloudinary.latency = start.weather.cloudinary.latency;
  if (await attempt({ ...now(), weather: still })) return;
  for (const party of ["cloudinary", "database", "notifications"] as const) {
    for (const [name, rate] of Object.entries(start.weather[party])) {
      if (rate === 0 || name === "latency") continue;
      const { weather } = now();
      await attempt({
        ...now(),
        weather: { ...weather, [party]: { ...weather[party], [name]: 0 } },
      });
    }
  }
  for (const name of ["kill", "wakesLost"] as const) {
    if (now().weather[name] > 0) {
      await attempt({ ...now(), weather: { ...now().weather, [name]: 0 } });
    }
  }
  if (now().webhooks) await attempt({ ...now(), webhooks: false });
  const used = new Set(JSON.stringify(now().acts).match(/"a\d+"/g)?.map((key) => key.slice(1, -1)));
  const assets = now().assets.filter(({ key }) => used.has(key));
  await attempt({ ...now(), assets });
}
