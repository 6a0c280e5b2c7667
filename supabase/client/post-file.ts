import { aborted, unreachable } from "./media-error.ts";

/** How far an upload is. */
export interface UploadProgress {
  /** Bytes sent. */
  loaded: number;
  /** Bytes of the file. */
  total: number;
  /** 0 to 100. */
  percent: number;
}

/** What came back: the body as JSON, or null where it is none. */
export interface PostedFile {
  status: number;
  body: unknown;
}

/** What of the browser's XMLHttpRequest is used: fetch tells no progress. */
interface ProgressRequest {
  readonly status: number;
  readonly responseText: string;
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  send(body: FormData): void;
  abort(): void;
}

interface PostOptions {
  signal?: AbortSignal;
  /** In browsers while the file goes out; elsewhere at the beginning and at the end. */
  onProgress?: (progress: UploadProgress) => void;
}

/**
 * Posts a form with a file.
 *
 * @param size Bytes of the file.
 * @throws {MediaError} `network` or `aborted`; any answer, whatever its status, is returned.
 */
export async function postFile(
  url: string,
  form: FormData,
  size: number,
  options: PostOptions = {},
): Promise<PostedFile> {
  if (options.signal?.aborted) throw aborted(options.signal.reason);
  const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => ProgressRequest };
  const tell = (loaded: number) =>
    options.onProgress?.({
      loaded,
      total: size,
      percent: size === 0 ? 100 : Math.floor(loaded / size * 100),
    });
  tell(0);
  const { status, text } =
    await (XMLHttpRequest === undefined
      ? postByFetch(url, form, options)
      : postByXhr(new XMLHttpRequest(), url, form, options, (sent, whole) => {
        // The form is somewhat larger than its file.
        tell(whole === 0 ? size : Math.round(size * sent / whole));
      }));
  if (XMLHttpRequest === undefined) tell(size);
  return { status, body: parse(text) };
}

interface Posted {
  status: number;
  text: string;
}

async function postByFetch(
  url: string,
  body: FormData,
  { signal }: PostOptions,
): Promise<Posted> {
  try {
    const response = await fetch(url, { method: "POST", body, signal });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw signal?.aborted ? aborted(error) : unreachable(error);
  }
}

function postByXhr(
  request: ProgressRequest,
  url: string,
  form: FormData,
  { signal }: PostOptions,
  onProgress: (sent: number, whole: number) => void,
): Promise<Posted> {
  const stop = () => request.abort();
  return new Promise<Posted>((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total);
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(aborted(signal?.reason));
    request.open("POST", url);
    request.send(form);
    signal?.addEventListener("abort", stop, { once: true });
  }).finally(() => signal?.removeEventListener("abort", stop));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page, which the caller tells by its status.
    return null;
  }
}
