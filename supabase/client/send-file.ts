import { type PostedFile, postFile } from "./post-file.ts";

/** How far an upload is. */
export interface UploadProgress {
  /** Bytes sent. */
  loaded: number;
  /** Bytes of the file. */
  total: number;
  /** 0 to 100. */
  percent: number;
}

/** Sizes in bytes. */
export interface UploadSizes {
  /** The largest file that goes out in one request; Cloudinary's own limit. */
  whole: number;
  /** Of each part of a larger one; Cloudinary takes none below 5 MB but the last. */
  part: number;
}

const SIZES: UploadSizes = { whole: 100_000_000, part: 20_000_000 };

/** What is sent. */
export interface OutgoingFile {
  /** Signed fields of the form. */
  fields: Record<string, string>;
  file: Blob;
  name: string;
}

interface SendOptions {
  signal?: AbortSignal;
  onProgress?: (progress: UploadProgress) => void;
  sizes?: UploadSizes;
}

/**
 * Posts a file with its fields, in parts where it is too large for one request (Cloudinary's chunked upload: each part
 * says by `Content-Range` where it belongs, and all share an `X-Unique-Upload-Id`).
 *
 * @returns The answer to the last part, or to the first that was refused.
 * @throws {MediaError} `network` or `aborted`
 */
export async function sendFile(
  url: string,
  { fields, file, name }: OutgoingFile,
  { signal, onProgress, sizes = SIZES }: SendOptions,
): Promise<PostedFile> {
  const total = file.size;
  const tell = (loaded: number) =>
    onProgress?.({ loaded, total, percent: total === 0 ? 100 : Math.floor(loaded / total * 100) });
  const form = (content: Blob) => {
    const data = new FormData();
    for (const [field, value] of Object.entries(fields)) data.set(field, value);
    // Last, so that what is signed has been read when it comes.
    data.set("file", content, name);
    return data;
  };
  tell(0);
  if (total <= sizes.whole) return await postFile(url, form(file), total, { signal, onSent: tell });

  const id = newUploadId();
  for (let start = 0;; start += sizes.part) {
    const end = Math.min(start + sizes.part, total);
    const posted = await postFile(url, form(file.slice(start, end)), end - start, {
      headers: {
        "x-unique-upload-id": id,
        "content-range": `bytes ${start}-${end - 1}/${total}`,
      },
      signal,
      onSent: (bytes) => tell(start + bytes),
    });
    if (end === total || posted.status !== 200) return posted;
  }
}

/** Not `randomUUID()`, which browsers give to pages over HTTPS alone. */
function newUploadId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
