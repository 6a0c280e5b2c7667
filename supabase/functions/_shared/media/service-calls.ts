import {
  callFunction,
  defaultRetryPolicy,
  type FunctionName,
  type RetryPolicy,
} from "./call-function.ts";
import { DatabaseClock } from "./database-clock.ts";
import type { MediaClient } from "./types.ts";

/** Calls of the SQL functions that only a secret key may call, for one Cloudinary product environment. */
export class ServiceCalls {
  /** The database's time, learned from every answer. */
  readonly clock: DatabaseClock;

  constructor(
    private readonly client: MediaClient,
    readonly cloudName: string,
    private readonly options: { clock?: DatabaseClock; retry?: RetryPolicy } = {},
  ) {
    this.clock = options.clock ?? new DatabaseClock();
  }

  /** Calls a function. @throws {DatabaseError} When the last attempt failed. */
  call<Result>(name: FunctionName, args: Record<string, unknown>): Promise<Result> {
    return callFunction<Result>(this.client, name, args, this.options.retry ?? defaultRetryPolicy);
  }

  /** Calls a function whose answer tells the database's time. */
  async timed<Result extends { now: string }>(
    name: FunctionName,
    args: Record<string, unknown>,
  ): Promise<Result> {
    const result = await this.call<Result>(name, args);
    this.clock.learn(result.now);
    return result;
  }
}
