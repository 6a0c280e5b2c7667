/** One run: a plan played from beginning to end, quiet after it, and what was found. */
import { EPOCH, settle, startMachine, track, virtual } from "./engine/machine.ts";
import type { Activity } from "./engine/activity.ts";
import { createRandom, type Random } from "../../support/random.ts";
import { createScheduler, type Scheduler } from "./engine/scheduler.ts";
import { check, checkFirstSync, type Complaint } from "./model/check.ts";
import { createModel, type Model } from "./model/model.ts";
import { createWatch } from "./model/watch.ts";
import { isInside, type Units, unitsOfAsset } from "./model/units.ts";
import { METADATA_FIELDS } from "./people/draw-plan.ts";
import { type ConsolePerson, createConsolePerson } from "./people/library-calls.ts";
import { perform } from "./people/perform.ts";
import type { Plan } from "./people/plan.ts";
import { becomeQuiet } from "./quiet.ts";
import { type Job, nextJobRun } from "./world/database.ts";
import type { House } from "./world/house.ts";
import { createEncounters, type Encounters } from "./world/encounters.ts";
import { createLibrary, type Library, LIBRARY_URL } from "./world/library.ts";
import { createNetwork, type Network, type Project } from "./world/network.ts";
import { brief, createTrace, type Trace } from "./world/trace.ts";
import { calm, type Weather } from "./world/weather.ts";

/** Everything that acts and checks work with. */
export interface Simulation {
  plan: Plan;
  fixed: boolean;
  random: Random;
  scheduler: Scheduler;
  trace: Trace;
  model: Model;
  network: Network;
  library: Library;
  console: ConsolePerson;
  projects: Project[];
  publishableKey: string;
  secretKey: string;
  /** Keys of the plan → asset_id. */
  assetIds: Map<string, string>;
  /** What edits did, by act. */
  edits: Map<number, { asset: string; before: Units; after: Units }>;
  /** Deletions and restorings that were refused. */
  refused: { act: number; asset: string; what: string; answer: string }[];
  complaints: Complaint[];
  weather: Weather;
  /** What single messages meet instead of the weather. */
  encounters: Encounters;
  /** Whether the jobs of the database stand still. */
  jobsRest: boolean;
  complain(complaint: Complaint): void;
  observe(by: { act: number } | { activity: string }): Map<string, string[]>;
  nameOf(assetId: string): string;
  /** Whether a folder is among those that the project mirrors, after the last change of its scope. */
  inScope(project: Project, folder: string): boolean;
  unitsThere(assetId: string): Units | undefined;
}

/** What a run found. */
export interface Outcome {
  seed: number;
  complaints: Complaint[];
  trace: readonly string[];
  messages: number;
  virtualMs: number;
}

/** Plays a plan until its last act. */
export async function playActs(house: House, plan: Plan): Promise<Simulation> {
  const scheduler = createScheduler();
  const seed = String(plan.seed);
  startMachine(seed, (milliseconds, run) => scheduler.send(milliseconds, run));
  const simulation = await createSimulation(house, plan, scheduler);
  await begin(simulation);
  for (const act of plan.acts) {
    scheduler.send(act.at, () => void track0(perform(simulation, act), simulation, act.id));
  }
  // The acts count from the end of the first sync.
  await scheduler.run(virtual.now + (plan.acts.at(-1)?.at ?? 0) + 1);
  simulation.trace.add("simulator", "QUIET: no more acts, no more faults");
  return simulation;
}

/** Plays a plan, and checks what came of it. */
export async function simulate(house: House, plan: Plan): Promise<Outcome> {
  const simulation = await playActs(house, plan);
  const { scheduler } = simulation;
  await becomeQuiet(simulation);
  simulation.complaints.push(...await check(simulation));
  const outcome: Outcome = {
    seed: plan.seed,
    complaints: simulation.complaints,
    trace: simulation.trace.lines,
    messages: scheduler.delivered,
    virtualMs: virtual.now - EPOCH,
  };
  scheduler.clear();
  await settle();
  return outcome;
}

async function track0(work: Promise<void>, simulation: Simulation, act: number): Promise<void> {
  try {
    await work;
  } catch (error) {
    simulation.complain({
      invariant: 0,
      text: `act ${act} could not be done: ${error instanceof Error ? error.stack : error}`,
    });
  }
}

async function createSimulation(
  house: House,
  plan: Plan,
  scheduler: Scheduler,
): Promise<Simulation> {
  const seed = String(plan.seed);
  const trace = createTrace();
  const fixed = plan.folderMode === "fixed";
  const projects = await house.projects(plan.projects);
  const library = createLibrary({
    folderMode: plan.folderMode,
    behavior: plan.behavior,
    webhooks: plan.webhooks ? projects.map(({ url }) => `${url}/functions/v1/webhook`) : [],
    seed: plan.seed,
  });
  const model = createModel(fixed, () => virtual.now);
  const complaints: Complaint[] = [];
  const complain = (complaint: Complaint) => {
    trace.add("COMPLAINT", `invariant ${complaint.invariant}: ${complaint.text}`);
    complaints.push(complaint);
  };
  const encounters = createEncounters();
  // deno-lint-ignore prefer-const
  let simulation: Simulation;
  const watch = createWatch(() => simulation);
  const network = createNetwork({
    seed,
    scheduler,
    weather: () => simulation.weather,
    trace,
    library,
    projects,
    encounters,
    observer: {
      libraryCalled: async (who: Activity, answer: string) => {
        const changed = simulation.observe({ activity: who.name });
        model.shown(namedAssets(answer), who, "answer");
        await watch.written(who, changed);
      },
      notifying: watch.notifying,
      notified: (who: Activity, body: string, answer: string) => {
        model.shown(namedAssets(body), who, "notification", triggeredAt(body));
        watch.notified(who, body, answer);
      },
      databaseCalled: () => {},
      libraryAnswered: () => {},
      functionAnswered: (who, name, status, body) => {
        if (status < 500) return;
        const { cloudinary, database } = who.faults;
        if (status === 500 ? database > 0 : cloudinary + database > 0) return;
        complain({
          invariant: 9,
          text: `${who.name} (${name}) answered ${status} without a fault: ${body.slice(0, 200)}`,
        });
      },
    },
  });
  virtual.fetch = network.fetch;
  // What the product says of its own failures; a trace needs no more of its log.
  virtual.log = (line) => {
    if (line.includes('"level":"error"')) trace.add("log", brief(line, 500));
  };
  const assetIds = new Map<string, string>();
  simulation = {
    plan,
    fixed,
    random: createRandom(`${seed} simulation`),
    scheduler,
    trace,
    model,
    network,
    library,
    console: createConsolePerson(library, network, fixed),
    projects,
    publishableKey: house.keys.publishable,
    secretKey: house.keys.secret,
    assetIds,
    edits: new Map(),
    refused: [],
    complaints,
    weather: calm(),
    encounters,
    jobsRest: false,
    complain,
    observe: (by) => model.observeLibrary(library.assets(), by),
    nameOf: (assetId) => {
      const key = [...assetIds].find(([, id]) => id === assetId)?.[0] ?? assetId.slice(0, 6);
      return key;
    },
    inScope: (project, folder) => {
      return isInside(scopeOf(plan, projects.indexOf(project)), folder);
    },
    unitsThere: (assetId) => {
      const asset = library.assets().get(assetId);
      return asset && unitsOfAsset(asset, fixed);
    },
  };
  return simulation;
}

/** The assets that a text of the library's tells of by their ids. */
function namedAssets(text: string): Set<string> {
  return new Set([...text.matchAll(/"asset_id":"([0-9a-f]{32})"/g)].map(([, id]) => id!));
}

/** When what a notification tells happened, ms since the epoch; undefined where it does not tell. */
function triggeredAt(body: string): number | undefined {
  const told = /"triggered_at":"([^"]+)"/.exec(body)?.[1];
  return told === undefined ? undefined : Date.parse(told);
}

/** The folders that a project mirrors in the end. */
function scopeOf(plan: Plan, project: number): string[] {
  const last = plan.acts.filter((act) =>
    act.do === "scope" && act.project % plan.projects === project
  )
    .at(-1);
  return last?.do === "scope" ? last.folders : plan.includeFolders;
}

/** Fills the library, starts the clocks of the jobs, and lets the first sync end. */
async function begin(simulation: Simulation): Promise<void> {
  const { plan, library, projects, scheduler, console: person } = simulation;
  for (const name of METADATA_FIELDS) await person.defineField(name);
  const created = new Date(EPOCH - 30 * 86_400_000).toISOString();
  await library.control("POST /assets", {
    assets: plan.assets.map((asset, index) => ({
      ...asset,
      asset_id: idOf(asset.key),
      asset_folder: asset.folder,
      created_at: created,
      bytes: 1_000 + index,
      original_filename: asset.key,
    })),
  });
  for (const { key } of plan.assets) simulation.assetIds.set(key, idOf(key));
  simulation.observe({ activity: "beginning" });
  for (const project of projects) {
    await project.database.query(
      `update media_sync.settings set conflict_policy = $1, include_folders = $2`,
      [plan.policy, plan.includeFolders],
    );
    for (const job of project.database.jobs) schedule(simulation, project, job);
  }
  // The first sync is calm: what comes of faults in it is another matter than what people do.
  await scheduler.run(EPOCH + 80_000);
  simulation.complaints.push(...await checkFirstSync(simulation));
  simulation.weather = plan.weather;
}

function schedule(simulation: Simulation, project: Project, job: Job): void {
  const due = nextJobRun(job, virtual.now);
  if (due === null) return;
  simulation.scheduler.send(due - virtual.now, () => {
    schedule(simulation, project, job);
    if (simulation.jobsRest) return;
    void track((async () => {
      await project.database.exec(job.command);
      await simulation.network.sendQueued(project);
    })());
  });
}

function idOf(key: string): string {
  return Array.from(key, (letter) => letter.charCodeAt(0).toString(16)).join("").padEnd(32, "0");
}

export { LIBRARY_URL };
