import type { Exchange } from "../http/route.ts";
import { badRequest } from "../shapes/failure.ts";
import type { IncomingFile } from "./read-file.ts";

/** Smallest part but the last, bytes. */
const MINIMUM_PART = 5 * 1024 * 1024;

/**
 * Takes one part of a chunked upload (`X-Unique-Upload-Id`, `Content-Range: bytes a-b/total`).
 *
 * @returns the whole file after the last part, the number of bytes so far before that, or null when
 *   the call is no chunk
 * @throws Failure 400 when a part is too small or does not follow the one before
 */
export function takeChunk(exchange: Exchange, file: IncomingFile): IncomingFile | number | null {
  const { chunks, request } = exchange;
  const id = request.headers.get("x-unique-upload-id");
  const range = request.headers.get("content-range");
  if (id === null || range === null) return null;
  const match = /^bytes (\d+)-(\d+)\/(-1|\d+|\*)$/.exec(range);
  if (match === null) throw badRequest("Invalid Content-Range");
  const start = Number(match[1]);
  const isLast = /^\d+$/.test(match[3]!) && Number(match[2]) + 1 === Number(match[3]);
  const upload = chunks.get(id) ?? { parts: [], received: 0 };
  if (start !== upload.received || Number(match[2]) + 1 - start !== file.bytes.length) {
    throw badRequest("Invalid Content-Range: parts must follow each other");
  }
  if (!isLast && file.bytes.length < MINIMUM_PART) {
    throw badRequest("All parts except EOF-chunk must be larger than 5mb");
  }
  upload.parts.push(file.bytes);
  upload.received += file.bytes.length;
  if (!isLast) {
    chunks.set(id, upload);
    return upload.received;
  }
  chunks.delete(id);
  const bytes = new Uint8Array(upload.received);
  let offset = 0;
  for (const part of upload.parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return { bytes, name: file.name };
}
