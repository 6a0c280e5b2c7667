/** Options of {@linkcode waitUntil}. */
export interface WaitUntilOptions {
  /** How long to go on trying, in milliseconds. Default 120 000. It bounds a failing test, no more. */
  deadlineMs?: number;
  /** Pause between two tries, in milliseconds. Default 25. */
  intervalMs?: number;
  /** What is waited for, for the error's message; a function is asked at the end, so that it can say why. */
  describe?: string | (() => string | Promise<string>);
}

/**
 * Waits until a condition holds, instead of sleeping for as long as it might take.
 *
 * @param condition Called until its (awaited) result is neither false, null nor undefined. What it throws
 * counts as "not yet", and is the cause of the error in the end.
 * @returns That result.
 * @throws Error naming what was waited for, once the deadline has passed.
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  { deadlineMs = 120_000, intervalMs = 25, describe = "the condition" }: WaitUntilOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const end = performance.now() + deadlineMs;
  let cause: unknown;
  do {
    try {
      const result = await condition();
      if (result !== false && result !== null && result !== undefined) {
        return result as Exclude<T, false | null | undefined>;
      }
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  } while (performance.now() < end);
  const what = typeof describe === "string" ? describe : await describe();
  throw new Error(`Waited ${deadlineMs} ms in vain for ${what}`, { cause });
}
