import { redactText } from "../http/redact.ts";
import { isStorableTime, storableText } from "./storable.ts";

/** What went wrong, in terms a caller can act on. */
export type CloudinaryErrorCode =
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "rate_limited"
  | "quota_exceeded"
  | "bad_request"
  | "invalid_cursor"
  | "conflict"
  | "locked"
  | "unavailable"
  | "timeout"
  | "aborted";

/**
 * A call to Cloudinary that failed. It never keeps what the SDK rejected with, since those objects carry
 * `request_options.auth` = `key:secret`.
 */
export class CloudinaryError extends Error {
  override readonly name = "CloudinaryError";
  readonly code: CloudinaryErrorCode;
  /** HTTP status, or null when there was no answer. */
  readonly status: number | null;
  /** The same call may succeed when repeated soon. Rate limits are not retryable: see `retryAt`. */
  readonly retryable: boolean;
  /** When the budget that ran out is filled again, if Cloudinary said so. */
  readonly retryAt?: Date;

  constructor(
    message: string,
    options: {
      code: CloudinaryErrorCode;
      status?: number | null;
      retryAt?: Date;
      /** What the network said, for the log alone. */
      cause?: string;
    },
  ) {
    super(
      storableText(redactText(message)),
      options.cause === undefined ? undefined : { cause: redactText(options.cause) },
    );
    this.code = options.code;
    this.status = options.status ?? null;
    this.retryable = RETRYABLE.has(options.code);
    if (options.retryAt !== undefined) this.retryAt = options.retryAt;
  }
}

const RETRYABLE = new Set<CloudinaryErrorCode>(["unavailable", "timeout", "locked"]);

/** What a 401 means, by Cloudinary's words, which are not repeated: they may quote the string that was signed. */
const REFUSALS: readonly [RegExp, string][] = [
  [
    /unknown api.?key/i,
    "Cloudinary does not know the API key: check CLOUDINARY_API_KEY (or CLOUDINARY_URL), and that the key is still active.",
  ],
  [
    /invalid signature|api.?secret mismatch/i,
    "Cloudinary refused the signature: check CLOUDINARY_API_SECRET (or CLOUDINARY_URL), which must be the secret of the API key.",
  ],
  [
    /cloud.?name|unknown cloud/i,
    "Cloudinary refused the cloud: check CLOUDINARY_CLOUD_NAME (or CLOUDINARY_URL), to which the key must belong.",
  ],
  [
    /disabled|suspended|blocked|deactivated|expired/i,
    "Cloudinary refused the account or key as no longer active: see the Cloudinary console.",
  ],
  [
    /permission|not allowed|not authori[sz]ed|privilege|role/i,
    "Cloudinary's API key lacks a permission for this call: see the key's role in the Cloudinary console.",
  ],
];

const ANY_REFUSAL = "Cloudinary refused the credentials. " +
  "Check CLOUDINARY_API_KEY, CLOUDINARY_API_SECRET and CLOUDINARY_CLOUD_NAME (or CLOUDINARY_URL).";

/**
 * Turns an HTTP answer into an error.
 *
 * @param status HTTP status.
 * @param message Cloudinary's `error.message`; empty when the body was not JSON.
 * @param resetHeader `X-FeatureRateLimit-Reset`, where it could be read.
 */
export function fromAnswer(
  status: number,
  message: string,
  resetHeader?: string | null,
): CloudinaryError {
  const code = codeOf(status, message);
  const said = code === "unauthorized"
    ? REFUSALS.find(([words]) => words.test(message))?.[1] ?? ANY_REFUSAL
    : message;
  const retryAt = code === "rate_limited" || code === "quota_exceeded"
    ? parseRetryAt(message) ?? parseDate(resetHeader)
    : undefined;
  return new CloudinaryError(said || `Cloudinary answered with status ${status}.`, {
    code,
    status,
    retryAt,
  });
}

/**
 * Normalises whatever a call rejected with: the SDK's plain objects of four shapes, network errors,
 * strings, or an error of ours, which is returned as it is.
 */
export function toCloudinaryError(rejection: unknown): CloudinaryError {
  if (rejection instanceof CloudinaryError) return rejection;
  const outer = asRecord(rejection);
  const inner = asRecord(outer.error);
  const source = Object.keys(inner).length > 0 ? inner : outer;
  const message = textOf(source.message) ?? textOf(outer.error) ?? textOf(rejection) ?? "";
  const status = Number(source.http_code ?? outer.http_code);
  const code = textOf(source.code);
  if (source.name === "TimeoutError" || status === 499) {
    return new CloudinaryError("Cloudinary did not answer in time.", { code: "timeout" });
  }
  if (!Number.isInteger(status) || status < 100) {
    // Only the code: what the network says names addresses.
    const detail = code !== undefined && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : "no answer";
    return new CloudinaryError(`Cloudinary could not be reached: ${detail}.`, {
      code: "unavailable",
      cause: message,
    });
  }
  // The SDK reports an HTML page with status 200 as an error of status 200.
  if (/^Server return(ed)? (invalid JSON|unexpected status)/.test(message)) {
    const known = [401, 403, 404, 409, 420, 423, 429].includes(status);
    return known
      ? fromAnswer(status, "")
      : new CloudinaryError(`Cloudinary gave an unexpected answer, status ${status}.`, {
        code: "unavailable",
        status,
      });
  }
  return fromAnswer(status, message);
}

function codeOf(status: number, message: string): CloudinaryErrorCode {
  // Seen with status 400 and 401 alike: the request was held up, a fresh signature mends it.
  if (/^Stale request/i.test(message)) return "unavailable";
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  if (status === 404) return "not_found";
  if (status === 409) return "conflict";
  if (status === 423) return "locked";
  if (status === 420 || status === 429) {
    // Add-on quotas are monthly and share status 420 with the hourly limit of the Admin API.
    return /monthly|billing|add-?on|next month|quota/i.test(message)
      ? "quota_exceeded"
      : "rate_limited";
  }
  if (status === 400) {
    if (/cursor/i.test(message)) return "invalid_cursor";
    return /already exists|to_public_id.*exist/i.test(message) ? "conflict" : "bad_request";
  }
  return status >= 400 && status < 500 && status !== 408 && status !== 425
    ? "bad_request"
    : "unavailable";
}

/** `… Try again on 2024-01-01 11:00:00 UTC` → that time. */
function parseRetryAt(message: string): Date | undefined {
  const match = /(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)\s*(?:UTC|Z|GMT|\+00:?00)?/.exec(
    message,
  );
  return match === null ? undefined : parseDate(`${match[1]}T${match[2]}Z`);
}

function parseDate(value: string | null | undefined): Date | undefined {
  if (value === null || value === undefined) return undefined;
  const date = new Date(value);
  return isStorableTime(date) ? date : undefined;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
