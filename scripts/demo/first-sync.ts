/** The first sync: the whole emulated library into the empty database. */
import { delay } from "@std/async";
import { type DemoContext, DemoError, type StepResult } from "./step.ts";

/** The parts of a run that the demo reads. */
interface Run {
  run_id: string;
  status: string;
  synced_items: number;
  error_count: number;
  api_calls: number;
  progress: { seen: number; expected: number | null };
}

interface Answer {
  error?: string;
  message?: string;
  data?: Run;
}

/** Pause between two looks at the progress, in ms. */
const LOOK_INTERVAL_MS = 100;
/** Pause before a call that goes on with an unfinished run, in ms. */
const CALL_INTERVAL_MS = 100;
/** Calls in a row that may fail without progress in between. */
const PATIENCE = 5;

/**
 * Runs `POST sync` with `{ "full": true }` until the run is completed, showing its progress.
 *
 * @param assets How many assets the library holds.
 * @throws DemoError when the function refuses, or fails again and again.
 */
export async function firstSync(context: DemoContext, assets: number): Promise<StepResult> {
  const { progress, now } = context;
  const begun = now();
  progress.start(assets);
  const watching = new AbortController();
  const watch = progress.wanted ? watchProgress(context, watching.signal) : Promise.resolve();
  try {
    const run = await reconcile(context);
    watching.abort();
    await watch;
    progress.update(run.progress.seen);
    progress.finish();
    return {
      name: "first sync",
      holds: run.synced_items === assets && run.error_count === 0,
      duration_ms: Math.round(now() - begun),
      message: `${run.synced_items} assets new here with ${run.api_calls} calls to Cloudinary`,
    };
  } finally {
    watching.abort();
    await watch;
    progress.finish();
  }
}

/**
 * Runs full reconciles until one is completed.
 *
 * @throws DemoError when the function refuses, or fails again and again.
 */
export function reconcile(context: DemoContext): Promise<Run> {
  return syncUntilCompleted(context, { full: true });
}

/**
 * Asks for what listings do not tell, which the ticks of an hour would do otherwise: lengths of videos, names of files, times.
 *
 * @throws DemoError when the function refuses, or fails again and again.
 */
export async function askForFacts(context: DemoContext): Promise<StepResult> {
  const begun = context.now();
  await liftQuota(context);
  const run = await syncUntilCompleted(context, { facts: true });
  return {
    name: "all facts",
    holds: run.error_count === 0,
    duration_ms: Math.round(context.now() - begun),
    message: `what no listing tells is here, with ${run.api_calls} calls to Cloudinary`,
  };
}

/** A detail an asset is a matter of days in an account that counts calls by the hour; the demo has minutes. */
async function liftQuota({ stack, signal }: DemoContext): Promise<void> {
  const response = await fetch(`${stack.info.cloudinary_http}/_emulator/behavior`, {
    method: "PUT",
    body: JSON.stringify({ rate_limit: 10_000_000 }),
    signal,
  });
  await response.body?.cancel();
}

async function syncUntilCompleted(
  context: DemoContext,
  request: Record<string, unknown>,
): Promise<Run> {
  const { stack, signal } = context;
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    const response = await fetch(`${stack.info.url}/functions/v1/sync`, {
      method: "POST",
      headers: { apikey: stack.info.secret_key, "content-type": "application/json" },
      body: JSON.stringify(request),
      signal,
    });
    const { data, error, message }: Answer = await response.json();
    if (response.status === 200 && data?.status === "completed") return data;
    if (response.status === 202) {
      failures = 0;
    } else if (response.status < 500 || ++failures >= PATIENCE) {
      throw new DemoError(
        [
          `the sync failed with status ${response.status}: ${error ?? message ?? "no reason"}`,
          "What the function wrote last; mend what it names and run the demo again:",
          ...stack.functionLog("sync").slice(-10),
        ].join("\n"),
      );
    }
    await delay(CALL_INTERVAL_MS, { signal });
  }
}

/** Shows the progress of the open run until told to stop. */
async function watchProgress(context: DemoContext, signal: AbortSignal): Promise<void> {
  const { stack, progress } = context;
  while (!signal.aborted) {
    try {
      const response = await fetch(`${stack.info.url}/functions/v1/sync`, {
        headers: { apikey: stack.info.secret_key },
        signal,
      });
      const { runs = [] }: { runs?: Run[] } = await response.json();
      const open = runs.find(({ status }) => status === "running");
      if (open && !signal.aborted) progress.update(open.progress.seen);
      await delay(LOOK_INTERVAL_MS, { signal });
    } catch (error) {
      if (signal.aborted) return;
      // The bar is not what the demo is about: the call that does the work tells what is wrong.
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    }
  }
}
