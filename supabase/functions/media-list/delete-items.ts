import { inBatches } from "../_shared/http/in-batches.ts";
import {
  mediaDeletion,
  type MediaDeletionAnswer,
  type MediaDeletionFailure,
  mediaDeletionQuery,
  MOST_ASSETS,
} from "../_shared/contract/deletions.ts";
import { ApiError, badRequest } from "../_shared/http/api-error.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseBody, parseQuery } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { callFunction } from "../_shared/media/call-function.ts";
import type { Database } from "../_shared/media/database.types.ts";
import type { FunctionArguments } from "../_shared/media/function-types.ts";
import type { DeleteOutcome, NamedAsset } from "../_shared/media/library-types.ts";
import { readDeletionStates } from "../_shared/media/media-library.ts";
import type { MediaClient } from "../_shared/media/types.ts";
import { CloudinaryError } from "../_shared/cloudinary/errors.ts";
import { BidirectionalSyncService } from "../_shared/sync/bidirectional-sync-service.ts";
import { readPublicIds } from "./named-assets.ts";

/**
 * `DELETE media-list`: deletes here at once, so that the intent is safe before Cloudinary is called, then destroys in
 * Cloudinary. What Cloudinary did not confirm yet is `pending` and tried again by the tick.
 */
export async function deleteItems(
  { request, url, identify, log }: RouteContext<Database>,
): Promise<Response> {
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "editor");
  const named = readPublicIds(url);
  const wanted = {
    ...await parseBody(request, mediaDeletion),
    ...parseQuery(named.rest, mediaDeletionQuery),
    ...(named.publicIds === undefined ? {} : { public_ids: named.publicIds }),
  };
  if (wanted.public_ids === undefined && wanted.ids === undefined) {
    throw new ApiError("The request is not valid: name the assets in public_ids or ids.", {
      status: 400,
      code: "bad_request",
      details: [{ path: "public_ids", message: "is missing, and so is ids" }],
    });
  }

  if (named.joins.length > 0) {
    const joined = await findAll(caller.supabase, { p_public_ids: named.joins });
    if (joined.length > 0) {
      throw badRequest([{
        path: "public_ids",
        message:
          "may mean a name that holds a comma: repeat the parameter for each name, or send ids",
      }]);
    }
  }
  const failed: MediaDeletionFailure[] = [];
  const found = await findAll(caller.supabase, {
    p_public_ids: wanted.public_ids ?? [],
    p_resource_type: wanted.resource_type,
    p_type: wanted.type,
  });
  const picked = pickUnambiguous(wanted.public_ids ?? [], found, failed);
  const ids = [...new Set([...(wanted.ids ?? []), ...picked])];

  const outcomes: DeleteOutcome[] = [];
  for (const part of inBatches(ids, MOST_ASSETS)) {
    outcomes.push(
      ...await callFunction(caller.supabase, "soft_delete_media_assets", {
        p_ids: part,
        p_force: wanted.force ?? false,
      }),
    );
  }
  for (const id of ids) {
    const outcome = outcomes.find((one) => one.id === id);
    if (outcome === undefined) failed.push({ public_id: null, id, ...notKnown });
    else if (outcome.outcome === "in_use") {
      failed.push({ public_id: outcome.public_id, id, ...inUse });
    }
  }

  const accepted = outcomes.filter(({ outcome }) => outcome !== "in_use");
  try {
    await BidirectionalSyncService.forCaller(caller, log).pushRows(accepted.map(({ id }) => id));
  } catch (error) {
    const later = error instanceof CloudinaryError ||
      (error instanceof ApiError && error.code === "not_configured");
    if (!later) throw error;
    log.warn("the deletion waits for the next tick", { error });
  }
  const states = await readDeletionStates(caller.supabase, accepted.map(({ id }) => id));
  const deleted: string[] = [];
  const pending: string[] = [];
  const deletedNow: string[] = [];
  for (const { id, public_id, outcome } of accepted) {
    const state = states.get(id);
    if (state === "live") {
      failed.push({ public_id, id, ...contentChanged });
      continue;
    }
    (state === "final" ? deleted : pending).push(public_id);
    // What had been deleted before is not to come back when this call is undone.
    if (outcome === "deleted") deletedNow.push(id);
  }
  return jsonResponse<MediaDeletionAnswer>({
    success: failed.length === 0,
    deleted,
    pending,
    ids: deletedNow,
    failed,
    message: sentence(deleted.length, pending.length, failed.length),
  });
}

/** The live assets of any number of names. */
async function findAll(
  client: MediaClient,
  { p_public_ids, ...others }: FunctionArguments<"find_media_assets">,
): Promise<NamedAsset[]> {
  const found: NamedAsset[] = [];
  for (const part of inBatches(p_public_ids, MOST_ASSETS)) {
    found.push(
      ...await callFunction(client, "find_media_assets", { p_public_ids: part, ...others }),
    );
  }
  return found;
}

const notKnown = {
  error: "There is no live asset of that name, or you may not see it.",
  code: "not_found",
} as const;
const inUse = {
  error: "The asset is in use; send force to delete it all the same.",
  code: "in_use",
} as const;
const ambiguous = {
  error: "Several assets have that name; send resource_type, type or both, or one of these ids.",
  code: "ambiguous",
} as const;
const contentChanged = {
  error: "The content changed in Cloudinary meanwhile, so the asset was kept.",
  code: "content_changed",
} as const;

function pickUnambiguous(
  publicIds: string[],
  found: NamedAsset[],
  failed: MediaDeletionFailure[],
): string[] {
  const picked: string[] = [];
  for (const publicId of new Set(publicIds)) {
    const assets = found.filter((asset) => asset.public_id === publicId);
    if (assets.length === 1) picked.push(assets[0]!.id);
    else if (assets.length === 0) failed.push({ public_id: publicId, ...notKnown });
    else failed.push({ public_id: publicId, ids: assets.map(({ id }) => id), ...ambiguous });
  }
  return picked;
}

function sentence(deleted: number, pending: number, failed: number): string {
  const parts = [`${deleted} deleted`];
  if (pending > 0) parts.push(`${pending} accepted and waiting for Cloudinary`);
  if (failed > 0) parts.push(`${failed} not deleted`);
  return `${parts.join(", ")}.`;
}
