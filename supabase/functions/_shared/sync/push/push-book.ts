import { CloudinaryError } from "../../cloudinary/errors.ts";
import type { Difference, PushFailure, PushResult, PushTask } from "../../media/types.ts";

/** A row on its way to Cloudinary: what is to be written, and what has been confirmed so far. */
export interface Entry {
  task: PushTask;
  difference: Difference;
  result: PushResult;
}

/** Errors that the same request will meet again, however often it is sent. */
const PERMANENT: ReadonlySet<string> = new Set(["bad_request", "forbidden", "conflict"]);
/** Errors that are not the row's fault. */
const BLAMELESS: ReadonlySet<string> = new Set(["rate_limited", "quota_exceeded", "unauthorized"]);

/** Notes a part of the difference as confirmed by Cloudinary. */
export function confirm(entry: Entry, part: Difference): void {
  const sent = entry.result.sent ??= {};
  for (const field of ["tags", "context", "metadata"] as const) {
    if (part[field]) Object.assign(sent[field] ??= {}, part[field]);
  }
  const { tags: _tags, context: _context, metadata: _metadata, ...values } = part;
  Object.assign(sent, values);
}

/** Notes why a part was not written; the first reason stays. */
export function fail(entry: Entry, failure: PushFailure): void {
  entry.result.error ??= failure;
}

/** A Cloudinary error as the row keeps it. */
export function failureOf(error: CloudinaryError): PushFailure {
  return {
    code: `cloudinary_${error.code}`,
    message: error.message,
    ...(PERMANENT.has(error.code) ? { permanent: true } : {}),
    ...(BLAMELESS.has(error.code) ? { counts: false } : {}),
    ...(error.retryAt ? { retry_at: error.retryAt.toISOString() } : {}),
  };
}

/** Cloudinary skips ids that it does not know without an error; the next look-up tells what became of the asset. */
export const notReached: PushFailure = {
  code: "not_reached",
  message: "Cloudinary did not find the asset under its public_id; it is looked up again.",
};
