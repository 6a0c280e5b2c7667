/** A large first sync whose function is killed again and again, while the database goes down twice. */
import { assert, assertEquals } from "@std/assert";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { printLine } from "../../scripts/support/print-line.ts";
import { assertSidesEqual } from "../support/compare-sides.ts";
import type { Postgres } from "../../scripts/support/postgres/start-postgres.ts";
import { postgresTest } from "../support/postgres/postgres-test.ts";
import { createRandom } from "../support/random.ts";
import { type Answer, type Call, createClient, randomSeed, withStack } from "../support/stack.ts";
import { waitUntil } from "../support/wait-until.ts";
import {
  askedPages,
  assertEachArrivedOnce,
  expireLeases,
  knownRuns,
  listingCalls,
  pullOnlyInFull,
  storedPages,
  tick,
  totalCalls,
} from "./resilience-support.ts";
import { effort } from "../support/effort.ts";

const seed = randomSeed();
/** `RESILIENCE_ASSETS=100000` makes it as large as a first sync may be on an ordinary day. */
const ASSETS = Number(Deno.env.get("RESILIENCE_ASSETS") ?? effort(25_000, 40_000));
/**
 * Parts of the library after which the database goes down, and how. Only on demand, with RESILIENCE_RESTARTS=1: after a
 * restart the local stack's database driver may leave a statement without an answer for ever (porsager/postgres, issue
 * 1208), so that now and then not the product but the stack under it stands still.
 */
const RESTARTS = Deno.env.get("RESILIENCE_RESTARTS") === "1"
  ? [{ after: 0.25, crash: true }, { after: 0.6, crash: false }]
  : [];
/** Bounds a run that goes nowhere. */
const DEADLINE_MS = 300_000;
/** The driver may leave a statement without an answer when its connection breaks; then only the function's end helps. */
const STUCK_MS = 20_000;

postgresTest(
  `${ASSETS} assets, the function killed every 1 to 5 s, the database restarted ${RESTARTS.length} times, seed ${seed} → complete, nothing stored twice, at most two calls repeated per interruption`,
  async (postgres) => {
    // The real pg_cron is of no interest here; the clone has a stand-in that does not tick.
    const database = await postgres.createDatabase();
    await withStack({ assets: ASSETS, seed, database }, async (stack) => {
      const call = createClient(stack);
      await pullOnlyInFull(stack);
      const { kills, restarts } = await interruptUntilCompleted(stack, call, postgres);

      const pages = await storedPages(stack);
      const calls = await totalCalls(stack);
      printLine(
        `seed ${seed}: ${pages} pages, ${calls} calls, ${kills} kills, ${restarts} restarts of the database`,
      );
      assert(kills > 0 && restarts === RESTARTS.length, `${kills} kills, ${restarts} restarts`);
      assert(
        // The page that was not stored yet, and the one after it that was asked for meanwhile; and the plan's calls.
        calls <= pages + 2 * (kills + restarts) + 5,
        `${calls} calls (${await listingCalls(
          stack,
        )} listings) for ${pages} pages, ${kills} kills and ${restarts} restarts`,
      );
      const asked = [...(await askedPages(stack)).entries()].filter(([, count]) => count > 2);
      assertEquals(asked, [], "pages asked for more than twice");
      assertEquals((await knownRuns(stack)).map(({ kind, status }) => ({ kind, status })), [
        { kind: "full", status: "completed" },
      ]);
      await assertEachArrivedOnce(stack, ASSETS);
      await assertSidesEqual(stack, ASSETS);
    });
  },
  { dedicated: true },
);

/** A call of `sync` that is on its way. */
interface OpenCall {
  /** Null where the connection broke before there was an answer. */
  answer: Promise<Answer | null>;
  ended: boolean;
}

/** Calls `sync` until the run is completed; every now and then the function or the database goes down. */
async function interruptUntilCompleted(
  stack: Stack,
  call: Call,
  postgres: Postgres,
): Promise<{ kills: number; restarts: number }> {
  const random = createRandom(String(seed));
  const end = performance.now() + DEADLINE_MS;
  let kills = 0;
  let restarts = 0;
  let open: OpenCall | null = null;
  while (performance.now() < end) {
    open ??= begin(tick(call));
    await someTimeAndSomePages(stack, open, 1_000 + 4_000 * random.next());
    if (open.ended) {
      const answer = await open.answer;
      const status = answer?.body?.data?.status;
      // Killed between the run's end and its answer, the next call finds nothing left to do.
      if (status === "completed" || status === "nothing_due") return { kills, restarts };
      open = null;
    } else {
      const due = RESTARTS[restarts];
      if (due !== undefined && await storedAssets(stack) >= due.after * ASSETS) {
        await postgres.restart({ crash: due.crash });
        restarts++;
        continue;
      }
      await stack.killFunction("sync");
      await open.answer;
      open = null;
      kills++;
    }
    // Nobody waits here for a dead worker's minute to pass.
    await waitUntil(() => expireLeases(stack).then(() => true), { describe: "the database" });
  }
  throw new Error(`not completed after ${kills} kills and ${restarts} restarts`);
}

function begin(called: Promise<Answer>): OpenCall {
  const open: OpenCall = { answer: called.catch(() => null), ended: false };
  void open.answer.then(() => open.ended = true);
  return open;
}

/**
 * Resolves when the call has ended, or after so many ms once two more pages are stored: with fewer it would be chance
 * whether a page is asked for a third time. A call that stores nothing for long is interrupted all the same.
 */
async function someTimeAndSomePages(
  stack: Stack,
  open: OpenCall,
  milliseconds: number,
): Promise<void> {
  const start = performance.now();
  let before: number | undefined;
  await waitUntil(async () => {
    const waited = performance.now() - start;
    if (open.ended || waited >= STUCK_MS) return true;
    const pages = await storedPages(stack);
    before ??= pages;
    return waited >= milliseconds && pages >= before + 2;
  }, { describe: "two more stored pages" });
}

async function storedAssets(stack: Stack): Promise<number> {
  const [row] = await stack.sql<{ seen: number }>(
    "select coalesce(sum(seen), 0)::int as seen from media_sync.run_cursors",
  );
  return row?.seen ?? 0;
}
