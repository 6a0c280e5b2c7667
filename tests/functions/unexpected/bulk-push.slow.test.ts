/** Many edits that differ from each other: each is written once, whatever a call of sync has time for. */
import { assertEquals } from "@std/assert";
import { cpuSeconds } from "../../bench/process-usage.ts";
import { assertSidesEqual } from "../../support/compare-sides.ts";
import { effort } from "../../support/effort.ts";
import { postgresTest } from "../../support/postgres/postgres-test.ts";
import { control, createClient, syncUntilCompleted, withStack } from "../../support/stack.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { stackTests, type StackWorld } from "../../support/stack-test.ts";
import { tags } from "../scenarios/calls.ts";

const EDITS = 1_000;

/** Edits every row differently; the edit wakes a push, and ticks join in. Resolves when each was written, once. */
async function editAll({ stack, call }: StackWorld, edits: number): Promise<void> {
  await control(stack, "PUT /faults", { latency_ms: 100, webhook_drop_rate: 1 });
  const before = (await control(stack, "GET /calls")).counts[tags] ?? 0;
  await stack.sql("update public.media_assets set tags = tags || ('only ' || asset_id)");
  await waitUntil(async () => {
    await call("sync", { method: "POST", json: { direction: "push" } });
    const [row] = await stack.sql<{ waiting: number }>(
      `select (select count(*) from public.media_assets where sync_status = 'pending')::int
         + (select count(*) from media_sync.runs where status = 'running')::int as waiting`,
    );
    return row!.waiting === 0;
  }, { deadlineMs: 300_000, intervalMs: 1_000, describe: "every edit in Cloudinary" });
  assertEquals((await control(stack, "GET /calls")).counts[tags] - before, edits);
  await control(stack, "PUT /faults", { latency_ms: 0 });
}

const few = effort(200, EDITS);

stackTests({ assets: few })(
  `${few} assets with as many different tags, 100 ms a call → ${few} writes, none twice`,
  async (world) => {
    await syncUntilCompleted(world.call);
    await editAll(world, few);
    await syncUntilCompleted(world.call);
    await assertSidesEqual(world.stack, few);
  },
);

postgresTest(
  "1,000 assets with 1,000 different tags on PostgreSQL → one invocation records all of it, and tells its seconds",
  async (postgres) => {
    const options = { assets: EDITS, seed: 1, database: await postgres.createDatabase() };
    await withStack(options, async (stack) => {
      const world = { stack, call: createClient(stack) };
      await syncUntilCompleted(world.call);
      const cpu = {
        function: await cpuSeconds(stack.functionPid("sync")!),
        database: await databaseSeconds(world),
      };
      await editAll(world, EDITS);
      cpu.function = await cpuSeconds(stack.functionPid("sync")!) - cpu.function;
      cpu.database = await databaseSeconds(world) - cpu.database;
      const runs = await stack.sql<{ pushed: number; seconds: number }>(
        `select pushed_items as pushed,
           extract(epoch from finished_at - started_at)::float as seconds
         from media_sync.runs where kind = 'push' and pushed_items > 0`,
      );
      const figures = JSON.stringify({ ...runs[0], cpu });
      // deno-lint-ignore no-console -- a figure means something only beside the CPU time that it took.
      console.log(figures);
      assertEquals(runs.map(({ pushed }) => pushed), [EDITS]);
      await syncUntilCompleted(world.call);
      await assertSidesEqual(stack, EDITS);
    });
  },
);

/** CPU time of the database's connections that are open, in seconds. */
async function databaseSeconds({ stack }: StackWorld): Promise<number> {
  const connections = await stack.sql<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database()",
  );
  const seconds = await Promise.all(connections.map(({ pid }) => cpuSeconds(pid).catch(() => 0)));
  return seconds.reduce((sum, one) => sum + one, 0);
}
