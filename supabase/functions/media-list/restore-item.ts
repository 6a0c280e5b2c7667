import type { RestoreAnswer } from "../_shared/contract/deletions.ts";
import { conflict, notFound } from "../_shared/http/api-error.ts";
import { type Caller, requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { callFunction } from "../_shared/media/call-function.ts";
import type { Database } from "../_shared/media/database.types.ts";
import { DatabaseError } from "../_shared/media/database-error.ts";
import { readItems } from "../_shared/media/media-library.ts";
import { BidirectionalSyncService } from "../_shared/sync/bidirectional-sync-service.ts";
import { pushInBackground } from "./push-in-background.ts";
import { requireId } from "./require-id.ts";
import { withThumbnail } from "./thumbnail.ts";

/** `POST media-list/<id>/restore`: undoes a deletion, from Cloudinary's backup where it has let go of the asset. */
export async function restoreItem(
  { params, identify, log }: RouteContext<Database>,
): Promise<Response> {
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "editor");
  const id = requireId(params.id);

  const outcome = await restore(caller, id);
  if (outcome === "requested") {
    const failures = await BidirectionalSyncService.forCaller(caller, log).pushRows([id]);
    const failure = failures.get(id);
    if (failure?.ends_wish) throw conflict(failure.message, failure.code);
  } else if (outcome === "restored") {
    pushInBackground(caller, log, [id]);
  }

  const [item] = await readItems(caller.supabase, [id]);
  if (item === undefined) throw notFound("There is no asset with that id, or you may not see it.");
  const came = outcome === "requested" && item.deleted_at === null;
  return jsonResponse<RestoreAnswer>({
    success: true,
    outcome: came ? "restored" : outcome,
    item: withThumbnail(item),
  });
}

async function restore(
  caller: Caller<Database>,
  id: string,
): Promise<RestoreAnswer["outcome"]> {
  try {
    return await callFunction(caller.supabase, "restore_media_asset", { p_id: id });
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "PT404") {
      throw notFound("There is no asset with that id, or you may not see it.");
    }
    throw error;
  }
}
