import { createHandler } from "../_shared/http/handler.ts";
import { requireDatabaseVersion } from "../_shared/media/database-version.ts";
import { mapError } from "../_shared/sync/bidirectional-sync-service.ts";
import { confirmUpload } from "./confirm-upload.ts";
import { deleteItems } from "./delete-items.ts";
import { editItem, editItems } from "./edit-items.ts";
import { getItem } from "./get-item.ts";
import { listItems } from "./list-items.ts";
import { listMetadataFields } from "./metadata-fields.ts";
import { restoreItem } from "./restore-item.ts";
import { signUpload } from "./sign-upload.ts";

/** `media-list`: the library for client apps. Every query runs with the caller's rights. */
export default {
  fetch: createHandler({
    name: "media-list",
    routes: [
      { method: "GET", path: "/", handle: listItems },
      { method: "PATCH", path: "/", handle: editItems },
      { method: "DELETE", path: "/", handle: deleteItems },
      { method: "POST", path: "/uploads", handle: signUpload },
      { method: "POST", path: "/uploads/confirm", handle: confirmUpload },
      { method: "GET", path: "/metadata-fields", handle: listMetadataFields },
      { method: "GET", path: "/:id", handle: getItem },
      { method: "PATCH", path: "/:id", handle: editItem },
      { method: "POST", path: "/:id/restore", handle: restoreItem },
    ],
    mapError,
    requireDatabase: requireDatabaseVersion,
  }),
};
