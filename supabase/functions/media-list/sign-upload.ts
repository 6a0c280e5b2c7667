import { z } from "zod";
import { encodeContext } from "../_shared/cloudinary/context-codec.ts";
import { badRequest, conflict } from "../_shared/http/api-error.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseBody } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import type { Database } from "../_shared/media/database.types.ts";
import { BidirectionalSyncService } from "../_shared/sync/bidirectional-sync-service.ts";

/** The body of `POST media-list/uploads`. */
export const uploadSchema = z.strictObject({
  folder: z.string().max(1_000).transform((value) => value.replace(/^\/+|\/+$/g, "")).optional(),
  filename: z.string().min(1).max(255).optional(),
  // What Cloudinary refuses in a name, and the quote, which its search cannot ask for.
  public_id: z.string().min(1).max(255)
    .regex(/^[^?&#\\%<>"]*$/, 'must not contain ? & # \\ % < > or "')
    .regex(/^[^\s/](.*[^\s/])?$/s, "must not begin or end with a slash or space").optional(),
  overwrite: z.boolean().default(false),
  force: z.boolean().default(false),
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
 * the server; the signature holds for a quarter of an hour, for exactly these fields, and for a name that nobody has, or
 * with `overwrite` for one that the caller may replace.
 */
export async function signUpload(
  { request, identify, log }: RouteContext<Database>,
): Promise<Response> {
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "editor");
  const wanted = await parseBody(request, uploadSchema);
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
      return jsonResponse({
        success: true,
        upload_url: outcome.upload.uploadUrl,
        fields: outcome.upload.fields,
      });
  }
}
