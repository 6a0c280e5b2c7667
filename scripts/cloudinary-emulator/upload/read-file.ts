import { badRequest } from "../shapes/failure.ts";
import type { Parameters } from "../shapes/parameters.ts";
import type { Timers } from "../store/timers.ts";

/** A file on its way into the library. */
export interface IncomingFile {
  readonly bytes: Uint8Array;
  /** Its name with extension; empty when the source has none. */
  readonly name: string;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Reads the `file` parameter: a part of the multipart body, a data URI, or a URL. Only URLs on this
 * machine are fetched.
 *
 * @throws Failure 400 when there is no file or it cannot be read
 */
export async function readFile(timers: Timers, parameters: Parameters): Promise<IncomingFile> {
  const uploaded = parameters.file("file");
  if (uploaded !== undefined) return uploaded;
  const text = parameters.text("file");
  if (text === undefined || text === "") throw badRequest("Missing required parameter - file");
  if (text.startsWith("data:")) return { bytes: readDataUri(text), name: "" };
  if (/^https?:\/\//i.test(text)) return await fetchFile(timers, text);
  throw badRequest(`Unsupported source URL: ${text.slice(0, 100)}`);
}

function readDataUri(uri: string): Uint8Array {
  const comma = uri.indexOf(",");
  const isBase64 = /;base64$/i.test(uri.slice(0, Math.max(comma, 0)));
  if (comma < 0) throw badRequest("Invalid data URI");
  const data = uri.slice(comma + 1);
  try {
    return isBase64
      ? Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
      : new TextEncoder().encode(decodeURIComponent(data));
  } catch {
    throw badRequest("Invalid data URI");
  }
}

async function fetchFile(timers: Timers, text: string): Promise<IncomingFile> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !LOOPBACK.has(url.hostname)) {
    throw badRequest(`Error in loading ${text} - host is not on this machine`);
  }
  let response: Response;
  try {
    response = await fetch(url, { signal: timers.signal });
  } catch {
    throw badRequest(`Error in loading ${text} - Connection failed`);
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) {
    throw badRequest(`Error in loading ${text} - ${response.status} ${statusText(response)}`);
  }
  const leaf = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
  return { bytes, name: decodeURIComponent(leaf) };
}

function statusText(response: Response): string {
  return response.statusText || (response.status === 404 ? "Not Found" : "Error");
}
