/** Brings the library into the database while the stack starts its work, instead of at the next full minute. */
import { type Clock, systemClock } from "./clock.ts";
import type { StackInfo } from "../support/stack-info.ts";

/** How the first sync ended. */
export type FirstSync =
  | { kind: "complete"; assets: number }
  | { kind: "failed"; reason: string }
  | { kind: "stopped" };

interface SyncAnswer {
  success: boolean;
  error?: string;
  message?: string;
  data?: { status: string };
}

/** Pause before a call that goes on with an unfinished run, in ms. */
const PAUSE_MS = 200;

/**
 * Asks for what is due, again and again until nothing is left of it. What fails is the jobs' to try again.
 *
 * @param signal Aborted when the stack is about to stop.
 */
export async function runFirstSync(
  info: StackInfo,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<FirstSync> {
  const headers = { apikey: info.secret_key, "content-type": "application/json" };
  const address = `${info.url}/functions/v1/sync`;
  try {
    for (;;) {
      const response = await fetch(address, { method: "POST", headers, body: "{}", signal });
      const { error, message, data }: SyncAnswer = await response.json();
      if (response.status !== 202) {
        if (response.status !== 200) {
          return { kind: "failed", reason: error ?? message ?? `status ${response.status}` };
        }
        if (data?.status === "completed" || data?.status === "nothing_due") break;
        return { kind: "failed", reason: message ?? `the run is ${data?.status}` };
      }
      await pause(clock, signal);
    }
    const response = await fetch(address, { headers, signal });
    const { stats } = await response.json() as { stats: { total_assets: number } };
    return { kind: "complete", assets: stats.total_assets };
  } catch (error) {
    if (signal.aborted) return { kind: "stopped" };
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = clock.after(PAUSE_MS, resolve);
  const stop = () => {
    cancel();
    reject(signal.reason);
  };
  signal.addEventListener("abort", stop, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", stop));
}
