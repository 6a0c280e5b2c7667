/** The Admin API's hourly quota: the background keeps a reserve for people, and rests until the reset. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { assertSidesEqual } from "../support/compare-sides.ts";
import { type Call, cloudinaryAnswer, control, randomSeed } from "../support/stack.ts";
import { stackTests } from "../support/stack-test.ts";
import { waitUntil } from "../support/wait-until.ts";
import {
  pullOnlyInFull,
  storedPages,
  tick,
  totalCalls,
  waitForPages,
} from "./resilience-support.ts";

const seed = randomSeed();
const HOUR_MS = 3_600_000;

stackTests({ assets: 2_000, seed })(
  `500 calls an hour, used up halfway, seed ${seed} → stops at the reserve, people's deletions go through, completes after the reset`,
  async ({ stack, call }) => {
    await pullOnlyInFull(stack);
    await stayWithinTheHour(stack);
    await control(stack, "PUT /faults", { rate_limit: 500 });

    // Other programs have used a part of this hour already.
    const others = 350;
    await useQuota(stack, others);

    const paused = await tickUntilItRests(call);
    assertMatch(paused.message, /kept for people's edits; the sync goes on after \S+Z?\./);
    // 10 % of 500 stay.
    assertEquals(await totalCalls(stack), 450);
    const [budget] = await stack.sql(
      "select call_limit, remaining, blocked_until from media_sync.rate_limits",
    );
    assertEquals(budget, { call_limit: 500, remaining: 50, blocked_until: null });
    const half = await storedPages(stack);
    assert(half > 80 && paused.data.progress.percent < 100, `${half} pages`);

    const [victim] = await stack.sql<{ public_id: string; resource_type: string }>(
      "select public_id, resource_type from public.media_assets order by public_id limit 1",
    );
    assert(victim);
    const query = new URLSearchParams({
      public_ids: victim.public_id,
      resource_type: victim.resource_type,
    });
    const deleted = await call(`media-list?${query}`, { method: "DELETE", as: "editor" });
    assertEquals(deleted.status, 200);
    assertEquals(deleted.body.deleted, [victim.public_id], JSON.stringify(deleted.body));

    await assertTicksCallNothing(stack, call);
    assertEquals(await storedPages(stack), half);

    await beginNextHour(stack);
    assertEquals((await tickUntilItRests(call)).data.status, "completed");
    await assertSidesEqual(stack, 1_999);
    const [runs] = await stack.sql(
      "select count(*)::int as runs from media_sync.runs where kind = 'full'",
    );
    assertEquals(runs, { runs: 1 });
  },
);

for (const status of [420, 429]) {
  stackTests({ assets: 1_000, seed })(
    `another program uses the quota up in mid-run, status ${status}, seed ${seed} → nothing is called before the reset it names, then both sides equal`,
    async ({ stack, call }) => {
      await pullOnlyInFull(stack);
      await stayWithinTheHour(stack);
      await control(stack, "PUT /behavior", { rate_limit_status: status });
      await control(stack, "PUT /faults", { rate_limit: 300, latency_ms: 100 });
      const running = tick(call, { batch_size: 25 });
      await waitForPages(stack, 4);
      assert((await useQuota(stack, 300)).has(status));
      const stopped = await running;
      assertEquals(stopped.status, 202, JSON.stringify(stopped.body));
      assertMatch(stopped.body.message, /Rate Limit Exceeded/);
      assertEquals(stopped.body.data.status, "running");
      const [budget] = await stack.sql<{ blocked_until: string; named: string }>(
        `select blocked_until, substring(blocked_reason from '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d') as named
         from media_sync.rate_limits`,
      );
      assert(budget);
      assertEquals(
        Date.parse(budget.blocked_until),
        Date.parse(`${budget.named.replace(" ", "T")}Z`),
      );

      await assertTicksCallNothing(stack, call);
      // Not even for a person; but the intent is kept.
      const [victim] = await stack.sql<{ id: string; public_id: string }>(
        "select id::text, public_id from public.media_assets order by public_id limit 1",
      );
      const before = await totalCalls(stack);
      const deletion = await call("media-list", { method: "DELETE", json: { ids: [victim?.id] } });
      assertEquals(deletion.body.pending, [victim?.public_id], JSON.stringify(deletion.body));
      assertEquals(await totalCalls(stack), before);

      await beginNextHour(stack);
      await control(stack, "PUT /faults", { latency_ms: 0 });
      assertEquals((await tickUntilItRests(call)).data.status, "completed");
      await assertSidesEqual(stack, 999);
    },
  );
}

stackTests({ assets: 500, seed })(
  `an add-on's monthly quota answers 420, seed ${seed} → told as such, and the next tick goes on at once`,
  async ({ stack, call }) => {
    await pullOnlyInFull(stack);
    await control(stack, "PUT /faults", {
      fail_next: [{
        match: "/resources/video",
        status: 420,
        body: {
          error: {
            message:
              "You have reached the monthly limit of your add-on plan. It is renewed on the next billing date, 2031-02-01.",
          },
        },
      }],
    });
    const refused = await tick(call);
    assertEquals(refused.status, 502);
    assertEquals(refused.body.code, "cloudinary_quota_exceeded");
    assertMatch(refused.body.error, /2031-02-01/);
    assertEquals(
      await stack.sql("select blocked_until, blocked_reason from media_sync.rate_limits"),
      [{ blocked_until: null, blocked_reason: null }],
    );
    const next = await tick(call);
    assertEquals([next.status, next.body.data.status], [200, "completed"]);
    assertEquals(next.body.data.errors.map(({ code }: { code: string }) => code), [
      "cloudinary_quota_exceeded",
    ]);
    await assertSidesEqual(stack, 500);
  },
);

/** The quota's window is the clock hour: it must not turn while a test runs, unless the test wants it. */
async function stayWithinTheHour(stack: Stack): Promise<void> {
  const { now } = await control(stack, "GET /clock");
  if (Date.parse(now) % HOUR_MS > HOUR_MS / 2) await turnEmulatedHour(stack);
}

/** The hour turns on both sides: Cloudinary's clock moves on, and what the database remembers lies in the past. */
async function beginNextHour(stack: Stack): Promise<void> {
  await turnEmulatedHour(stack);
  await stack.sql(
    `update media_sync.rate_limits
     set reset_at = clock_timestamp() - interval '1 second',
         blocked_until = case when blocked_until is not null then clock_timestamp() - interval '1 second' end`,
  );
}

async function turnEmulatedHour(stack: Stack): Promise<void> {
  const { now } = await control(stack, "GET /clock");
  const advance_ms = HOUR_MS - Date.parse(now) % HOUR_MS + 1_000;
  await control(stack, "PUT /clock", { advance_ms });
}

/** Ticks until the run is completed or says why it rests. */
function tickUntilItRests(
  call: Call,
): Promise<{ message: string; data: { status: string; progress: { percent: number } } }> {
  return waitUntil(async () => {
    const { status, body } = await tick(call, { batch_size: 10 });
    assert(status === 200 || status === 202, JSON.stringify(body));
    const rests = body.data.status === "completed" || /goes on after/.test(body.message);
    return rests ? body : null;
  }, { describe: "the run to rest" });
}

async function assertTicksCallNothing(stack: Stack, call: Call): Promise<void> {
  const before = await totalCalls(stack);
  for (let count = 0; count < 3; count++) {
    const { status, body } = await tick(call);
    assertEquals(status, 202, JSON.stringify(body));
    assertMatch(body.message, /goes on after/);
  }
  assertEquals(await totalCalls(stack), before, "a tick called Cloudinary before the reset");
}

/** Calls Cloudinary with the same account from elsewhere. @returns The answers' statuses. */
async function useQuota(stack: Stack, calls: number): Promise<Set<number>> {
  const answers = await Promise.all(
    Array.from({ length: calls }, () => cloudinaryAnswer(stack, "GET /ping")),
  );
  return new Set(answers.map(({ status }) => status));
}
