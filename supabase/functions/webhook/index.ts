import { createHandler } from "../_shared/http/handler.ts";
import { requireDatabaseVersion } from "../_shared/media/database-version.ts";
import { mapError } from "../_shared/sync/bidirectional-sync-service.ts";
import { getWebhook } from "./get-webhook.ts";
import { postWebhook } from "./post-webhook.ts";

/** `webhook`: receives Cloudinary's notifications (POST) and tells whether it is set up to (GET). */
export default {
  fetch: createHandler({
    name: "webhook",
    routes: [
      { method: "GET", path: "/", handle: getWebhook },
      { method: "POST", path: "/", handle: postWebhook },
    ],
    mapError,
    requireDatabase: requireDatabaseVersion,
  }),
};
