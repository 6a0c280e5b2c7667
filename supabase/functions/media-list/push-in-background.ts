import type { Caller } from "../_shared/http/caller.ts";
import type { Database } from "../_shared/media/database.types.ts";
import type { Logger } from "../_shared/http/log.ts";
import { runInBackground } from "../_shared/http/runtime.ts";
import { BidirectionalSyncService } from "../_shared/sync/bidirectional-sync-service.ts";

/**
 * Pushes the caller's edits right after the answer. They are safe in the database already: should this fail, or Cloudinary
 * not be configured yet, the next tick pushes them.
 *
 * @param ids Rows that were edited.
 */
export function pushInBackground(caller: Caller<Database>, log: Logger, ids: string[]): void {
  const push = async () => {
    await BidirectionalSyncService.forCaller(caller, log).pushRows(ids);
  };
  runInBackground(push(), (error) => log.warn("the push waits for the next tick", { error }));
}
