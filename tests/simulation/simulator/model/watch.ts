/** What must hold while a run goes on, although the end of it may not show that it did not. */
import { EPOCH, virtual } from "../engine/machine.ts";
import type { Activity } from "../engine/activity.ts";
import type { Simulation } from "../simulation.ts";
import type { Project } from "../world/network.ts";
import { databaseOf, isMisplaced } from "./allowances.ts";

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
  const projectOf = ({ name }: Activity): Project | undefined => {
    const { projects } = simulation();
    return projects.find((project) => project.name === databaseOf(name)) ?? projects[0];
  };
  return {
    // `synced` says that nothing is on its way any more.
    written: async (who, changed) => {
      const project = projectOf(who);
      if (changed.size === 0 || project === undefined) return;
      const { complain, nameOf } = simulation();
      const rows = await project.database.query<{ asset_id: string }>(
        `select asset_id from public.media_assets
         where asset_id = any ($1) and sync_status = 'synced' and deleted_at is null order by asset_id`,
        [[...changed.keys()]],
      );
      for (const { asset_id } of rows) {
        const units = changed.get(asset_id)!;
        if (isMisplaced(simulation(), asset_id, units[0]!, who.name)) continue;
        complain({
          invariant: 9,
          asset: nameOf(asset_id),
          text: `a write of ${who.name} reached ${nameOf(asset_id)} at ${
            ((virtual.now - EPOCH) / 1000).toFixed(1)
          } s although its row is synced: ${units}`,
        });
      }
    },
    notifying: (project, body) => {
      const key = `${project.name} ${body}`;
      deliveries.set(key, (deliveries.get(key) ?? 0) + 1);
    },
    notified: (who, body, answer) => {
      const project = projectOf(who);
      const isCopy = (deliveries.get(`${project?.name} ${body}`) ?? 0) > 1;
      // Where the database's answer was lost, the function has asked it twice.
      if (isCopy || who.faults.database > 0 || !answer.includes('"duplicate"')) return;
      simulation().complain({
        invariant: 4,
        text: `${who.name} took a notification for a copy of one that differs: ${
          body.slice(0, 200)
        }`,
      });
    },
  };
}
