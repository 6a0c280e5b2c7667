import type {
  MediaItem,
  SignedUploadAnswer,
  UploadConfirmationAnswer,
  UploadRequest,
} from "./contract.ts";
import { MediaError } from "./media-error.ts";
import type { PostedFile } from "./post-file.ts";
import { callFunction, type RequestOptions } from "./request.ts";
import { sendFile, type UploadProgress } from "./send-file.ts";
import type { AnySupabaseClient } from "./supabase-client.ts";

/** Where a file goes, and what it is given. */
export interface UploadOptions extends UploadRequest, RequestOptions {
  onProgress?: (progress: UploadProgress) => void;
}

/** Longest file name that is signed. */
const LONGEST_NAME = 255;

/**
 * Uploads a file from here straight to Cloudinary, with fields that the server signs, and puts its row in the database.
 * It is shown by the file's name; its public_id is one that nobody can guess, unless one is given.
 *
 * @throws {MediaError} Also where the file had arrived and only the row is late: its sentence says so.
 */
export async function uploadFile(
  supabase: AnySupabaseClient,
  file: Blob & { name?: string },
  { signal, onProgress, ...wanted }: UploadOptions,
): Promise<MediaItem> {
  const filename = wanted.filename ?? file.name;
  const { upload_url, fields } = await callFunction<SignedUploadAnswer>(
    supabase,
    "media-list/uploads",
    {
      method: "POST",
      body: { ...wanted, ...(filename ? { filename: shorten(filename) } : {}) },
      signal,
    },
  );
  const outgoing = { fields, file, name: filename || "file" };
  const posted = await sendFile(upload_url, outgoing, { signal, onProgress });
  const uploaded = readUploaded(posted);
  try {
    const { item } = await callFunction<UploadConfirmationAnswer>(
      supabase,
      "media-list/uploads/confirm",
      { method: "POST", body: uploaded, signal },
    );
    return item;
  } catch (error) {
    throw error instanceof MediaError ? afterUpload(error) : error;
  }
}

/** Cloudinary's answer, which proves the upload. */
function readUploaded({ status, body }: PostedFile): Record<string, unknown> {
  const isObject = typeof body === "object" && body !== null;
  if (status === 200 && isObject && "asset_id" in body) return body as Record<string, unknown>;
  throw new MediaError(
    status === 420 || status === 429
      ? "Cloudinary takes no more uploads at the moment. Try again later."
      : "Cloudinary refused the file. It may be too large, broken or of a kind that is not allowed.",
    { code: "upload_refused", status, cause: body },
  );
}

/** The file is in Cloudinary; notifications or the next tick bring its row. */
function afterUpload(error: MediaError): MediaError {
  if (error.code !== "network" && error.status < 500) return error;
  const { code, status, details, request_id: requestId, cause } = error;
  return new MediaError(
    `The file is uploaded and will appear within a minute; only this answer failed: ${error.message}`,
    { code, status, details, requestId, cause },
  );
}

/** A name that is too long keeps its ending. */
function shorten(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const ending = /\.[^.]{1,20}$/.exec(name)?.[0] ?? "";
  return name.slice(0, LONGEST_NAME - ending.length) + ending;
}
