import { aborted, unreachable } from "./media-error.ts";

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
  setRequestHeader(name: string, value: string): void;
  send(body: FormData): void;
  abort(): void;
}

interface PostOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Told how many bytes of the file are out: in browsers while it goes out, elsewhere at the end. */
  onSent?: (bytes: number) => void;
}

/**
 * Posts a form with a file, or with a part of one.
 *
 * @param size Bytes of the file or part.
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
  // The form is somewhat larger than its file.
  const tell = (sent: number, whole: number) =>
    options.onSent?.(whole === 0 ? size : Math.round(size * sent / whole));
  const { status, text } =
    await (XMLHttpRequest === undefined
      ? postByFetch(url, form, options)
      : postByXhr(new XMLHttpRequest(), url, form, options, tell));
  if (XMLHttpRequest === undefined) tell(1, 1);
  return { status, body: parse(text) };
}

interface Posted {
  status: number;
  text: string;
}

async function postByFetch(
  url: string,
  body: FormData,
  { headers, signal }: PostOptions,
): Promise<Posted> {
  try {
    const response = await fetch(url, { method: "POST", body, headers, signal });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw signal?.aborted ? aborted(error) : unreachable(error);
  }
}

function postByXhr(
  request: ProgressRequest,
  url: string,
  form: FormData,
  { headers = {}, signal }: PostOptions,
  onProgress: (sent: number, whole: number) => void,
): Promise<Posted> {
  const stop = () => request.abort();
  return new Promise<Posted>((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded, total);
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(aborted(signal?.reason));
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
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
