/** What must hold while a run goes on, although the end of it may not show that it did not. */
import { EPOCH, virtual } from "../engine/machine.ts";
import type { Activity } from "../engine/activity.ts";
import type { Simulation } from "../simulation.ts";
import type { Project } from "../world/network.ts";
import type { Plan } from "../people/plan.ts";
import { calm } from "../world/weather.ts";
import { isMisplaced, WINDOW } from "./allowances.ts";
import { type Row, ROW_COLUMNS, same, unitsOf } from "./units.ts";
import { databaseOf } from "./whose.ts";

/** The watch of one run. */
export interface Watch {
  /** A call of a function's changed units in the library, by asset. */
  written(who: Activity, changed: ReadonlyMap<string, string[]>): Promise<void>;
  /** A notification is on its way to a function. */
  notifying(project: Project, body: string): void;
  /** A function took a notification and answered so. */
  notified(who: Activity, body: string, answer: string): void;
}

/** Begins to watch. */
export function createWatch(simulation: () => Simulation): Watch {
  const deliveries = new Map<string, number>();
  const taken = new Set<string>();
  const projectOf = ({ name }: Activity): Project | undefined => {
    const { projects } = simulation();
    return projects.find((project) => project.name === databaseOf(name)) ?? projects[0];
  };
  return {
    written: async (who, changed) => {
      const project = projectOf(who);
      if (changed.size === 0 || project === undefined) return;
      const { complain, nameOf, fixed } = simulation();
      const rows = await project.database.query<Row>(
        `select ${ROW_COLUMNS} from public.media_assets
         where asset_id = any ($1) and deleted_at is null order by asset_id`,
        [[...changed.keys()]],
      );
      for (const row of rows) {
        const units = changed.get(row.asset_id)!;
        if (isMisplaced(simulation(), row.asset_id, units[0]!, who.name)) continue;
        const here = unitsOf(row, fixed);
        // `synced` says that nothing is on its way any more.
        const what = row.sync_status === "synced"
          ? `although its row is synced: ${units}`
          : units.filter((unit) => isGivenUp(simulation(), project, row.asset_id, unit, here[unit]))
            .map((unit) => `with ${unit}, which had been given up here long before`).join();
        if (what === "") continue;
        complain({
          invariant: 9,
          asset: nameOf(row.asset_id),
          text: `a write of ${who.name} reached ${nameOf(row.asset_id)} at ${
            ((virtual.now - EPOCH) / 1000).toFixed(1)
          } s ${what}`,
        });
      }
    },
    notifying: (project, body) => {
      const key = `${project.name} ${body}`;
      deliveries.set(key, (deliveries.get(key) ?? 0) + 1);
    },
    notified: (who, body, answer) => {
      const key = `${projectOf(who)?.name} ${body}`;
      const isCopy = (deliveries.get(key) ?? 0) > 1;
      const passesForCopy = answer.includes('"duplicate"');
      const wasTaken = taken.has(key);
      taken.add(key);
      // Where the database's answer was lost, the function has asked it twice.
      const askedTwice = who.unanswered.some((call) => call.includes("media_sync_receive_event"));
      const what = !isCopy && passesForCopy && !askedTwice
        ? "took a notification for a copy of one that differs"
        : wasTaken && !passesForCopy
        ? "took a notification that had been taken before"
        : null;
      if (what === null) return;
      simulation().complain({
        invariant: 4,
        text: `${who.name} ${what}: ${body.slice(0, 200)}`,
      });
    },
  };
}

/**
 * Whether what just reached a unit had been put away here by a person longer ago than a write may take, and is not wanted
 * again since.
 */
function isGivenUp(
  { model, plan, unitsThere }: Simulation,
  project: Project,
  asset: string,
  unit: string,
  here: unknown,
): boolean {
  const sent = model.historyOf(asset, unit).at(-1)!.value;
  if (same(here, sent)) return false;
  // A context is set anew by clearing all of it first.
  const isCleared = unit.startsWith("context.") &&
    !Object.keys(unitsThere(asset) ?? {}).some((other) => other.startsWith("context."));
  if (isCleared) return false;
  const edits = model.intents.filter((intent) =>
    intent.asset === asset && intent.unit === unit && intent.side === `here ${project.name}`
  );
  const last = edits.findLast(({ before, value }) => same(before, sent) || same(value, sent));
  if (last === undefined || !same(last.before, sent)) return false;
  return virtual.now - last.time > longestWay(plan);
}

/** From the look-up that a write rests on until it arrives, ms. */
function longestWay({ acts, weather }: Plan): number {
  const waits = acts.map((act) => act.do === "meet" ? act.encounter.wait ?? 0 : 0);
  // In quiet waters messages take as long as the calm has it.
  const way = Math.max(weather.cloudinary.latency, calm().cloudinary.latency) + 50;
  return WINDOW + 2 * way + Math.max(0, ...waits);
}
