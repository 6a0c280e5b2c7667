/**
 * Two-way scenarios in the manner of rclone's bisync: an initial state that both sides share, changes on each side, the
 * syncs, and then the state of both sides, the calls that were made and the audit rows.
 */
import { assert, assertEquals } from "@std/assert";
import { compareSides } from "./compare-sides.ts";
import { product, type Step } from "./scenario-steps.ts";
import {
  type AssetDescription,
  assetIdOf,
  insertAssets,
  nameOfAsset,
  productCalls,
  resetWorld,
  type ScenarioWorld,
  subtract,
} from "./scenario-world.ts";
import { control, rowPositions, writesOf } from "./stack.ts";

type Values = Record<string, unknown>;

/** A scenario. Assets go by names of their own, which stay when a public_id changes. */
export interface Scenario {
  /** What happens → what comes of it. */
  title: string;
  /** The library that both sides hold at first. Default: {@linkcode oneAsset}. */
  initial?: Record<string, AssetDescription>;
  /** Settings, switches and definitions that hold before the first sync. */
  given?: Step[];
  /** Changes in Cloudinary; they happen before those in the database. */
  there?: Step[];
  /** Changes in the database. */
  here?: Step[];
  /** Syncs, as bodies of `POST sync`, and whatever happens between them. Default: one full sync. */
  sync?: (Values | Step)[];
  expect?: {
    /** Fields that rows must have, `null` for no row. `deleted` stands for deleted_at. */
    rows?: Record<string, Values | null>;
    /** Fields that assets must have in Cloudinary, `null` for no asset. */
    cloudinary?: Record<string, Values | null>;
    /** All calls that write, by endpoint. Default: none. */
    calls?: Record<string, number>;
    /** All audit rows of assets: operation, direction, status, name, error_code. Default: none. */
    log?: string[];
    /** What the conflict rows say: name → field → base, database, cloudinary, kept. Default: none. */
    conflicts?: Record<string, Values>;
    /** Fields in which both sides still differ: name → fields. Default: none. */
    differences?: Record<string, string[]>;
  };
  /** True: a dry run before the syncs plans just what they then do, and writes nothing. Default false. */
  planned?: boolean;
  /** Fields that Cloudinary's answers do not tell, so that rows cannot know them. Default: none. */
  untold?: string[];
  /** True where how many calls and audit rows there are depends on what overtakes what: only those named must be there. */
  lenient?: boolean;
  /** False where time alone brings another attempt, so that a second sync may write. Default true. */
  settled?: boolean;
}

/** The library of most scenarios. */
export const oneAsset: Record<string, AssetDescription> = {
  one: { tags: ["a", "b"], context: { alt: "old", caption: "old" }, display_name: "Old" },
};

/** Plays a scenario and proves everything that it expects, and what must hold after every one. */
export async function playScenario(world: ScenarioWorld, scenario: Scenario): Promise<void> {
  const { stack } = world;
  const { expect = {} } = scenario;
  await resetWorld(world);
  await insertAssets(world, scenario.initial ?? oneAsset);
  await playAll(world, scenario.given ?? []);
  await product.sync({ full: true }, { status: "completed", error_count: 0 })(world);
  const [log] = await stack.sql<{ last: number }>(
    "select coalesce(max(id), 0)::int as last from public.media_sync_log",
  );
  const callsBefore = await productCalls(world);

  await playAll(world, [...scenario.there ?? [], ...scenario.here ?? []]);
  const plan = scenario.planned ? await planOf(world) : null;
  await playAll(
    world,
    (scenario.sync ?? [{ full: true }]).map((step) =>
      typeof step === "function" ? step : product.sync(step, { status: "completed" })
    ),
  );

  await assertRows(world, expect.rows ?? {});
  await assertCloudinary(world, expect.cloudinary ?? {});
  const writes = writesOf(subtract(await productCalls(world), callsBefore));
  if (!scenario.lenient || expect.calls) {
    assertEquals(writes, expect.calls ?? {}, "calls that write");
  }
  await assertLog(world, log!.last, expect.log, expect.conflicts ?? {}, scenario.lenient ?? false);
  if (plan !== null) {
    const done = (expect.log ?? []).map(actionOf).filter((line) => !line.startsWith("conflict"));
    assertEquals(plan, done.sort(), "the dry run's plan");
  }
  assertEquals(
    await differences(world, scenario.untold),
    expect.differences ?? {},
    "differences of the sides",
  );
  if (scenario.settled ?? true) await assertSecondRunWritesNothing(world);
  assertEquals((await control(stack, "GET /calls")).defects, 0, "defects of the emulator");
}

async function playAll(world: ScenarioWorld, steps: Step[]): Promise<void> {
  for (const step of steps) await step(world);
}

/** What a dry run says a full sync would do: lines of operation, direction and name. It writes nothing. */
async function planOf(world: ScenarioWorld): Promise<string[]> {
  const { stack, call } = world;
  const before = [await rowPositions(stack), writesOf(await productCalls(world))];
  const { status, body } = await call("sync", {
    method: "POST",
    json: { full: true, dry_run: true },
  });
  assertEquals(status, 200, JSON.stringify(body));
  const after = [await rowPositions(stack), writesOf(await productCalls(world))];
  assertEquals(after, before, "what a dry run writes");
  const actions: Values[] = body.data.plan;
  return actions.map(({ direction, action, asset_id, changes }) => {
    const fields = Object.keys((direction === "push" && changes) || {});
    const name = nameOfAsset(String(asset_id));
    if (fields.includes("public_id")) return `rename push ${name}`;
    if (fields.includes("folder")) return `move push ${name}`;
    return `${action} ${direction} ${name}`;
  }).filter((line) => !line.startsWith("conflict")).sort();
}

/** An expected audit row without its outcome. */
function actionOf(line: string): string {
  const [operation, direction, _status, name] = line.split(" ");
  return `${operation} ${direction} ${name}`;
}

async function assertRows(
  { stack }: ScenarioWorld,
  expected: Record<string, Values | null>,
): Promise<void> {
  const rows = await stack.sql<{ row: Values }>(
    `select to_jsonb(asset) || jsonb_build_object('deleted', deleted_at is not null) as row
     from public.media_assets as asset`,
  );
  assertEquals(
    pickAll(expected, rows.map(({ row }) => row)),
    sortTags(expected),
    "rows",
  );
}

async function assertCloudinary(
  { stack }: ScenarioWorld,
  expected: Record<string, Values | null>,
): Promise<void> {
  const { assets } = await control(stack, "GET /state");
  const flat = assets.map((asset: Values & { context?: { custom?: Values } }) => ({
    ...asset,
    context: asset.context?.custom ?? {},
  }));
  assertEquals(pickAll(expected, flat), sortTags(expected), "Cloudinary");
}

/** Of each asset the fields that are expected of it. */
function pickAll(
  expected: Record<string, Values | null>,
  all: Values[],
): Record<string, Values | null> {
  const byId = new Map(all.map((one) => [one.asset_id, one]));
  return sortTags(Object.fromEntries(
    Object.entries(expected).map(([name, fields]) => {
      const found = byId.get(assetIdOf(name));
      if (!found) return [name, null];
      const wanted = Object.keys(fields ?? { asset_id: null });
      return [name, Object.fromEntries(wanted.map((field) => [field, found[field]]))];
    }),
  ));
}

/** The order of tags has no meaning. */
function sortTags(assets: Record<string, Values | null>): Record<string, Values | null> {
  return Object.fromEntries(
    Object.entries(assets).map(([name, fields]) => [
      name,
      Array.isArray(fields?.tags) ? { ...fields, tags: [...fields.tags].sort() } : fields,
    ]),
  );
}

async function assertLog(
  { stack }: ScenarioWorld,
  after: number,
  expected: string[] = [],
  conflicts: Record<string, Values>,
  lenient: boolean,
): Promise<void> {
  const rows = await stack.sql<{
    line: string;
    operation: string;
    asset_id: string;
    changes: Values | null;
  }>(
    `select concat_ws(' ', operation, direction, status) as line, operation, asset_id, changes,
       error_code
     from public.media_sync_log where id > $1 and asset_id is not null order by id`,
    [after],
  );
  const lines = rows.map(({ line, asset_id, error_code }: Values) =>
    [line, nameOfAsset(String(asset_id)), ...error_code ? [error_code] : []].join(" ")
  ).sort();
  if (!lenient) assertEquals(lines, [...expected].sort(), "audit rows");
  const told = rows.filter(({ operation }) => operation === "conflict");
  assertEquals(
    Object.fromEntries(
      told.map(({ asset_id, changes }) => [nameOfAsset(asset_id), withoutTimes(changes)]),
    ),
    conflicts,
    "conflicts",
  );
}

/** Which time it was, no scenario knows. */
function withoutTimes(changes: Values | null): Values | null {
  return JSON.parse(
    JSON.stringify(
      changes,
      (_, value) =>
        typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:/.test(value) ? "a time" : value,
    ),
  );
}

/** Name → fields in which both sides differ. */
async function differences(
  { stack }: ScenarioWorld,
  untold: string[] = [],
): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const { asset_id, field } of await compareSides(stack)) {
    if (untold.includes(field)) continue;
    (found[nameOfAsset(asset_id)] ??= []).push(field);
  }
  return Object.fromEntries(Object.entries(found).map(([name, fields]) => [name, fields.sort()]));
}

/** Invariant 6: a second run right after a first one writes nothing on either side. */
async function assertSecondRunWritesNothing(world: ScenarioWorld): Promise<void> {
  const { stack, call } = world;
  const [positions, calls] = [await rowPositions(stack), await productCalls(world)];
  const answer = await call("sync", { method: "POST", json: { full: true } });
  assert(answer.status < 500, JSON.stringify(answer.body));
  assertEquals(writesOf(subtract(await productCalls(world), calls)), {}, "a second run calls");
  assertEquals(await rowPositions(stack), positions, "a second run writes rows");
}
