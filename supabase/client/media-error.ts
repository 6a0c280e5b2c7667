import type { ErrorCode, ErrorDetail } from "./contract.ts";

/** The codes of failures that no answer of the API tells. */
export type ClientErrorCode =
  /** No answer came. */
  | "network"
  /** The caller's signal ended it. */
  | "aborted"
  /** An answer came that is none of ours. */
  | "invalid_answer"
  /** The functions are not deployed in this project. */
  | "not_deployed"
  /** A sync ran and failed. */
  | "sync_failed"
  /** Cloudinary took the upload's fields but not the file. */
  | "upload_refused"
  /** The live updates do not come. */
  | "live_updates";

/** What a {@link MediaError} carries besides its sentence. */
export interface MediaErrorOptions {
  code: ErrorCode | ClientErrorCode;
  /** HTTP status; 0 (the default) when no answer came. */
  status?: number;
  details?: ErrorDetail[];
  requestId?: string | null;
  done?: string[];
  cause?: unknown;
}

/** Any failure of the client. Its message is a sentence for people. */
export class MediaError extends Error {
  override readonly name = "MediaError";
  /** For programs: a code of the API or of the client. */
  readonly code: ErrorCode | ClientErrorCode;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** One entry for each field that does not fit. */
  readonly details: ErrorDetail[];
  /** Under which the function's log holds the rest; null when no function answered. */
  readonly request_id: string | null;
  /** Of a call that goes out in several requests: the ids that were done before this one failed. */
  readonly done: string[];

  constructor(message: string, options: MediaErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.status = options.status ?? 0;
    this.details = options.details ?? [];
    this.request_id = options.requestId ?? null;
    this.done = options.done ?? [];
  }
}

/** The same failure, of a call some of whose requests had been done. */
export function withDone(error: MediaError, done: string[]): MediaError {
  const { message, code, status, details, request_id: requestId, cause } = error;
  return new MediaError(message, { code, status, details, requestId, done, cause });
}

/** The caller's signal ended a request. */
export function aborted(cause?: unknown): MediaError {
  return new MediaError("The request was cancelled.", { code: "aborted", cause });
}

/** No answer came. */
export function unreachable(cause?: unknown): MediaError {
  return new MediaError("The server could not be reached. Check the connection and try again.", {
    code: "network",
    cause,
  });
}
