/**
 * How soon what people did is on both sides, once the faults end: the share of their operations at the first tick, and after
 * one reconcile.
 */
import { EPOCH, virtual } from "./engine/machine.ts";
import { type Row, ROW_COLUMNS, unitsOf, unitsOfAsset } from "./model/units.ts";
import { drawPlan } from "./people/draw-plan.ts";
import type { Plan } from "./people/plan.ts";
import { reconcile } from "./quiet.ts";
import { playInParallel } from "./in-parallel.ts";
import { playActs, type Simulation } from "./simulation.ts";
import type { House } from "./world/house.ts";
import { calm } from "./world/weather.ts";

/** Acts of a run; the faults end with the last. */
const ACTS = 120;
/** What a tick may take, ms. */
const TICK = 45_000;

/** After so many a fresh process goes on. */
const OPERATIONS_A_PROCESS = 2_500;
/** No share plays another's seeds: a run has dozens of operations. */
const SEEDS_A_SHARE = 1_000;

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

/** The line that tells them, and that another process reads. */
export function toLine({ runs, operations, atFirstTick, afterReconcile }: Figures): string {
  const share = (count: number) => `${count} (${(100 * count / operations).toFixed(3)} %)`;
  return `${runs} runs, ${operations} operations: ${
    share(atFirstTick)
  } on both sides at the first tick ` +
    `after the faults, ${share(afterReconcile)} after one reconcile`;
}

function fromLine(line: string): Figures | undefined {
  const told = /^(\d+) runs, (\d+) operations: (\d+) .* after the faults, (\d+) /.exec(line);
  if (told === null) return undefined;
  const [runs, operations, atFirstTick, afterReconcile] = told.slice(1).map(Number);
  return {
    runs: runs!,
    operations: operations!,
    atFirstTick: atFirstTick!,
    afterReconcile: afterReconcile!,
  };
}

/**
 * As `measure`, in processes side by side.
 *
 * @param tell Hears the sum after each share.
 */
export async function measureInParallel(
  jobs: number,
  operations: number,
  firstSeed: number,
  tell: (figures: Figures) => void,
): Promise<Figures> {
  const total: Figures = { runs: 0, operations: 0, atFirstTick: 0, afterReconcile: 0 };
  let shared = 0;
  let seed = firstSeed;
  await playInParallel(
    jobs,
    () => {
      if (shared >= operations) return undefined;
      const share = Math.min(
        OPERATIONS_A_PROCESS,
        Math.ceil(operations / jobs),
        operations - shared,
      );
      shared += share;
      seed += SEEDS_A_SHARE;
      return [`--figures=${share}`, `--seed=${seed - SEEDS_A_SHARE}`];
    },
    fromLine,
    (figures) => {
      for (const figure of ["runs", "operations", "atFirstTick", "afterReconcile"] as const) {
        total[figure] += figures[figure];
      }
      tell({ ...total });
    },
  );
  return total;
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
