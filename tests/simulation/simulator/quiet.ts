/** After the last act: faults end, and the product gets a bounded number of calls to bring both sides together. */
import { EPOCH, virtual } from "./engine/machine.ts";
import { type Row, ROW_COLUMNS, unitsOf } from "./model/units.ts";
import type { Simulation } from "./simulation.ts";
import type { Project } from "./world/network.ts";
import { calm } from "./world/weather.ts";

/** Minutes of ticks after the last act. */
const MINUTES = 4;
/** Pauses after them, in minutes, so that the longest backoff ends. */
const PAUSES = [10, 30, 65];
/** Calls that one reconcile may take. */
const MOST_CALLS = 12;

/** Lets everything come to rest. */
export async function becomeQuiet(simulation: Simulation): Promise<void> {
  const { scheduler, library, projects } = simulation;
  simulation.weather = { ...calm() };
  await library.control("PUT /faults", {
    truncate_listing: 0,
    empty_listing: false,
    search_lag_ms: 0,
    rate_limit: 0,
  });
  await scheduler.run(virtual.now + MINUTES * 60_000);
  for (const project of projects) await retryAbandoned(project);
  for (const project of projects) await resolveAll(simulation, project);
  if (await isUnsettled(simulation)) {
    for (const minutes of PAUSES) {
      // What happens meanwhile without anything to do is of no interest, and takes time.
      simulation.jobsRest = true;
      await scheduler.run(virtual.now + minutes * 60_000);
      simulation.jobsRest = false;
      await scheduler.run(virtual.now + 2 * 60_000);
      if (!await isUnsettled(simulation)) break;
    }
  }
  for (const project of projects) await giveUpTakenNames(simulation, project);
  for (const project of projects) await allowScope(simulation, project);
  for (const project of projects) await reconcile(simulation, project);
  await scheduler.run(virtual.now + 90_000);
  for (const project of projects) await resolveAll(simulation, project);
  // A decision for this side may ask for a name that is taken.
  for (const project of projects) await giveUpTakenNames(simulation, project);
  if (projects.length > 1) {
    for (const project of projects) await reconcile(simulation, project);
    await scheduler.run(virtual.now + 90_000);
  }
}

/** Whether a row still waits for something: time may be all that it needs. */
async function isUnsettled(simulation: Simulation): Promise<boolean> {
  for (const { database } of simulation.projects) {
    const [row] = await database.query<{ waiting: number }>(
      "select count(*)::int as waiting from public.media_assets where sync_status not in ('synced', 'conflict')",
    );
    if (row!.waiting > 0) return true;
  }
  return false;
}

/** Retries, as its text asks for, what five killed workers in a row had on hand: a chance that many kills bring about. */
async function retryAbandoned({ database }: Project): Promise<void> {
  await database.exec(
    `update public.media_assets set sync_status = 'pending'
     where sync_status = 'error' and sync_error like 'Five workers ended%'`,
  );
}

/** Allows a change of scope that waits because it would hide most of the library, as health asks whoever wished for it. */
async function allowScope(simulation: Simulation, project: Project): Promise<void> {
  const [waiting] = await project.database.query<{ id: string }>(
    "select id::text from media_sync.runs where kind = 'scope' and status = 'blocked'",
  );
  if (waiting === undefined) return;
  await call(simulation, project, "sync", "POST", "", { allow_mass_delete: waiting.id });
}

/** Decides every open conflict, as a person would. */
async function resolveAll(simulation: Simulation, project: Project): Promise<void> {
  const rows = await project.database.query<{ id: string }>(
    "select id::text from public.media_assets where sync_status = 'conflict' and deleted_at is null and in_scope order by asset_id",
  );
  if (rows.length === 0) return;
  for (const { id } of rows) {
    const keep = simulation.random.pick(["cloudinary", "database"]);
    await call(simulation, project, "media-list", "PATCH", `/${id}`, { resolve: keep });
  }
  await simulation.scheduler.run(virtual.now + 130_000);
}

/**
 * Rows that wait for a name which another asset has for good: a person gives the wish up, one after the other, because
 * whoever gives up may free a name for the next. See `allowances.md`.
 */
async function giveUpTakenNames(simulation: Simulation, project: Project): Promise<void> {
  for (let tries = 0; tries < 12; tries++) {
    const names = new Map(
      [...simulation.library.assets().values()].map((asset) => [asset.public_id, asset]),
    );
    const rows = await project.database.query<Row>(
      `select ${ROW_COLUMNS} from public.media_assets
       where deleted_at is null and sync_status in ('pending', 'error') order by asset_id`,
    );
    const holders = new Map(rows.map((row) => [row.asset_id, row]));
    const stuck = rows.find((row) => {
      const holder = names.get(row.public_id);
      const wish = holder && holders.get(holder.asset_id);
      // A holder that is on its way to another name has to go there: the product's part, not a person's.
      return holder && holder.asset_id !== row.asset_id &&
        (wish === undefined || wish.public_id === holder.public_id);
    });
    const present = stuck && simulation.library.assets().get(stuck.asset_id)?.public_id;
    if (!stuck || present === undefined) return;
    simulation.trace.add(
      "operator",
      `${simulation.nameOf(stuck.asset_id)} gives up ${stuck.public_id}, which is taken`,
    );
    await project.database.query("update public.media_assets set public_id = $2 where id = $1", [
      stuck.id,
      present,
    ]);
    simulation.model.edited(
      -1,
      `here ${project.name}`,
      stuck.asset_id,
      unitsOf(stuck, simulation.fixed),
      unitsOf({ ...stuck, public_id: present }, simulation.fixed),
    );
    await simulation.network.sendQueued(project);
    await simulation.scheduler.run(virtual.now + 130_000);
  }
}

/** Full syncs until one is complete. */
export async function reconcile(simulation: Simulation, project: Project): Promise<void> {
  let body: Record<string, unknown> = { full: true };
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    const { status, answer } = await call(simulation, project, "sync", "POST", "", body);
    const state = answer?.data?.status;
    if (state === "blocked") body = { full: true, allow_mass_delete: answer.data.run_id };
    else if (status === 200 && state === "completed") return;
    else if (calls < 5) await simulation.scheduler.run(virtual.now + 20_000);
    else {
      // A quota that is used up comes back with the next hour.
      simulation.jobsRest = true;
      await simulation.scheduler.run(virtual.now + 12 * 60_000);
      simulation.jobsRest = false;
    }
  }
  simulation.complain({
    invariant: 1,
    text: `a full reconcile did not end within ${MOST_CALLS} calls (project ${project.name})`,
  });
}

async function call(
  simulation: Simulation,
  project: Project,
  name: string,
  method: string,
  path: string,
  body: unknown,
  // deno-lint-ignore no-explicit-any
): Promise<{ status: number; answer: any }> {
  const isEditor = name === "media-list";
  let result: { status: number; answer: unknown } | undefined;
  const request = new Request(`${project.url}/functions/v1/${name}${path}`, {
    method,
    headers: {
      apikey: isEditor ? simulation.publishableKey : simulation.secretKey,
      ...(isEditor ? { authorization: `Bearer ${project.database.editorToken}` } : {}),
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
  void simulation.network.invoke(project, name, request, `operator ${JSON.stringify(body)}`)
    .then(async ({ response }) => {
      result = { status: response.status, answer: await response.json().catch(() => null) };
    });
  await simulation.scheduler.run(virtual.now + 120_000, () => result !== undefined);
  return result ?? { status: 0, answer: null };
}

export { EPOCH };
