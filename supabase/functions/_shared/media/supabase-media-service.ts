import { callFunction, defaultRetryPolicy, type RetryPolicy } from "./call-function.ts";
import { DatabaseClock } from "./database-clock.ts";
import type { FunctionArguments, FunctionName, FunctionResult } from "./function-types.ts";
import type { MediaClient } from "./types.ts";

/** What surrounds the calls of a service. */
export interface MediaServiceOptions {
  clock?: DatabaseClock;
  retry?: RetryPolicy;
  /** Hears how many asset_ids a look-up may name, whenever an answer tells it. */
  onLookUpCap?(cap: number): void;
}

/**
 * The only code that speaks to the database on behalf of the sync: SQL functions that only a secret key may call, a whole
 * page a call, for one Cloudinary product environment.
 */
export class SupabaseMediaService {
  /** The database's time, learned from every answer that tells it. */
  readonly clock: DatabaseClock;
  readonly #retry: RetryPolicy;

  /**
   * @param client supabase-js client with a secret key.
   * @param cloudName Cloudinary product environment whose assets are meant.
   * @param options Injected time and chance, and who hears of the cap of look-ups.
   */
  constructor(
    private readonly client: MediaClient,
    readonly cloudName: string,
    private readonly options: MediaServiceOptions = {},
  ) {
    this.clock = options.clock ?? new DatabaseClock();
    this.#retry = options.retry ?? defaultRetryPolicy;
  }

  /**
   * Calls an SQL function; see {@link callFunction}.
   *
   * @throws {DatabaseError} When the last attempt failed.
   */
  async call<Name extends FunctionName>(
    name: Name,
    args: FunctionArguments<Name>,
  ): Promise<FunctionResult<Name>> {
    const result = await callFunction(this.client, name, args, this.#retry);
    if (tellsTime(result)) this.clock.learn(result.now);
    if (tellsLookUpCap(result)) this.options.onLookUpCap?.(result.budget.look_up_cap);
    return result;
  }

  /** Asks for the database's time, so that `clock` may be read. */
  async learnTime(): Promise<void> {
    this.clock.learn(await this.call("media_sync_clock", {}));
  }
}

function tellsTime(result: unknown): result is { now: string } {
  return typeof result === "object" && result !== null && "now" in result &&
    typeof result.now === "string";
}

function tellsLookUpCap(result: unknown): result is { budget: { look_up_cap: number } } {
  const { budget } = (result ?? {}) as { budget?: { look_up_cap?: unknown } | null };
  return typeof budget?.look_up_cap === "number";
}
