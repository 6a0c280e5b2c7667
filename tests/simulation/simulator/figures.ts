/**
 * How soon what people did is on both sides, once the faults end: the share of their operations at the first tick, and after
 * one reconcile.
 */
import { EPOCH, virtual } from "./engine/machine.ts";
import { type Row, ROW_COLUMNS, unitsOf, unitsOfAsset } from "./model/units.ts";
import { drawPlan } from "./people/draw-plan.ts";
import type { Plan } from "./people/plan.ts";
import { reconcile } from "./quiet.ts";
import { playActs, type Simulation } from "./simulation.ts";
import type { House } from "./world/house.ts";
import { calm } from "./world/weather.ts";

/** Acts of a run; the faults end with the last. */
const ACTS = 120;
/** What a tick may take, ms. */
const TICK = 45_000;

/** What was counted. */
export interface Figures {
  runs: number;
  /** Operations of people that changed something. */
  operations: number;
  /** Of these on both sides after the first tick without faults. */
  atFirstTick: number;
  /** And after one reconcile. */
  afterReconcile: number;
}

/**
 * Plays runs until so many operations were done, with one call in twenty failing: refused, reset, or its answer lost.
 *
 * @param tell Hears the figures after each run.
 */
export async function measure(
  house: House,
  operations: number,
  firstSeed: number,
  tell: (figures: Figures) => void,
): Promise<Figures> {
  const figures: Figures = { runs: 0, operations: 0, atFirstTick: 0, afterReconcile: 0 };
  for (let seed = firstSeed; figures.operations < operations; seed++) {
    const simulation = await playActs(house, faulty(drawPlan(seed, ACTS)));
    const { scheduler } = simulation;
    simulation.weather = calm();
    const nextMinute = EPOCH + Math.ceil((virtual.now - EPOCH) / 60_000) * 60_000;
    await scheduler.run(nextMinute + TICK);
    const first = await open(simulation);
    for (const project of simulation.projects) await reconcile(simulation, project);
    const last = await open(simulation);
    const done = new Set(simulation.model.intents.map(({ act }) => act));
    figures.runs++;
    figures.operations += done.size;
    figures.atFirstTick += done.size - first.size;
    figures.afterReconcile += done.size - last.size;
    scheduler.clear();
    tell(figures);
  }
  return figures;
}

function faulty(plan: Plan): Plan {
  const weather = calm();
  Object.assign(weather.cloudinary, { error: 0.02, reset: 0.01, lost: 0.02 });
  Object.assign(weather.notifications, { lost: 0.05, twice: 0.05, late: 0.05 });
  weather.wakesLost = 0.05;
  return {
    ...plan,
    policy: "cloudinary",
    projects: 1,
    weather,
    acts: plan.acts.filter((act) => act.do !== "fault" && act.do !== "policy"),
  };
}

/** The acts whose values differ between both sides. A name that another asset keeps is nobody's to give. */
async function open(simulation: Simulation): Promise<Set<number>> {
  const { model, library, fixed, projects } = simulation;
  const rows = await projects[0]!.database.query<Row & { waits_for_name: boolean }>(
    `select ${ROW_COLUMNS}, waits_for_name from public.media_assets`,
  );
  const byAsset = new Map(rows.map((row) => [row.asset_id, row]));
  const assets = library.assets();
  const acts = new Set<number>();
  for (const { act, asset: id, unit } of model.intents) {
    const asset = assets.get(id);
    const row = byAsset.get(id);
    const isLive = row !== undefined && row.deleted_at === null;
    if (asset && !simulation.inScope(projects[0]!, asset.asset_folder)) continue;
    if (asset && isLive) {
      if (unit === "public_id" && row.waits_for_name) continue;
      const [here, there] = [unitsOf(row, fixed)[unit], unitsOfAsset(asset, fixed)[unit]];
      if (JSON.stringify(here) !== JSON.stringify(there)) acts.add(act);
    } else if (asset || isLive) acts.add(act);
  }
  return acts;
}
