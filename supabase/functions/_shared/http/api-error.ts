import type { ErrorCode, ErrorDetail } from "../contract/error.ts";

/** What an {@link ApiError} carries besides its sentence. */
export interface ApiErrorOptions {
  status: number;
  code: ErrorCode;
  details?: ErrorDetail[];
  headers?: Record<string, string>;
  cause?: unknown;
}

/**
 * An answer of the HTTP API other than success. The message is shown to the caller, so it must never
 * hold a secret or another system's raw words; those go into `cause`, which only the log sees.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status. */
  readonly status: number;
  /** Stable slug that programs may compare. */
  readonly code: ErrorCode;
  /** One entry per bad field. */
  readonly details?: ErrorDetail[];
  /** Extra response headers, such as `Allow`. */
  readonly headers?: Record<string, string>;

  constructor(message: string, options: ApiErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
    this.code = options.code;
    if (options.details !== undefined) this.details = options.details;
    if (options.headers !== undefined) this.headers = options.headers;
  }
}

/**
 * 400 for fields that do not fit.
 *
 * @param details One entry per bad field.
 * @param options Another `code` (default `bad_request`) or sentence.
 */
export function badRequest(
  details: ErrorDetail[],
  options: { code?: ErrorCode; message?: string } = {},
): ApiError {
  const fields = [...new Set(details.map((detail) => detail.path).filter((path) => path !== ""))];
  const shown = fields.slice(0, 5).join(", ") + (fields.length > 5 ? ", …" : "");
  const message = options.message ??
    (fields.length === 0 ? "The request is not valid." : `The request is not valid: ${shown}.`);
  return new ApiError(message, { status: 400, code: options.code ?? "bad_request", details });
}

/** 401: no credential, or a bad one. */
export function unauthorized(message: string, cause?: unknown): ApiError {
  return new ApiError(message, { status: 401, code: "unauthorized", cause });
}

/** 403: a good credential that does not allow this. */
export function forbidden(message: string): ApiError {
  return new ApiError(message, { status: 403, code: "forbidden" });
}

/** 404. */
export function notFound(message = "There is nothing at this address."): ApiError {
  return new ApiError(message, { status: 404, code: "not_found" });
}

/**
 * 405 with the `Allow` header that RFC 9110 asks for.
 *
 * @param allow Methods that the path does accept.
 */
export function methodNotAllowed(allow: string[]): ApiError {
  return new ApiError(`This address accepts ${allow.join(", ")}.`, {
    status: 405,
    code: "method_not_allowed",
    headers: { allow: allow.join(", ") },
  });
}

/** 409; `code` says which conflict, such as `content_gone`. */
export function conflict(message: string, code: ErrorCode = "conflict"): ApiError {
  return new ApiError(message, { status: 409, code });
}

/**
 * 413.
 *
 * @param maxBytes The largest body accepted, in bytes.
 */
export function payloadTooLarge(maxBytes: number): ApiError {
  return new ApiError(`The body may hold at most ${maxBytes} bytes.`, {
    status: 413,
    code: "payload_too_large",
  });
}

/** 415. */
export function unsupportedMediaType(): ApiError {
  return new ApiError("The body must be JSON: send the header content-type: application/json.", {
    status: 415,
    code: "unsupported_media_type",
  });
}

/** 502: Cloudinary failed; `cause` is what it said, for the log. */
export function upstreamFailed(
  message: string,
  cause?: unknown,
  code: ErrorCode = "upstream_failed",
): ApiError {
  return new ApiError(message, { status: 502, code, cause });
}

/**
 * 503: variables are missing or malformed. Names them, never their values.
 *
 * @param names Names of the environment variables.
 * @param cause The underlying error, for the log.
 */
export function notConfigured(names: string[], cause?: unknown): ApiError {
  return new ApiError(
    `This installation is not configured: ${mendOf(names)}`,
    {
      status: 503,
      code: "not_configured",
      details: names.map((name) => ({ path: name, message: "missing or malformed" })),
      cause,
    },
  );
}

/** How missing variables come to be set; those of the platform nobody can set. */
function mendOf(names: string[]): string {
  const listed = names.join(", ");
  const are = names.length === 1 ? "is" : "are";
  if (names.some((name) => /^SUPABASE_(PUBLISHABLE|SECRET)_KEYS$/.test(name))) {
    return `${listed} ${are} missing, which the platform sets once the project has API keys of the new kind. Make them in ` +
      "the dashboard (Settings, API Keys, Create new API keys); the legacy ones go on working beside them.";
  }
  return names.every((name) => name.startsWith("SUPABASE_"))
    ? `${listed} ${are} missing, which the platform sets: deploy the functions once more.`
    : `set ${listed}.`;
}
