import { AssetFunctions } from "./asset-functions.ts";
import type { RetryPolicy } from "./call-function.ts";
import type { DatabaseClock } from "./database-clock.ts";
import { EventFunctions } from "./event-functions.ts";
import { PushFunctions } from "./push-functions.ts";
import { RunFunctions } from "./run-functions.ts";
import { ServiceCalls } from "./service-calls.ts";
import type { MediaClient } from "./types.ts";

/**
 * The only code that speaks to the database on behalf of the sync: one method per SQL function, a whole page a call.
 *
 * Needs a client with a secret key; the functions behind it are closed to everybody else. Methods throw
 * `DatabaseError`.
 */
export class SupabaseMediaService {
  readonly runs: RunFunctions;
  readonly assets: AssetFunctions;
  readonly pushes: PushFunctions;
  readonly events: EventFunctions;
  readonly #calls: ServiceCalls;

  /**
   * @param client supabase-js client with a secret key.
   * @param cloudName Cloudinary product environment whose assets are meant.
   * @param options Injected time and chance.
   */
  constructor(
    client: MediaClient,
    cloudName: string,
    options: { clock?: DatabaseClock; retry?: RetryPolicy } = {},
  ) {
    this.#calls = new ServiceCalls(client, cloudName, options);
    this.runs = new RunFunctions(this.#calls);
    this.assets = new AssetFunctions(this.#calls);
    this.pushes = new PushFunctions(this.#calls);
    this.events = new EventFunctions(this.#calls);
  }

  /** The database's time, learned from every answer. */
  get clock(): DatabaseClock {
    return this.#calls.clock;
  }

  /** Asks for the database's time, so that `clock` may be read. */
  async learnTime(): Promise<void> {
    this.clock.learn(await this.#calls.call<string>("media_sync_clock", {}));
  }
}
