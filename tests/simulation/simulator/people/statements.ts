/** What people do in a database by statements of their own. */
import { runAs } from "../engine/activity.ts";
import { type Row, ROW_COLUMNS, type Units, unitsOf } from "../model/units.ts";
import type { Simulation } from "../simulation.ts";
import type { Project } from "../world/network.ts";
import { brief } from "../world/trace.ts";
import { patch } from "./call-functions.ts";
import type { Act, Change } from "./plan.ts";

/** An asset's row, as it is now. */
export async function rowOf(project: Project, asset: string | undefined): Promise<Row | undefined> {
  if (asset === undefined) return undefined;
  const [row] = await project.database.query<Row>(
    `select ${ROW_COLUMNS} from public.media_assets where asset_id = $1`,
    [asset],
  );
  return row;
}

/** An edit of one row: by a statement, or by `PATCH media-list/<id>`. */
export async function editHere(
  simulation: Simulation,
  project: Project,
  act: Act,
  asset: string,
  given: Change,
  by: "sql" | "patch",
): Promise<void> {
  const row = await rowOf(project, asset);
  // What people do not see, they do not edit.
  if (!row || row.deleted_at !== null || !row.in_scope) return;
  const change = { ...given };
  if (simulation.fixed) delete change.display_name;
  if (Object.keys(change).length === 0) return;
  if (by === "patch") return void patch(simulation, project, act, row, change, asset);
  const tags = new Set(change.tags ?? row.tags);
  for (const tag of change.add_tags ?? []) tags.add(tag);
  for (const tag of change.remove_tags ?? []) tags.delete(tag);
  const columns: Record<string, unknown> = {};
  if (change.tags || change.add_tags || change.remove_tags) columns.tags = [...tags];
  for (const field of ["context", "metadata"] as const) {
    if (!change[field]) continue;
    const values = { ...row[field], ...change[field] };
    columns[field] = Object.fromEntries(
      Object.entries(values).filter(([, value]) => value !== null),
    );
  }
  for (const field of ["display_name", "folder", "public_id"] as const) {
    if (change[field] !== undefined) columns[field] = change[field];
  }
  const response = await asEditor(
    simulation,
    project,
    "PATCH",
    `media_assets?id=eq.${row.id}&select=id`,
    columns,
  );
  await noteEdit(simulation, project, act, asset, row);
  simulation.trace.add(
    `act ${act.id}`,
    `here ${project.name}: ${act.do} ${simulation.nameOf(asset)} ${
      JSON.stringify(change)
    } → ${response}`,
  );
  await simulation.network.sendQueued(project);
}

/** Tells the model what a person's statement made of a row. */
async function noteEdit(
  simulation: Simulation,
  project: Project,
  act: Act,
  asset: string,
  before: Row,
): Promise<Row | undefined> {
  const after = await rowOf(project, asset);
  if (!after) return undefined;
  const [from, to]: [Units, Units] = [
    unitsOf(before, simulation.fixed),
    unitsOf(after, simulation.fixed),
  ];
  simulation.model.edited(act.id, `here ${project.name}`, asset, from, to);
  simulation.edits.set(act.id, { asset, before: from, after: to });
  return after;
}

/** One request of an editor to the data API: one transaction. */
export async function asEditor(
  simulation: Simulation,
  project: Project,
  method: string,
  path: string,
  body: unknown,
): Promise<string> {
  const response = await runAs(
    simulation.network.activity("editor"),
    () =>
      project.database.dataApi(
        new Request(`${project.url}/rest/v1/${path}`, {
          method,
          headers: {
            apikey: simulation.publishableKey,
            authorization: `Bearer ${project.database.editorToken}`,
            "content-type": "application/json",
            prefer: "return=representation",
          },
          body: JSON.stringify(body),
        }),
      ),
  );
  const text = await response.text();
  // Refusals for what the row is by now are the editor's to read; a right that editors lack is a fault of the simulator.
  if (response.status >= 500 || response.status === 401 || response.status === 403) {
    simulation.complain({
      invariant: 9,
      text: `the data API answered ${response.status} to ${method} ${path}: ${brief(text)}`,
    });
  }
  return response.ok && method === "PATCH"
    ? String(response.status)
    : `${response.status} ${brief(text)}`;
}

/** Several names change places in one statement. */
export async function rotateHere(
  simulation: Simulation,
  project: Project,
  act: Act,
  assets: string[],
): Promise<void> {
  const rows: Row[] = [];
  for (const asset of assets) {
    const row = await rowOf(project, asset);
    if (!row || row.deleted_at !== null || !row.in_scope) return;
    rows.push(row);
  }
  const names = rows.map((_, index) => rows[(index + 1) % rows.length]!.public_id);
  if (new Set(names).size < names.length) return;
  await project.database.query(
    `update public.media_assets as asset set public_id = wanted.name
     from unnest($1::uuid[], $2::text[]) as wanted (id, name) where asset.id = wanted.id`,
    [rows.map(({ id }) => id), names],
  );
  for (const [index, asset] of assets.entries()) {
    await noteEdit(simulation, project, act, asset, rows[index]!);
  }
  simulation.trace.add(
    `act ${act.id}`,
    `here ${project.name}: rotate ${assets.map((asset) => simulation.nameOf(asset))} → ${names}`,
  );
  await simulation.network.sendQueued(project);
}
