/** What the sync costs in calls to Cloudinary, which are what its hourly quota counts. */
import { startStack } from "../../scripts/local/stack.ts";
import type { Stack } from "../../scripts/local/stack-options.ts";
import { withMovedTime } from "../support/moved-time.ts";
import { callCloudinary, control } from "../support/stack.ts";
import { type BenchResult, runAsProcess } from "./bench-result.ts";
import { runSync } from "./run-sync.ts";

const MINUTE_MS = 60_000;
const SIZES = [1_000, 10_000, 100_000];
/** Of these a day's every minute is played; of the others an hour is. */
const DAY_ASSETS = 1_000;
const HOUR_ASSETS = 10_000;
const DETAILED_ASSETS = 1_000;
const CHANGED = 5_000;
/** Too large to be played here. */
const COMPUTED = 1_000_000;

/** The most that a reconcile costs: pages of 500, for each type and window of time one that is not full, and the plan. */
function reconcileAtMost(assets: number): number {
  const windows = assets > 20_000 ? Math.min(16, Math.ceil(assets / 25_000)) : 1;
  return Math.ceil(assets / 500) + 3 * windows + (windows > 1 ? 3 : 2);
}

/**
 * Counts the calls of a first sync, of asking for what listings do not tell (beyond a thousand assets of an account whose
 * details do not tell it), of an hour without changes, of one after 5,000 assets were tagged in Cloudinary at
 * once, of a reconcile and of a day. No notification comes; accounts are the emulator's ordinary one and its opposite (b).
 */
export async function benchCosts(): Promise<BenchResult> {
  const figures: Record<string, number> = {};
  for (const assets of SIZES) {
    await withLibrary(assets, "a", async (stack) => {
      figures[`${assets} first sync`] = await callsOf(stack, () => runSync(stack.info));
      // A detail an asset is counted of small libraries, and computed of others.
      await control(stack, "PUT /behavior", {
        detail_original_filename: assets <= DETAILED_ASSETS,
      });
      figures[`${assets} facts`] = await callsOf(
        stack,
        () => runSync(stack.info, { facts: true }),
      );
      await withMovedTime(stack, async (pass) => {
        if (assets === DAY_ASSETS) {
          figures[`${assets} day`] = await ticks(stack, pass, 24 * 60);
          const [full] = await stack.sql<{ runs: number }>(
            "select count(*)::int as runs from media_sync.runs where kind = 'full' and status = 'completed'",
          );
          // The first sync's, and the day's own.
          if (full?.runs !== 2) throw new Error(`${full?.runs} full runs in a day and its eve`);
        }
        await pass(MINUTE_MS);
        figures[`${assets} reconcile`] = await callsOf(
          stack,
          () => runSync(stack.info, { full: true }),
        );
        if (figures[`${assets} reconcile`]! > reconcileAtMost(assets)) {
          throw new Error(`a reconcile costs more than ${reconcileAtMost(assets)} calls`);
        }
      });
    });
  }
  for (const behavior of ["a", "b"] as const) {
    await withLibrary(HOUR_ASSETS, behavior, async (stack) => {
      await runSync(stack.info);
      await control(stack, "PUT /behavior", { detail_original_filename: false });
      await runSync(stack.info, { facts: true });
      await withMovedTime(stack, async (pass) => {
        // What this account's searches refuse to tell is found out once.
        await ticks(stack, pass, 1);
        figures[`${behavior} idle hour`] = await ticks(stack, pass, 60);
        await tagThere(stack);
        figures[`${behavior} ${CHANGED} changed there`] = await ticks(stack, pass, 1);
        figures[`${behavior} hour after them`] = await ticks(stack, pass, 60);
        const [pulled] = await stack.sql<{ rows: number }>(
          "select count(*)::int as rows from public.media_assets where 'bulk' = any (tags)",
        );
        if (pulled?.rows !== CHANGED) throw new Error(`${pulled?.rows} changes arrived`);
      });
    });
  }
  figures[`${COMPUTED} reconcile at most, computed`] = reconcileAtMost(COMPUTED);
  return { name: "calls to Cloudinary", figures };
}

async function withLibrary(
  assets: number,
  behavior: "a" | "b",
  fn: (stack: Stack) => Promise<void>,
): Promise<void> {
  const stack = await startStack({ quiet: true, cron: false, assets, seed: 1, behavior });
  try {
    await control(stack, "PUT /faults", { webhook_drop_rate: 1 });
    await fn(stack);
  } finally {
    await stack.stop();
  }
}

/** Calls of so many ticks, a minute apart. */
function ticks(
  stack: Stack,
  pass: (ms: number) => Promise<void>,
  minutes: number,
): Promise<number> {
  return callsOf(stack, async () => {
    for (let minute = 0; minute < minutes; minute++) {
      await pass(MINUTE_MS);
      await runSync(stack.info);
    }
  });
}

/** Adds a tag to some images, a thousand a call. */
async function tagThere(stack: Stack): Promise<void> {
  const { assets } = await control(stack, "GET /state");
  const images = (assets as { public_id: string; resource_type: string; type: string }[])
    .filter(({ resource_type, type }) => resource_type === "image" && type === "upload")
    .slice(0, CHANGED);
  if (images.length < CHANGED) throw new Error(`only ${images.length} images`);
  for (let start = 0; start < CHANGED; start += 1_000) {
    await callCloudinary(stack, "POST /image/tags", {
      command: "add",
      tag: "bulk",
      public_ids: images.slice(start, start + 1_000).map(({ public_id }) => public_id),
    });
  }
}

/** Calls that the quota counts: those of the Upload API cost nothing. */
async function callsOf(stack: Stack, work: () => Promise<unknown>): Promise<number> {
  const before = await countedCalls(stack);
  await work();
  return await countedCalls(stack) - before;
}

async function countedCalls(stack: Stack): Promise<number> {
  const { counts } = await control(stack, "GET /calls");
  return Object.entries<number>(counts)
    .filter(([endpoint]) => !endpoint.includes(":upload_resource_type"))
    .reduce((sum, [, count]) => sum + count, 0);
}

if (import.meta.main) await runAsProcess(benchCosts);
