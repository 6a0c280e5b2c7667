/** The stand-in of pg_cron, with a clock of the test's own. */
import { assertEquals, assertThrows } from "@std/assert";
import { nextRun } from "../../../scripts/local/cron-schedule.ts";
import { startCronScheduler } from "../../../scripts/local/cron-scheduler.ts";
import { type LocalDatabase, openDatabase } from "../../../scripts/local/database.ts";
import { preparePlatform } from "../../../scripts/local/platform.ts";
import { pgCronBehaviors, playPgCronBehavior } from "../../support/pg-cron-behaviors.ts";
import { createClock } from "../../support/test-clock.ts";
import { waitUntil } from "../../support/wait-until.ts";

let database: LocalDatabase;
const log = (line: string) => lines.push(line);
const lines: string[] = [];

Deno.test.beforeAll(async () => {
  database = await openDatabase();
  await preparePlatform(database);
});
Deno.test.afterAll(async () => await database?.close());

/** The database outlives every single test. */
function databaseTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

async function scheduleTick(): Promise<void> {
  await database.exec("create table public.ticks (at timestamptz default now())");
  await database.query(
    "select cron.schedule('tick', '* * * * *', 'insert into public.ticks default values')",
  );
}
async function forgetTick(): Promise<void> {
  await database.exec(
    "delete from cron.job; delete from cron.job_run_details; drop table public.ticks",
  );
}
const ticks = async () => (await database.query("select from public.ticks")).length;

Deno.test("schedules → the next moment in GMT, as pg_cron has it", () => {
  const from = Date.parse("2026-02-27T10:00:30Z");
  const next = (schedule: string) => new Date(nextRun(schedule, from) ?? NaN).toISOString();
  assertEquals(next("* * * * *"), "2026-02-27T10:01:00.000Z");
  assertEquals(next("*/15 * * * *"), "2026-02-27T10:15:00.000Z");
  assertEquals(next("30 3 * * *"), "2026-02-28T03:30:00.000Z");
  assertEquals(next("0 0 $ * *"), "2026-02-28T00:00:00.000Z");
  assertEquals(next("0 12 1 * 1"), "2026-03-01T12:00:00.000Z", "day of month or day of week");
  assertEquals(next("10 seconds"), "2026-02-27T10:00:40.000Z");
  assertThrows(() => nextRun("every now and then", from));
});

databaseTest("a role of the test → may schedule", async () => {
  await database.exec("create role somebody; grant usage on schema cron to somebody");
});
for (const behavior of pgCronBehaviors) {
  databaseTest(`stand-in of pg_cron: ${behavior.title}`, async () => {
    await playPgCronBehavior(behavior, (statement) => database.query(statement));
  });
}

databaseTest("a job → runs when due and not before; switched off, it rests", async () => {
  const clock = createClock("2026-01-01T00:00:30Z");
  await scheduleTick();
  const scheduler = await startCronScheduler({ database, clock, log });
  try {
    clock.pass(29_000);
    assertEquals(await ticks(), 0);
    clock.pass(1_000);
    await waitUntil(async () => await ticks() === 1, { describe: "the run at 00:01:00" });
    await scheduler.stop();
    const [run] = await database.query("select command, status from cron.job_run_details");
    assertEquals(run, { command: "insert into public.ticks default values", status: "succeeded" });

    await database.query("select cron.alter_job(jobid, active := false) from cron.job");
    const next = await startCronScheduler({ database, clock, log });
    clock.pass(600_000);
    await next.stop();
    assertEquals(await ticks(), 1);
  } finally {
    await scheduler.stop();
    await forgetTick();
  }
});

databaseTest("a job scheduled while the scheduler runs → noticed", async () => {
  const clock = createClock("2026-01-01T00:00:30Z");
  const scheduler = await startCronScheduler({ database, clock, log });
  try {
    await scheduleTick();
    await waitUntil(async () => {
      clock.pass(10_000);
      return await ticks() > 0;
    }, { describe: "a run of the new job" });
  } finally {
    await scheduler.stop();
    await forgetTick();
  }
});
