import type {
  MediaFacets,
  MediaListAnswer,
  MediaPagePart,
} from "../_shared/contract/media-list.ts";
import { entityTag, isKnownTag, notModified, tagHeaders } from "../_shared/http/entity-tag.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseQuery } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { callFunction } from "../_shared/media/call-function.ts";
import type { Database } from "../_shared/media/database.types.ts";
import { readStatistics } from "../_shared/media/media-library.ts";
import { DatabaseError } from "../_shared/media/database-error.ts";
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
  // Statistics are for viewers; anybody else gets the page without them.
  const wants = (part: MediaPagePart) =>
    request.include.includes(part) &&
    (part === "facets" || caller.role !== "anonymous");

  const readState = () =>
    Promise.all([
      wants("stats") ? unlessRefused(readStatistics(caller.supabase)) : undefined,
      wants("sync_status")
        ? unlessRefused(callFunction(caller.supabase, "get_sync_status", {}))
        : undefined,
    ]);
  // Statistics and state cost next to nothing and depend on the time: the tag holds what they are.
  const tagOf = (version: string, state: unknown[]) =>
    entityTag("list", request, caller.role, version, state);

  const known = headers.get("if-none-match");
  if (known !== null) {
    const [version, state] = await Promise.all([
      callFunction(caller.supabase, "get_media_version", {}),
      readState(),
    ]);
    const tag = await tagOf(version, state);
    if (isKnownTag(known, tag)) return notModified(tag);
  }

  const query = { ...toLibraryQuery(request), version: true as const };
  const [{ version, ...page }, state, facets] = await Promise.all([
    callFunction(caller.supabase, "list_media_assets", { p_query: query }),
    readState(),
    wants("facets")
      ? callFunction(caller.supabase, "get_media_facets", { p_query: query })
      : undefined,
  ]);
  const [stats, syncStatus] = state;
  const { version: facetsVersion = version, ...counted } = facets ?? {};
  // What was read while somebody wrote has no tag: it would tell of a page and facets that never stood together.
  const tagged = version !== undefined && facetsVersion === version;

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
    ...(facets === undefined ? {} : { facets: counted as MediaFacets }),
  }, { headers: tagged ? tagHeaders(await tagOf(version, state)) : {} });
}

/** Whether a signed-in user counts as a viewer is a setting that only the database knows. */
async function unlessRefused<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "42501") return undefined;
    throw error;
  }
}
