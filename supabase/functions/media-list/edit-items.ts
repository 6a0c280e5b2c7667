import {
  lenientMediaEdit,
  lenientMediaEdits,
  type MediaEdit,
  mediaEdit,
  type MediaEditAnswer,
  mediaEdits,
} from "../_shared/contract/edits.ts";
import { type ApiError, conflict, notFound } from "../_shared/http/api-error.ts";
import { type Caller, requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseDoubtfulBody } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { callFunction } from "../_shared/media/call-function.ts";
import { DatabaseError } from "../_shared/media/database-error.ts";
import type { Database } from "../_shared/media/database.types.ts";
import type { MediaPatch } from "../_shared/media/library-types.ts";
import { readItems } from "../_shared/media/media-library.ts";
import type { MediaClient } from "../_shared/media/types.ts";
import { pushInBackground } from "./push-in-background.ts";
import { requireId } from "./require-id.ts";
import { withThumbnail } from "./thumbnail.ts";

/** `PATCH media-list/<id>`: edits one asset. */
export async function editItem(context: RouteContext<Database>): Promise<Response> {
  const caller = await context.identify(["user", "secret"]);
  requireRole(caller, "editor");
  const id = requireId(context.params.id);
  const { value: patch, doubts } = await parseDoubtfulBody(
    context.request,
    mediaEdit,
    lenientMediaEdit,
  );
  return await edit(context, caller, [id], patch, doubts);
}

/** `PATCH media-list`: edits up to 1,000 assets alike. */
export async function editItems(context: RouteContext<Database>): Promise<Response> {
  const caller = await context.identify(["user", "secret"]);
  requireRole(caller, "editor");
  const { value, doubts } = await parseDoubtfulBody(
    context.request,
    mediaEdits,
    lenientMediaEdits,
  );
  const { ids, ...patch } = value;
  return await edit(context, caller, ids, patch, doubts);
}

async function edit(
  context: RouteContext<Database>,
  caller: Caller<Database>,
  ids: string[],
  { resolve, ...patch }: MediaEdit,
  doubts: ApiError | null,
): Promise<Response> {
  const { supabase } = caller;
  const isOpen = resolve !== undefined && await isInConflict(supabase, ids);
  const reached = new Set<string>();
  // Edits come first, so that what they decide themselves is no longer open.
  if (Object.keys(patch).length > 0) {
    for (const id of await editAssets(supabase, ids, patch, doubts)) reached.add(id);
  }
  if (isOpen) {
    for (
      const id of await callFunction(supabase, "resolve_media_conflicts", {
        p_ids: ids,
        p_keep: resolve,
      })
    ) {
      reached.add(id);
    }
  }
  // What was stored is told, even of an asset that was deleted right after.
  const items = (await readItems(supabase, ids))
    .filter((item) => item.deleted_at === null || reached.has(item.id));
  if (items.length === 0 && reached.size === 0) {
    if (doubts !== null) throw doubts;
    throw notFound("There is no live asset with that id, or you may not see it.");
  }
  if (reached.size === 0 && !isOpen) {
    throw conflict(
      "No conflict is open there, so that there is nothing to resolve.",
      "no_conflict",
    );
  }
  pushInBackground(caller, context.log, ids);
  return jsonResponse<MediaEditAnswer>({ success: true, items: items.map(withThumbnail) });
}

/** @throws The doubts, which name each field, where the database shares them. */
async function editAssets(
  supabase: MediaClient,
  ids: string[],
  patch: MediaPatch,
  doubts: ApiError | null,
): Promise<string[]> {
  try {
    return await callFunction(supabase, "edit_media_assets", { p_ids: ids, p_patch: patch });
  } catch (error) {
    // It knows what came from Cloudinary, which may stay, and be taken away, whatever it is like.
    const isShared = error instanceof DatabaseError && error.code === "22023";
    throw isShared && doubts !== null ? doubts : error;
  }
}

/** Asked before, because a decision whose answer was lost is found made when it is repeated. */
async function isInConflict(supabase: MediaClient, ids: string[]): Promise<boolean> {
  return (await readItems(supabase, ids)).some((item) => item.sync_status === "conflict");
}
