import type { Caller } from "../_shared/http/caller.ts";
import type { Logger } from "../_shared/http/log.ts";
import { runInBackground } from "../_shared/http/runtime.ts";
import { withSyncSession } from "../_shared/sync/create-sync-session.ts";
import { push } from "../_shared/sync/push/push.ts";

/**
 * Pushes the caller's edits right after the answer. They are safe in the database already: should this fail, or Cloudinary
 * not be configured yet, the next tick pushes them.
 *
 * @param ids Rows that were edited.
 */
export function pushInBackground(caller: Caller, log: Logger, ids: string[]): void {
  const pushed = withSyncSession(caller, log, (session) => push(session, null, ids));
  runInBackground(pushed, (error) => log.warn("the push waits for the next tick", { error }));
}
