import { uploadConfirmation, type UploadConfirmationAnswer } from "../_shared/contract/uploads.ts";
import { type ApiError, badRequest, conflict, notFound } from "../_shared/http/api-error.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseBody } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import type { Database } from "../_shared/media/database.types.ts";
import { readItems } from "../_shared/media/media-library.ts";
import { BidirectionalSyncService } from "../_shared/sync/bidirectional-sync-service.ts";
import { withThumbnail } from "./thumbnail.ts";

/**
 * `POST media-list/uploads/confirm`: puts an upload's row in the database at once. The response's signature proves that
 * the upload took place; it covers the name and version only, so everything else is read from Cloudinary.
 */
export async function confirmUpload(
  { request, identify, log }: RouteContext<Database>,
): Promise<Response> {
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "editor");
  const response = await parseBody(request, uploadConfirmation, { foreign: true });
  const outcome = await BidirectionalSyncService.forCaller(caller, log).storeUpload(response);
  switch (outcome.status) {
    case "bad_signature":
      throw badRequest([{
        path: "signature",
        message: "does not belong to this public_id and version",
      }]);
    case "unknown":
      throw notFound(
        "Cloudinary holds no such asset; it may have been renamed, replaced or deleted meanwhile.",
      );
    case "out_of_scope":
      throw outOfScope();
    case "set_aside":
      throw conflict(
        "Cloudinary holds it, but what it tells of it cannot be stored; GET sync says why.",
        "set_aside",
      );
    case "stored": {
      const [item] = await readItems(caller.supabase, [outcome.id]);
      if (item === undefined) throw outOfScope();
      return jsonResponse<UploadConfirmationAnswer>({ success: true, item: withThumbnail(item) });
    }
  }
}

function outOfScope(): ApiError {
  return notFound("The asset lies outside the folders that are mirrored here.");
}
