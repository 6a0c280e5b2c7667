/** Invariants 1 to 10, checked against the model when everything is quiet. */
import { reconcile } from "../quiet.ts";
import type { Simulation } from "../simulation.ts";
import type { Asset } from "../world/library.ts";
import type { Project } from "../world/network.ts";
import { checkExistence } from "./check-existence.ts";
import { checkIntents } from "./check-intents.ts";
import { checkLog } from "./check-log.ts";
import { checkOrigins } from "./check-origins.ts";
import { checkPolicy } from "./check-policy.ts";
import { differing, isInside, type Row, ROW_COLUMNS, unitsOf, unitsOfAsset } from "./units.ts";

/** Something that must not be. */
export interface Complaint {
  /** Number of the invariant; 0 for a fault of the simulator or emulator. */
  invariant: number;
  asset?: string;
  text: string;
}

/** What a check of one project looks at. */
export interface Examined {
  simulation: Simulation;
  project: Project;
  rows: Map<string, Row>;
  /** Rows of the log that tell of an asset, oldest first. */
  log: LogRow[];
}

/** A row of the log. */
export interface LogRow {
  id: number;
  asset_id: string | null;
  operation: string;
  status: string;
  direction: string | null;
  source: string | null;
  changes: unknown;
  error_code: string | null;
  error_message: string | null;
  time: number;
}

/** Checks everything. */
export async function check(simulation: Simulation): Promise<Complaint[]> {
  const complaints: Complaint[] = [];
  const all: Examined[] = [];
  for (const project of simulation.projects) all.push(await examine(simulation, project));
  for (const examined of all) {
    complaints.push(...checkSides(examined), ...checkExistence(examined), ...checkLog(examined));
  }
  complaints.push(...checkIntents(simulation, all), ...checkPolicy(simulation, all));
  complaints.push(...checkOrigins(simulation));
  if (complaints.length === 0) {
    for (const project of simulation.projects) {
      complaints.push(...await checkSecondRun(simulation, project));
    }
  }
  if (await simulation.library.defects() > 0) {
    const { calls } = await simulation.library.control("GET /calls");
    const defect = (calls as { defect?: string }[]).find((call) => call.defect);
    complaints.push({ invariant: 0, text: `the emulator has a defect: ${defect?.defect}` });
  }
  return complaints;
}

/** Invariant 1 once more, before anybody has done anything: what the first sync listed is here. */
export async function checkFirstSync(simulation: Simulation): Promise<Complaint[]> {
  const complaints: Complaint[] = [];
  const { includeFolders } = simulation.plan;
  // By the folders that are mirrored at first.
  const first = {
    ...simulation,
    inScope: (_: Project, folder: string) => isInside(includeFolders, folder),
  };
  for (const project of simulation.projects) {
    complaints.push(...checkSides(await examine(first, project)));
  }
  return complaints.map((complaint) => ({
    ...complaint,
    text: `after the first sync ${complaint.text}`,
  }));
}

async function examine(simulation: Simulation, project: Project): Promise<Examined> {
  const rows = await project.database.query<Row>(`select ${ROW_COLUMNS} from public.media_assets`);
  const log = await project.database.query<LogRow>(
    `select id::int, asset_id, operation, status, direction, source, changes, error_code, error_message,
       (extract(epoch from created_at) * 1000)::float8 as time
     from public.media_sync_log where asset_id is not null order by id`,
  );
  return { simulation, project, rows: new Map(rows.map((row) => [row.asset_id, row])), log };
}

/** Invariant 1: both sides are equal, field by field; no row waits or is stuck. */
function checkSides({ simulation, project, rows }: Examined): Complaint[] {
  const complaints: Complaint[] = [];
  const { fixed, library, projects } = simulation;
  const where = projects.length > 1 ? ` in ${project.name}` : "";
  const assets = library.assets();
  for (const [id, asset] of assets) {
    const name = simulation.nameOf(id);
    const row = rows.get(id);
    const add = (text: string) => complaints.push({ invariant: 1, asset: name, text });
    if (!simulation.inScope(project, asset.asset_folder)) {
      if (row && row.in_scope && row.deleted_at === null) {
        add(`${name} is out of scope and shown${where}`);
      }
      continue;
    }
    if (!row) {
      add(`${name} (${asset.public_id}) has no row${where}`);
      continue;
    }
    if (row.deleted_at !== null) {
      add(
        `${name} is live there, deleted here${where} (${row.sync_status} ${row.sync_error ?? ""})`,
      );
      continue;
    }
    if (row.sync_status !== "synced") {
      add(`${name} rests in ${row.sync_status}${where}: ${row.sync_error ?? ""}`);
    }
    if (!row.in_scope) add(`${name} is in scope and hidden${where}`);
    for (
      const [unit, here, there] of differing(unitsOf(row, fixed), unitsOfAsset(asset, fixed))
    ) {
      add(`${name} ${unit}${where}: here ${JSON.stringify(here)}, there ${JSON.stringify(there)}`);
    }
    for (const field of ["version", "bytes", "resource_type", "type"] as const) {
      if (row[field] !== asset[field]) {
        add(`${name} ${field}${where}: here ${row[field]}, there ${asset[field]}`);
      }
    }
    for (const [field, here, there] of untrueFacts(row, asset)) {
      add(`${name} ${field}${where}: here ${here}, there ${there}`);
    }
  }
  for (const [id, row] of rows) {
    if (assets.has(id)) continue;
    const name = simulation.nameOf(id);
    if (row.deleted_at === null && row.in_scope) {
      complaints.push({
        invariant: 1,
        asset: name,
        text: `${name} is gone there, live here${where} (${row.sync_status})`,
      });
    } else if (row.deleted_at !== null && row.sync_status !== "synced") {
      complaints.push({
        invariant: 1,
        asset: name,
        text: `${name}'s deletion rests in ${row.sync_status}${where}: ${row.sync_error ?? ""}`,
      });
    }
  }
  return complaints;
}

/** What was told of an asset and is not so; what was not told is no untruth. */
function untrueFacts(row: Row, asset: Asset): [string, unknown, unknown][] {
  const facts = ["etag", "original_filename", "duration", "pages", "uploaded_at"] as const;
  const untrue = facts.filter((fact) => row[fact] !== null && row[fact] !== (asset[fact] ?? null))
    .map((fact): [string, unknown, unknown] => [fact, row[fact], asset[fact]]);
  const { updated_at } = row.last_updated;
  const there = Math.floor(asset.last_updated.updated_at / 1_000) * 1_000;
  return updated_at === undefined || Date.parse(updated_at) === there
    ? untrue
    : [...untrue, ["last_updated", updated_at, new Date(there).toISOString()]];
}

/** Invariant 6: a second run writes nothing on either side. */
async function checkSecondRun(simulation: Simulation, project: Project): Promise<Complaint[]> {
  const positions = () =>
    project.database.query<{ place: string }>(
      `select 'media_assets ' || asset_id || ' ' || xmin::text || ' ' || ctid::text as place from public.media_assets
       union all select 'media_sync_log ' || id || ' ' || operation || ' ' || coalesce(changes::text, '') from public.media_sync_log where asset_id is not null
       order by 1`,
    );
  const before = await positions();
  const assets = simulation.library.assets();
  // A tick beside it may bring facts, which are no edit and which the run does not ask for.
  simulation.jobsRest = true;
  await reconcile(simulation, project);
  simulation.jobsRest = false;
  const known = new Set(before.map(({ place }) => place));
  const written = (await positions()).filter(({ place }) => !known.has(place));
  const complaints: Complaint[] = written.slice(0, 3).map(({ place }) => ({
    invariant: 6,
    text: `a second run wrote ${place}`,
  }));
  for (const [id, asset] of simulation.library.assets()) {
    if (assets.get(id) !== asset) {
      const name = simulation.nameOf(id);
      complaints.push({ invariant: 6, asset: name, text: `a second run changed ${name} there` });
    }
  }
  return complaints;
}
