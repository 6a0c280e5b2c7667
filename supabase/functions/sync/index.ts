import { createHandler } from "../_shared/http/handler.ts";
import { requireDatabaseVersion } from "../_shared/media/database-version.ts";
import { mapError } from "../_shared/sync/bidirectional-sync-service.ts";
import { getSync } from "./get-sync.ts";
import { postSync } from "./post-sync.ts";

/** `sync`: runs a sync (POST) and tells how the sync is doing (GET). Admins and secret keys. */
export default {
  fetch: createHandler({
    name: "sync",
    routes: [
      { method: "GET", path: "/", handle: getSync },
      { method: "POST", path: "/", handle: postSync },
    ],
    mapError,
    requireDatabase: requireDatabaseVersion,
  }),
};
