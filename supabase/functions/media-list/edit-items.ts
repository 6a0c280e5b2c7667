import { z } from "zod";
import { conflict, notFound } from "../_shared/http/api-error.ts";
import { type Caller, requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseBody } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { callFunction } from "../_shared/media/call-function.ts";
import type { Database } from "../_shared/media/database.types.ts";
import type { MediaPatch } from "../_shared/media/library-types.ts";
import { readItems } from "../_shared/media/media-library.ts";
import type { MediaClient } from "../_shared/media/types.ts";
import { pushInBackground } from "./push-in-background.ts";
import { requireId } from "./require-id.ts";
import { withThumbnail } from "./thumbnail.ts";

const tag = z.string().trim().min(1).max(255).regex(/^[^,]*$/, "must not contain a comma");
const tags = z.array(tag).max(1_000);
const contextKey = z.string().min(1).max(255).regex(/^[^=|]*$/, "must not contain = or |");

const changes = {
  tags: tags.optional(),
  add_tags: tags.optional(),
  remove_tags: tags.optional(),
  context: z.record(contextKey, z.string().max(10_000).nullable()).optional(),
  metadata: z.record(z.string().min(1).max(255), z.json()).optional(),
  display_name: z.string().min(1).max(255).regex(/^[^/]*$/, "must not contain a slash").optional(),
  folder: z.string().max(1_000).optional(),
  resolve: z.enum(["cloudinary", "database"]).optional(),
};

/** The body of `PATCH media-list/<id>`. */
export const onePatch = z.strictObject({
  ...changes,
  public_id: z.string().trim().min(1).max(255).optional(),
})
  .superRefine(refinePatch);
/** The body of `PATCH media-list`. */
export const manyPatch = z.strictObject({ ids: z.array(z.uuid()).min(1).max(1_000), ...changes })
  .superRefine(refinePatch);

function refinePatch(patch: Record<string, unknown>, check: z.core.$RefinementCtx): void {
  const { ids: _ids, ...wanted } = patch;
  if (Object.keys(wanted).length === 0) {
    check.addIssue({
      code: "custom",
      path: [],
      message: "must name at least one change",
      input: patch,
    });
  }
  if (patch.tags !== undefined && (patch.add_tags ?? patch.remove_tags) !== undefined) {
    check.addIssue({
      code: "custom",
      path: ["tags"],
      message: "cannot be combined with add_tags or remove_tags",
      input: patch,
    });
  }
}

/** `PATCH media-list/<id>`: edits one asset. */
export async function editItem(context: RouteContext<Database>): Promise<Response> {
  const caller = await context.identify(["user", "secret"]);
  requireRole(caller, "editor");
  const id = requireId(context.params.id);
  const patch = await parseBody(context.request, onePatch);
  return await edit(context, caller, [id], patch);
}

/** `PATCH media-list`: edits up to 1,000 assets alike. */
export async function editItems(context: RouteContext<Database>): Promise<Response> {
  const caller = await context.identify(["user", "secret"]);
  requireRole(caller, "editor");
  const { ids, ...patch } = await parseBody(context.request, manyPatch);
  return await edit(context, caller, ids, patch);
}

async function edit(
  context: RouteContext<Database>,
  caller: Caller<Database>,
  ids: string[],
  { resolve, ...patch }: MediaPatch & { resolve?: "cloudinary" | "database" },
): Promise<Response> {
  const { supabase } = caller;
  const isOpen = resolve !== undefined && await isInConflict(supabase, ids);
  const reached = new Set<string>();
  // Edits come first, so that what they decide themselves is no longer open.
  if (Object.keys(patch).length > 0) {
    for (
      const id of await callFunction(supabase, "edit_media_assets", { p_ids: ids, p_patch: patch })
    ) {
      reached.add(id);
    }
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
    throw notFound("There is no live asset with that id, or you may not see it.");
  }
  if (reached.size === 0 && !isOpen) {
    throw conflict(
      "No conflict is open there, so that there is nothing to resolve.",
      "no_conflict",
    );
  }
  pushInBackground(caller, context.log, ids);
  return jsonResponse({ success: true, items: items.map(withThumbnail) });
}

/** Asked before, because a decision whose answer was lost is found made when it is repeated. */
async function isInConflict(supabase: MediaClient, ids: string[]): Promise<boolean> {
  return (await readItems(supabase, ids)).some((item) => item.sync_status === "conflict");
}
