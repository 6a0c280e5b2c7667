import type { Observation } from "../cloudinary/observation.ts";
import type { SignedUpload } from "../cloudinary/upload-signature.ts";
import type { SyncSession } from "./sync-session.ts";

/** What a browser is to upload. */
export interface UploadRequest {
  /** The wished name; one that nobody can guess is made when it is absent. */
  public_id?: string;
  /** Folder without leading or trailing slash. */
  folder?: string;
  /** Name of the file, for people. */
  filename?: string;
  /** Replaces the asset of that name. */
  overwrite: boolean;
  /** Replaces it although it is in use. */
  force: boolean;
  tags?: string[];
  /** As Cloudinary encodes it. */
  context?: string;
  eager?: string;
}

/** A signed upload, or why the name was not signed. */
export type SigningOutcome =
  | { status: "signed"; upload: SignedUpload }
  | { status: "name_taken" | "in_use" };

/** How long a signature serves, in seconds: Cloudinary takes one for an hour after its timestamp. */
const VALID_SECONDS = 15 * 60;
const CLOUDINARY_SECONDS = 60 * 60;

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
  | { status: "bad_signature" | "unknown" | "out_of_scope" | "set_aside" };

/**
 * Signed fields with which a browser posts a file straight to Cloudinary.
 *
 * Cloudinary's signature covers parameters, not the endpoint: whoever holds it may also have the asset of that name
 * destroyed. So a name is signed that nobody has, or one whose assets the caller may replace and delete anyway; and the
 * timestamp lies back so far that the signature serves for a quarter of an hour.
 */
export async function signUpload(
  session: SyncSession,
  request: UploadRequest,
  resourceType: string,
): Promise<SigningOutcome> {
  const { folder_mode } = await session.media.call("media_sync_due", {
    p_cloud_name: session.media.cloudName,
  });
  const { folder, filename, overwrite, force, public_id: wished, ...parameters } = request;
  const isFixed = folder_mode === "fixed";
  const leaf = wished ?? newName(resourceType === "raw" ? filename : undefined);
  // In fixed-folder mode `folder` would only be put in front of the name, and other endpoints ignore it.
  const publicId = isFixed && folder ? `${folder}/${leaf}` : leaf;

  const assetIds = wished === undefined ? [] : await holdersOf(session, publicId);
  const outcome = await session.media.call("media_sync_sign_upload", {
    p_cloud_name: session.media.cloudName,
    p_public_id: publicId,
    p_asset_ids: assetIds,
    p_user_id: session.userId,
    p_overwrite: overwrite,
    p_force: force,
  });
  if (outcome === "name_taken" || outcome === "in_use") return { status: outcome };

  const upload = await session.cloudinary.signUpload(
    {
      ...parameters,
      public_id: publicId,
      type: "upload",
      overwrite: outcome === "overwrites",
      ...(isFixed ? {} : { asset_folder: folder, display_name: displayName(filename) }),
    },
    Math.floor(Date.now() / 1_000) - CLOUDINARY_SECONDS + VALID_SECONDS,
    resourceType,
  );
  return { status: "signed", upload };
}

/** The assets that have a name in Cloudinary, of whatever resource and delivery type, in one call. */
async function holdersOf(session: SyncSession, publicId: string): Promise<string[]> {
  const { data } = await session.cloudinary.search({
    expression: `public_id="${publicId}"`,
    withFields: [],
  });
  return data.resources.flatMap(({ public_id, asset_id }) =>
    public_id === publicId ? [asset_id] : []
  );
}

/** A name of 122 random bits. Of raw files the extension is part of the name. */
function newName(filename?: string): string {
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(filename ?? "")?.[0] ?? "";
  return crypto.randomUUID().replaceAll("-", "") + extension;
}

function displayName(filename?: string): string | undefined {
  return filename?.replace(/\.[^.]*$/, "").replaceAll("/", "_") || undefined;
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
  // The signature vouches for this name and version only: another asset of that name is not what was uploaded.
  if (
    asset?.unstorable === undefined &&
    (asset?.public_id !== public_id || versionOf(asset) !== String(version))
  ) {
    return { status: "unknown" };
  }
  const { outcomes: [outcome] } = await session.media.call("media_sync_apply_observations", {
    p_cloud_name: session.media.cloudName,
    p_observations: [asset],
    p_observed_at: observedAt,
    p_source: session.source,
    p_created_by: session.userId,
    p_traffic: session.meter.take(),
  });
  if (outcome?.outcome === "quarantined") return { status: "set_aside" };
  return outcome?.media_asset_id
    ? { status: "stored", id: outcome.media_asset_id }
    : { status: "out_of_scope" };
}

/** The version as Cloudinary sent it. */
function versionOf({ version, extra }: Observation): string {
  const originals = extra.original_values as { version?: unknown } | undefined;
  return String(originals?.version ?? version);
}
