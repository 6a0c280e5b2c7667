import { z } from "zod";
import { encodeContext } from "../_shared/cloudinary/context-codec.ts";
import { badRequest } from "../_shared/http/api-error.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseBody } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { BidirectionalSyncService } from "../_shared/sync/bidirectional-sync-service.ts";

const requestSchema = z.strictObject({
  folder: z.string().max(1_000).transform((value) => value.replace(/^\/+|\/+$/g, "")).optional(),
  public_id: z.string().min(1).max(255).optional(),
  tags: z.array(z.string().trim().min(1).max(255).regex(/^[^,]*$/, "must not contain a comma")).max(
    1_000,
  )
    .optional(),
  context: z.record(z.string().min(1), z.string()).optional(),
  resource_type: z.enum(["auto", "image", "video", "raw"]).default("auto"),
  eager: z.string().min(1).max(2_000).optional(),
});

/**
 * `POST media-list/uploads`: signed fields with which a browser posts a file straight to Cloudinary. The secret stays on
 * the server; the signature holds for an hour and for exactly these fields.
 */
export async function signUpload({ request, identify, log }: RouteContext): Promise<Response> {
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "editor");
  const wanted = await parseBody(request, requestSchema);
  const { data: context, error } = encodeContext(wanted.context ?? {});
  if (error !== undefined) throw badRequest([{ path: "context", message: error.message }]);

  const { resource_type, ...parameters } = wanted;
  const signed = await BidirectionalSyncService.forCaller(caller, log)
    .signUpload({ ...parameters, context }, resource_type);
  return jsonResponse({ success: true, upload_url: signed.uploadUrl, fields: signed.fields });
}
