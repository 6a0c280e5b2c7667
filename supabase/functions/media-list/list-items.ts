import type { MediaListAnswer, MediaPagePart } from "../_shared/contract/media-list.ts";
import { entityTag, isKnownTag, notModified, tagHeaders } from "../_shared/http/entity-tag.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseQuery } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { callFunction } from "../_shared/media/call-function.ts";
import type { Database } from "../_shared/media/database.types.ts";
import type { LibraryParts } from "../_shared/media/library-types.ts";
import { forbidden } from "../_shared/http/api-error.ts";
import { encodeCursor } from "./cursor.ts";
import { librarySchema, toLibraryQuery } from "./library-query.ts";
import { withThumbnail } from "./thumbnail.ts";

/** `GET media-list`: a page of the library, as far as the caller may see it. */
export async function listItems(
  { request: { headers }, url, identify }: RouteContext<Database>,
): Promise<Response> {
  const caller = await identify(["anonymous", "user", "secret"]);
  const request = parseQuery(url, librarySchema);
  if (
    request.deleted && !["editor", "admin", "service"].includes(caller.role)
  ) {
    throw forbidden("The trash is for editors.");
  }
  // Statistics are for viewers; anybody else gets the page without them. Who of those signed in is one, the database knows.
  const wants = (part: MediaPagePart) =>
    request.include.includes(part) &&
    (part === "facets" || caller.role !== "anonymous");

  // Statistics and state cost next to nothing and depend on the time: the tag holds what they are.
  const tagOf = ({ version, stats, sync_status }: LibraryParts) =>
    entityTag("list", request, caller.role, version, [stats, sync_status]);
  const state = (["stats", "sync_status"] as const).filter(wants);

  const known = headers.get("if-none-match");
  if (known !== null) {
    const tag = await tagOf(
      await callFunction(caller.supabase, "read_media_library", { p_query: {}, p_parts: state }),
    );
    if (isKnownTag(known, tag)) return notModified(tag);
  }

  const read = await callFunction(caller.supabase, "read_media_library", {
    p_query: toLibraryQuery(request),
    p_parts: ["page", ...(["facets"] as const).filter(wants), ...state],
  });
  const { page, stats, sync_status: syncStatus, facets } = read as LibraryParts<"page">;

  return jsonResponse<MediaListAnswer>({
    success: true,
    items: page.items.map(withThumbnail),
    pagination: {
      page: request.cursor === undefined ? request.page ?? 1 : null,
      limit: page.limit,
      total: page.total,
      total_is_exact: page.total_is_exact,
      pages: Math.ceil(page.total / page.limit),
      has_next: page.has_next,
      has_prev: request.cursor !== undefined || (request.page ?? 1) > 1,
      next_cursor: page.next === null ? null : encodeCursor(page.next, request),
    },
    ...(stats === undefined ? {} : { stats }),
    ...(syncStatus === undefined ? {} : { sync_status: syncStatus }),
    ...(facets === undefined ? {} : { facets }),
  }, { headers: tagHeaders(await tagOf(read)) });
}
