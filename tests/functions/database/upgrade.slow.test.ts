/** A filled database reaches a later version: by `deploy`, and by `dev --data`. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { deployCommand } from "../../../scripts/setup/deploy-command.ts";
import type { Stack } from "../../../scripts/local/stack-options.ts";
import { compareSides } from "../../support/compare-sides.ts";
import { inheritInstallation } from "../../support/empty-stack.ts";
import { LATER_POLICY, releasePresent } from "../../support/later-version.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { playScenario, type Scenario } from "../../support/scenario.ts";
import { here, product, rowId, type Step, there } from "../../support/scenario-steps.ts";
import {
  assetIdOf,
  openScenarioWorld,
  resetWorld,
  type ScenarioWorld,
} from "../../support/scenario-world.ts";
import { control, startTestStack, withStack } from "../../support/stack.ts";
import { topics } from "../scenarios/all.ts";
import { fakeCli, run } from "../commands/surroundings.ts";

type Rows = Record<string, Record<string, unknown>[]>;

/** One scenario of each topic. */
const scenarios: [string, Scenario][] = Object.entries(topics).map(([topic, [first]]) => [
  `${topic}: ${first!.title}`,
  first!,
]);

/** A library in use: synced, edited on either side, in conflict, in the trash, on its way, and settings of its own. */
const use: Step[] = [
  here.settings({
    conflict_policy: "manual",
    log_retention: "77 days",
    alert_url: "https://a.b/c",
  }),
  there.insert({
    still: { tags: ["a"], context: { alt: "text" }, asset_folder: "press/2026" },
    edited: { display_name: "Old" },
    conflict: { display_name: "Old" },
    deleted: {},
    vanished: {},
    waiting: { display_name: "Old" },
    going: {},
  }),
  product.sync({ full: true }, { status: "completed" }),
  here.set("edited", { tags: ["ours"], display_name: "Ours" }),
  here.set("conflict", { display_name: "Ours" }),
  there.set("conflict", { display_name: "Theirs" }),
  here.delete("deleted"),
  there.destroy("vanished"),
  product.sync({ full: true }, { status: "completed" }),
  here.use("still"),
  collect("still"),
  // Not sent yet.
  here.set("waiting", { display_name: "Ours", context: { alt: "ours" } }),
  here.delete("going"),
];

/** An editor's collection with one asset. */
function collect(name: string): Step {
  return async (world) => {
    const { data, error } = await world.editor.from("media_collections")
      .insert({ name: "Press", slug: "press" }).select("id").single();
    assertEquals(error, null);
    const item = { collection_id: data!.id, media_asset_id: await rowId(world, name) };
    const added = await world.editor.from("media_collection_items").insert(item);
    assertEquals(added.error, null);
  };
}

async function fill(world: ScenarioWorld): Promise<Rows> {
  await resetWorld(world);
  for (const step of use) await step(world);
  const rows = await readRows(world.stack);
  const empty = Object.keys(rows).filter((table) => rows[table]!.length === 0);
  // Otherwise "no row is lost" would say nothing about the tables that people fill.
  for (const table of ["assets", "sync_log", "usage", "collections", "collection_items"]) {
    assert(!empty.includes(`public.media_${table}`), `nothing in ${table}`);
  }
  return rows;
}

/**
 * Sessions of the data API's pool outlive a deployment, with the plans of what they have called. To be called just before it:
 * PostgreSQL lets idle sessions forget everything once many objects have changed, such as those of another database.
 */
async function planInEverySession(stack: Stack): Promise<void> {
  // Holding each session for a moment, so that none serves all; of another cloud, so that no row is claimed.
  const push = `select pg_sleep(0.2), pg_backend_pid() as session,
    public.media_sync_begin_push('another', gen_random_uuid(), 10, 30, 'test')`;
  const calls = Array.from({ length: 20 }, () => stack.sql<{ session: number }>(push));
  const sessions = new Set((await Promise.all(calls)).map(([row]) => row!.session));
  assert(sessions.size > 1, "there is one session only");
}

/** Every row of every table of ours, but for what deployments note: the ledger, and what they bring along. */
async function readRows(stack: Stack): Promise<Rows> {
  const tables = await stack.sql<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_catalog.pg_tables
     where (schemaname = 'media_sync' and tablename not in ('migrations', 'brought_along'))
       or (schemaname = 'public' and tablename like 'media\\_%')
     order by 1`,
  );
  const rows: Rows = {};
  for (const { name } of tables) {
    const [table] = await stack.sql<{ rows: Rows[string] }>(
      `select coalesce(jsonb_agg(kept.row order by (kept.row - 'later_note')::text), '[]') as rows
       from (select to_jsonb(stored) as row from ${name} as stored) as kept`,
    );
    rows[name] = table!.rows;
  }
  return rows;
}

/** Rows as they were before the later version, whose column every asset has got. */
function withoutLaterNote(rows: Rows): Rows {
  const assets = rows["public.media_assets"]!.map(({ later_note, ...row }) => {
    assertEquals(later_note, "none");
    return row;
  });
  return { ...rows, "public.media_assets": assets };
}

async function assertLaterVersion(stack: Stack): Promise<void> {
  const [found] = await stack.sql<{ time: string; policies: number; migrations: number }>(
    `select media_sync.health_time('2026-01-02T03:04:05Z') as time,
       (select count(*)::int from pg_catalog.pg_policies
        where policyname = '${LATER_POLICY}') as policies,
       (select count(*)::int from media_sync.migrations) as migrations`,
  );
  assertEquals(found, { time: "2026-01-02 03:04:05 UTC", policies: 1, migrations: 2 });
}

postgresTest(
  "deploy of a later version under a library in use → no row and no setting lost, and the work goes on",
  async (postgres, t) => {
    const project = await releasePresent();
    const database = await postgres.createDatabase();
    try {
      await withStack({ database, migrationsDirectory: project.migrations }, async (stack) => {
        const world = await openScenarioWorld(stack);
        await fill(world);
        await project.addLaterVersion();
        await planInEverySession(stack);
        const before = await readRows(stack);

        await t.step("deploy → the migration and the functions", async () => {
          const cli = fakeCli({ "functions list": "[]" });
          const { code, output, errors } = await run(deployCommand, [
            `--database-url=${database}`,
            "--project-ref=abcdefghijklmnopqrst",
            "--yes",
          ], {
            runSupabase: cli.runSupabase,
            migrations: project.migrations,
          });
          assertEquals([code, errors], [0, ""]);
          assertMatch(output, /migrate +1 migration applied/);
        });
        await t.step("every row and every setting → as it was", async () => {
          await assertLaterVersion(stack);
          assertEquals(withoutLaterNote(await readRows(stack)), before);
        });
        await t.step("what waited to be sent → arrives; the conflict stays open", async () => {
          await product.sync({ full: true }, { status: "completed" })(world);
          const { assets } = await control(stack, "GET /state");
          const names = ["still", "edited", "conflict", "waiting"];
          // deno-lint-ignore no-explicit-any -- the emulator's state.
          const ids = assets.map(({ asset_id }: any) => asset_id).toSorted();
          assertEquals(ids, names.map(assetIdOf).toSorted());
          const differing = (await compareSides(stack)).map((
            { asset_id, field },
          ) => [asset_id, field]);
          assertEquals(differing, [[assetIdOf("conflict"), "display_name"]]);
          await here.resolve("conflict", "database")(world);
          await product.sync({ full: true }, { status: "completed" })(world);
          assertEquals(await compareSides(stack), []);
        });
        for (const [title, scenario] of scenarios) {
          await t.step(title, () => playScenario(world, scenario));
        }
      });
    } finally {
      await project.remove();
    }
  },
);

postgresTest(
  "dev --data of a later version → no row and no setting lost, and the work goes on",
  async (_, t) => {
    const project = await releasePresent();
    const dataDirectory = await Deno.makeTempDir();
    const options = { dataDirectory, migrationsDirectory: project.migrations };
    try {
      const released = await startTestStack(options);
      let before: Rows;
      try {
        before = await fill(await openScenarioWorld(released));
      } finally {
        await released.stop();
      }
      await project.addLaterVersion();
      await withStack(options, async (stack) => {
        await t.step("every row and every setting → as it was", async () => {
          await assertLaterVersion(stack);
          const after = withoutLaterNote(await readRows(stack));
          // A stack's health counts from its start.
          const health = "media_sync.health_state";
          assertEquals(after[health]!.length, before[health]!.length);
          assertEquals({ ...after, [health]: [] }, { ...before, [health]: [] });
        });
        inheritInstallation(stack, released);
        const world = await openScenarioWorld(stack);
        for (const [title, scenario] of scenarios) {
          await t.step(title, () => playScenario(world, scenario));
        }
      });
    } finally {
      await Deno.remove(dataDirectory, { recursive: true });
      await project.remove();
    }
  },
);
