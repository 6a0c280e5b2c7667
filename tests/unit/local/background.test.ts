/** Cron and pg_net stand-ins with a clock and a network of the test's own. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Clock } from "../../../scripts/local/clock.ts";
import { nextRun } from "../../../scripts/local/cron-schedule.ts";
import { startCronScheduler } from "../../../scripts/local/cron-scheduler.ts";
import { type LocalDatabase, openDatabase } from "../../../scripts/local/database.ts";
import { startHttpWorker } from "../../../scripts/local/http-worker.ts";
import { preparePlatform } from "../../../scripts/local/platform.ts";
import { waitUntil } from "../../support/wait-until.ts";

/** Time that passes when the test says so. */
function createClock(start: string): Clock & { pass(milliseconds: number): void } {
  let now = Date.parse(start);
  const waits = new Set<{ at: number; run: () => void }>();
  return {
    now: () => now,
    after(milliseconds, run) {
      const wait = { at: now + milliseconds, run };
      waits.add(wait);
      return () => waits.delete(wait);
    },
    pass(milliseconds) {
      now += milliseconds;
      for (const wait of [...waits].filter((wait) => wait.at <= now)) {
        waits.delete(wait);
        wait.run();
      }
    },
  };
}

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

databaseTest("cron.schedule with a schedule that nobody can read → refused", async () => {
  for (const schedule of ["60 seconds", "sometimes", "* * * *"]) {
    const error = await database.query("select cron.schedule('x', $1, 'select 1')", [schedule])
      .then(() => null, (error: Error) => error.message);
    assertStringIncludes(error ?? "", "invalid schedule");
  }
});

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

databaseTest("a request that takes too long → timed_out after its own timeout", async () => {
  const clock = createClock("2026-01-01T00:00:00Z");
  const asked: string[] = [];
  const worker = await startHttpWorker({
    database,
    clock,
    log,
    fetch: (input, init) => {
      asked.push(`${init?.method} ${input}`);
      return new Promise((_, reject) =>
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason))
      );
    },
  });
  try {
    const [sent] = await database.query<{ id: number }>(
      "select net.http_get('http://slow.test/', '{\"a\": \"b c\"}', timeout_milliseconds => 700) as id",
    );
    await waitUntil(() => asked.length === 1);
    assertEquals(asked, ["GET http://slow.test/?a=b%20c"]);
    clock.pass(699);
    assertEquals(await database.query("select from net._http_response"), []);
    clock.pass(1);
    const row = await waitUntil(async () =>
      (await database.query(
        "select id, timed_out, status_code, error_msg from net._http_response",
      ))[0]
    );
    assertEquals(row, {
      id: sent?.id,
      timed_out: true,
      status_code: null,
      error_msg: "Timeout of 700 ms reached",
    });
  } finally {
    await worker.stop();
    await database.exec("delete from net._http_response");
  }
});

databaseTest("a worker that stops → nothing left queued is sent, nothing hangs", async () => {
  let calls = 0;
  const worker = await startHttpWorker({
    database,
    log,
    fetch: () => {
      calls++;
      return Promise.resolve(new Response("ok", { status: 500 }));
    },
  });
  await database.query("select net.http_post('http://here.test/', '{}')");
  const row = await waitUntil(async () =>
    (await database.query("select status_code, content from net._http_response"))[0]
  );
  assertEquals(row, { status_code: 500, content: "ok" }, "an HTTP error is a response");
  await worker.stop();
  await database.query("select net.http_post('http://here.test/', '{}')");
  assertEquals((await database.query("select from net.http_request_queue")).length, 1);
  assertEquals(calls, 1);
  assert(!lines.some((line) => line.startsWith("net:")), lines.join("\n"));
});

databaseTest("net.http_post with another content type → refused, as pg_net does", async () => {
  const error = await database.query(
    `select net.http_post('http://here.test/', headers => '{"content-type": "text/plain"}')`,
  ).then(() => null, (error: Error) => error.message);
  assertStringIncludes(error ?? "", "application/json");
});
