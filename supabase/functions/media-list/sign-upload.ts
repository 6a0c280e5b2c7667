import { encodeContext } from "../_shared/cloudinary/context-codec.ts";
import { type SignedUploadAnswer, uploadRequest } from "../_shared/contract/uploads.ts";
import { badRequest, conflict } from "../_shared/http/api-error.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseBody } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import type { Database } from "../_shared/media/database.types.ts";
import { BidirectionalSyncService } from "../_shared/sync/bidirectional-sync-service.ts";

/**
 * `POST media-list/uploads`: signed fields with which a browser posts a file straight to Cloudinary. The secret stays on
 * the server; the signature holds for a quarter of an hour, for exactly these fields, and for a name that nobody has, or
 * with `overwrite` for one that the caller may replace.
 */
export async function signUpload(
  { request, identify, log }: RouteContext<Database>,
): Promise<Response> {
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "editor");
  const wanted = await parseBody(request, uploadRequest);
  const { data: context, error } = encodeContext(wanted.context ?? {});
  if (error !== undefined) throw badRequest([{ path: "context", message: error.message }]);

  const { resource_type, ...parameters } = wanted;
  const outcome = await BidirectionalSyncService.forCaller(caller, log)
    .signUpload({ ...parameters, context }, resource_type);
  switch (outcome.status) {
    case "name_taken":
      throw conflict(
        wanted.overwrite
          ? "An asset of that name exists that is not yours to replace, or is just being uploaded."
          : "That name is taken; send another, none, or overwrite.",
        "name_taken",
      );
    case "in_use":
      throw conflict("The asset is in use; send force to replace it all the same.", "in_use");
    case "signed":
      return jsonResponse<SignedUploadAnswer>({
        success: true,
        upload_url: outcome.upload.uploadUrl,
        fields: outcome.upload.fields,
      });
  }
}
