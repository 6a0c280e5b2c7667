import { conflict, notFound } from "../_shared/http/api-error.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { DatabaseError } from "../_shared/media/database-error.ts";
import { MediaEditor } from "../_shared/media/media-editor.ts";
import { MediaLibrary } from "../_shared/media/media-library.ts";
import type { MediaClient } from "../_shared/media/types.ts";
import { BidirectionalSyncService } from "../_shared/sync/bidirectional-sync-service.ts";
import { pushInBackground } from "./push-in-background.ts";
import { requireId } from "./require-id.ts";
import { withThumbnail } from "./thumbnail.ts";

/** `POST media-list/<id>/restore`: undoes a deletion, from Cloudinary's backup where it has let go of the asset. */
export async function restoreItem({ params, identify, log }: RouteContext): Promise<Response> {
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "editor");
  const id = requireId(params.id);
  const client = caller.supabase as MediaClient;

  const outcome = await restore(new MediaEditor(client), id);
  if (outcome === "requested") {
    const failures = await BidirectionalSyncService.forCaller(caller, log).pushRows([id]);
    const failure = failures.get(id);
    if (failure?.ends_wish) throw conflict(failure.message, failure.code);
  } else if (outcome === "restored") {
    pushInBackground(caller, log, [id]);
  }

  const [item] = await new MediaLibrary(client).items([id]);
  if (item === undefined) throw notFound("There is no asset with that id, or you may not see it.");
  const came = outcome === "requested" && item.deleted_at === null;
  return jsonResponse({
    success: true,
    outcome: came ? "restored" : outcome,
    item: withThumbnail(item),
  });
}

async function restore(
  editor: MediaEditor,
  id: string,
): Promise<"live" | "restored" | "requested"> {
  try {
    return await editor.restore(id);
  } catch (error) {
    if (error instanceof DatabaseError && error.code === "PT404") {
      throw notFound("There is no asset with that id, or you may not see it.");
    }
    throw error;
  }
}
