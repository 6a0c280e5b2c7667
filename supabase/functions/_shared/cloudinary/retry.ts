import { CloudinaryError, toCloudinaryError } from "./errors.ts";

/** How long and how often a call is tried. */
export interface RetryPolicy {
  /** A call with all its repetitions ends after this many ms. */
  deadlineMs: number;
  /** One attempt is given up after this many ms. */
  attemptMs: number;
  /** Repetitions after the first attempt. */
  retries: number;
  /** Milliseconds. */
  now: () => number;
  /** In [0, 1). */
  random: () => number;
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Calls back after so many ms, unless the function that it returns is called before. */
  startTimer: StartTimer;
  signal?: AbortSignal;
}

export type StartTimer = (milliseconds: number, onEnd: () => void) => () => void;

const BASE_MS = 200;
const CAP_MS = 4_000;

/**
 * Runs attempts until one succeeds, fails for good, or time or repetitions run out. Waits between them
 * for a random part of an exponentially growing span ("full jitter").
 *
 * @param attempt Gets a signal that aborts when the attempt's time is up or the caller gives up.
 * @param policy Times in ms.
 * @param mayRepeat Whether this failure may be repeated; by default when it is `retryable`.
 * @throws CloudinaryError, always.
 */
export async function withRetries<Result>(
  attempt: (signal: AbortSignal, attemptNumber: number) => Promise<Result>,
  policy: RetryPolicy,
  mayRepeat: (error: CloudinaryError) => boolean = (error) => error.retryable,
): Promise<Result> {
  const end = policy.now() + policy.deadlineMs;
  for (let number = 1;; number++) {
    const remaining = end - policy.now();
    try {
      return await withDeadline(
        (signal) => attempt(signal, number),
        Math.min(policy.attemptMs, remaining),
        policy,
      );
    } catch (rejection) {
      const error = toCloudinaryError(rejection);
      const wait = policy.random() * Math.min(CAP_MS, BASE_MS * 2 ** number);
      const timeLeft = end - policy.now() - wait;
      if (!mayRepeat(error) || number > policy.retries || timeLeft <= 0) throw error;
      await policy.sleep(wait, policy.signal);
      if (policy.signal?.aborted) throw abortedError();
    }
  }
}

/** Races work against the clock and an outer signal; the loser is told through the inner signal. */
async function withDeadline<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  milliseconds: number,
  { signal: outer, startTimer }: RetryPolicy,
): Promise<Result> {
  if (outer?.aborted) throw abortedError();
  const controller = new AbortController();
  let stop: (error: CloudinaryError) => void = () => {};
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = (error) => {
      reject(error);
      controller.abort(error);
    };
  });
  const stopTimer = startTimer(Math.max(0, milliseconds), () => {
    stop(new CloudinaryError("Cloudinary did not answer in time.", { code: "timeout" }));
  });
  const onAbort = () => stop(abortedError());
  outer?.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work(controller.signal), stopped]);
  } finally {
    stopTimer();
    outer?.removeEventListener("abort", onAbort);
  }
}

function abortedError(): CloudinaryError {
  return new CloudinaryError("The call to Cloudinary was given up.", { code: "aborted" });
}

/** The {@link StartTimer} of real time. */
export const startTimer: StartTimer = (milliseconds, onEnd) => {
  const timer = setTimeout(onEnd, milliseconds);
  return () => clearTimeout(timer);
};

/** Waits, unless the signal aborts first. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stopTimer();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const stopTimer = startTimer(milliseconds, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}
