import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "./database.types.ts";
import { DatabaseError } from "./database-error.ts";
import type { FunctionArguments, FunctionName, FunctionResult } from "./function-types.ts";

/** How a call is repeated; injected so that tests and the simulator own time and chance. */
export interface RetryPolicy {
  /** Attempts after the first. */
  retries: number;
  /** Waits for so many milliseconds. */
  sleep(ms: number): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
}

export const defaultRetryPolicy: RetryPolicy = {
  retries: 5,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
};

/**
 * Calls a SQL function through the data API, again after a passing failure.
 *
 * supabase-js never repeats a write. Our functions are safe to repeat: they check leases, cursors and values, so that
 * a call whose answer was lost finds its work done.
 *
 * @param client Client that acts as the caller.
 * @param name The function in `public`.
 * @param args Its arguments by name.
 * @param policy When to try again.
 * @returns What the function returned.
 * @throws {DatabaseError} When the last attempt failed.
 */
export async function callFunction<Name extends FunctionName>(
  client: SupabaseClient<Database>,
  name: Name,
  args: FunctionArguments<Name>,
  policy: RetryPolicy = defaultRetryPolicy,
): Promise<FunctionResult<Name>> {
  for (let attempt = 0;; attempt++) {
    const { data, error, status } = await client.rpc(
      name,
      args as Database["public"]["Functions"][Name]["Args"],
    );
    // supabase-js infers the result of a name that is written out; here it stands for any.
    if (error === null) return data as unknown as FunctionResult<Name>;
    const failure = new DatabaseError(name, error, status);
    if (!failure.retryable || attempt >= policy.retries) throw failure;
    await policy.sleep(
      Math.min(5_000, 100 * 2 ** attempt) * (0.5 + policy.random() / 2),
    );
  }
}
