import { z } from "zod";
import { badRequest, notFound } from "../_shared/http/api-error.ts";
import { requireRole } from "../_shared/http/caller.ts";
import type { RouteContext } from "../_shared/http/handler.ts";
import { parseBody } from "../_shared/http/parse.ts";
import { jsonResponse } from "../_shared/http/respond.ts";
import { MediaLibrary } from "../_shared/media/media-library.ts";
import type { MediaClient } from "../_shared/media/types.ts";
import { withSyncSession } from "../_shared/sync/create-sync-session.ts";
import type { SyncSession } from "../_shared/sync/sync-session.ts";
import { withThumbnail } from "./thumbnail.ts";

/** Cloudinary's upload response; only what is checked here, the rest may be anything. */
const responseSchema = z.looseObject({
  asset_id: z.string().min(1).max(100),
  public_id: z.string().min(1).max(1_000),
  version: z.union([z.int().min(0), z.string().regex(/^\d+$/)]),
  signature: z.string().regex(
    /^[0-9a-f]{40}([0-9a-f]{24})?$/,
    "must be a hexadecimal SHA-1 or SHA-256",
  ),
});

/**
 * `POST media-list/uploads/confirm`: puts an upload's row in the database at once. The response's signature proves that
 * the upload took place; it covers the name and version only, so everything else is read from Cloudinary.
 */
export async function confirmUpload({ request, identify, log }: RouteContext): Promise<Response> {
  const caller = await identify(["user", "secret"]);
  requireRole(caller, "editor");
  const response = await parseBody(request, responseSchema);
  const id = await withSyncSession(
    caller,
    log,
    (session) => storeUpload(session, response, caller.userId),
  );
  const [item] = id ? await new MediaLibrary(caller.supabase as MediaClient).items([id]) : [];
  if (item === undefined) {
    throw notFound("The asset lies outside the folders that are mirrored here.");
  }
  return jsonResponse({ success: true, item: withThumbnail(item) });
}

/** @returns The row's id; null when the asset lies outside the mirrored folders. */
async function storeUpload(
  session: SyncSession,
  { asset_id, public_id, version, signature }: z.output<typeof responseSchema>,
  userId: string | null,
): Promise<string | null> {
  if (!await session.cloudinary.verifyUploadResponse({ public_id, version, signature })) {
    throw badRequest([{
      path: "signature",
      message: "does not belong to this public_id and version",
    }]);
  }
  await session.media.learnTime();
  const observedAt = session.media.clock.now();
  const { data: [asset] } = await session.cloudinary.getAssetsByIds({ assetIds: [asset_id] });
  if (asset === undefined || asset.public_id !== public_id) {
    throw notFound(
      "Cloudinary holds no such asset; it may have been renamed or deleted meanwhile.",
    );
  }
  const [outcome] = await session.media.assets.applyObservations(
    [asset],
    observedAt,
    session.source,
    null,
    userId === null ? {} : { created_by: userId },
  );
  await session.media.assets.recordTraffic(null, session.meter.take());
  return outcome?.media_asset_id ?? null;
}
