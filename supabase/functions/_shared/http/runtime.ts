/**
 * The one place under `supabase/functions` that touches `Deno` and `EdgeRuntime`, so that everything
 * else runs unchanged on the Edge Runtime, under `deno test` and in the local stack.
 */

interface EdgeRuntimeGlobal {
  EdgeRuntime?: { waitUntil?: (promise: Promise<unknown>) => void };
}

/**
 * Reads one environment variable.
 *
 * @param name Variable name, such as `CLOUDINARY_URL`.
 * @returns Its value; `undefined` when it is unset or blank.
 */
export function readEnvironment(name: string): string | undefined {
  const value = Deno.env.get(name);
  // `supabase secrets set NAME=` leaves a blank value behind; nobody means "configured" by that.
  return value === undefined || value.trim() === "" ? undefined : value;
}

/**
 * Lets work go on after the response has been sent.
 *
 * `EdgeRuntime.waitUntil` keeps the worker alive until the promise settles; where it does not exist
 * (plain Deno, tests) the promise simply runs.
 *
 * @param promise The work.
 * @param onError Receives the rejection, which is therefore never unhandled.
 */
export function runInBackground(
  promise: Promise<unknown>,
  onError: (error: unknown) => void,
): void {
  const guarded = promise.then(() => undefined, onError);
  (globalThis as EdgeRuntimeGlobal).EdgeRuntime?.waitUntil?.(guarded);
}
