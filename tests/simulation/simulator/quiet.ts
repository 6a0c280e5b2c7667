/** After the last act: faults end, and the product gets a bounded number of calls to bring both sides together. */
import { EPOCH, virtual } from "./engine/machine.ts";
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
  for (const project of projects) await reconcile(simulation, project);
  await scheduler.run(virtual.now + 90_000);
  for (const project of projects) await resolveAll(simulation, project);
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

/** Full syncs until one is complete. */
export async function reconcile(simulation: Simulation, project: Project): Promise<void> {
  let body: Record<string, unknown> = { full: true };
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    const { status, answer } = await call(simulation, project, "sync", "POST", "", body);
    const state = answer?.data?.status;
    if (state === "blocked") body = { full: true, allow_mass_delete: answer.data.run_id };
    else if (status === 200 && state === "completed") return;
    else await simulation.scheduler.run(virtual.now + 20_000);
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
