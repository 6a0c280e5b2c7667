import type { MediaItemAnswer } from "../_shared/contract/media-item.ts";
import { notFound } from "../_shared/http/api-error.ts";
import { entityTag, isKnownTag, notModified, tagHeaders } from "../_shared/http/entity-tag.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { callFunction } from "../_shared/media/call-function.ts";
import type { Database } from "../_shared/media/database.types.ts";
import { requireId } from "./require-id.ts";
import { withThumbnail } from "./thumbnail.ts";

/** `GET media-list/<id>`: one asset, where it is used, its collections and, for editors, its conflicts and history. */
export async function getItem(
  { request, params, identify }: RouteContext<Database>,
): Promise<Response> {
  const caller = await identify(["anonymous", "user", "secret"]);
  const id = requireId(params.id);
  // Read before the asset: the tag never tells of more than the answer holds.
  const version = await callFunction(caller.supabase, "get_media_version", { p_id: id });
  const tag = await entityTag("item", id, caller.role, version);
  if (isKnownTag(request.headers.get("if-none-match"), tag)) return notModified(tag);
  const found = await callFunction(caller.supabase, "get_media_asset", { p_id: id });
  if (found === null) {
    throw notFound("There is no asset with that id, or you may not see it.");
  }
  return jsonResponse<MediaItemAnswer>({
    success: true,
    ...found,
    item: withThumbnail(found.item),
  }, { headers: tagHeaders(tag) });
}
