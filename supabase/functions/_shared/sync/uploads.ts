import type { SignedUpload, UploadParameters } from "../cloudinary/upload-signature.ts";
import type { SyncSession } from "./sync-session.ts";

/** What a browser is to upload. */
export interface UploadRequest extends UploadParameters {
  /** Folder without leading or trailing slash. */
  folder?: string;
}

/** An upload's answer as a browser hands it over; its signature covers public_id and version only. */
export interface UploadAnswer {
  asset_id: string;
  public_id: string;
  version: number | string;
  signature: string;
}

/** What became of an upload that was handed over. */
export type UploadOutcome =
  | { status: "stored"; id: string }
  | { status: "bad_signature" | "unknown" | "out_of_scope" };

/** Signed fields with which a browser posts a file straight to Cloudinary; the signature holds for an hour. */
export async function signUpload(
  session: SyncSession,
  { folder, ...parameters }: UploadRequest,
  resourceType: string,
): Promise<SignedUpload> {
  const { folder_mode } = await session.media.assets.due();
  // In dynamic-folder mode a bare `folder` would go into the public_id as well.
  const field = folder_mode === "fixed" ? "folder" : "asset_folder";
  return await session.cloudinary.signUpload(
    { ...parameters, [field]: folder },
    Math.floor(Date.now() / 1_000),
    resourceType,
  );
}

/**
 * Puts an upload's row in the database at once. The signature proves that the upload took place; everything that it does
 * not cover is read from Cloudinary.
 */
export async function storeUpload(
  session: SyncSession,
  { asset_id, public_id, version, signature }: UploadAnswer,
): Promise<UploadOutcome> {
  if (!await session.cloudinary.verifyUploadResponse({ public_id, version, signature })) {
    return { status: "bad_signature" };
  }
  await session.media.learnTime();
  const observedAt = session.media.clock.now();
  const { data: [asset] } = await session.cloudinary.getAssetsByIds({ assetIds: [asset_id] });
  if (asset === undefined || asset.public_id !== public_id) return { status: "unknown" };
  const [outcome] = await session.media.assets.applyObservations(
    [asset],
    observedAt,
    session.source,
    null,
    session.userId === null ? {} : { created_by: session.userId },
  );
  await session.media.assets.recordTraffic(null, session.meter.take());
  return outcome?.media_asset_id
    ? { status: "stored", id: outcome.media_asset_id }
    : { status: "out_of_scope" };
}
