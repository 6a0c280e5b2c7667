import { z } from "zod";

/** The codes of the API's own errors, and what each means. */
export const ERROR_CODES = {
  bad_request: "400. A field does not fit; `details` names it.",
  invalid_json: "400. The body is not JSON.",
  incomplete_body: "400. The body ended too early.",
  query_too_broad: "400. The search took too long; narrow it.",
  unauthorized: "401. No credential, or one that is not accepted here.",
  forbidden: "403. The caller's role does not allow this.",
  not_found: "404. There is no such thing, or the caller may not see it.",
  method_not_allowed: "405. The header `Allow` names the methods of this address.",
  conflict: "409. Something stands against it.",
  in_use: "409. The asset is in use; `force` does it all the same.",
  name_taken: "409. Another asset has that name.",
  content_gone: "409. Cloudinary no longer holds the content and has no backup of it.",
  no_conflict: "409. There is no conflict to resolve.",
  set_aside: "409. Cloudinary holds the asset, but it cannot be stored as it is; see `GET sync`.",
  payload_too_large: "413. The body is too large.",
  unsupported_media_type: "415. The body must be sent as application/json.",
  internal_error: "500. Something unexpected; the log holds more under `request_id`.",
  upstream_failed: "502. Cloudinary failed.",
  not_configured: "503. Variables are missing or malformed; `details` names them.",
  database_outdated: "503. The database is older than the functions.",
  database_unavailable: "503. The database does not answer; try again.",
} as const;

/** The code of an error: one of ours, or `cloudinary_` and what Cloudinary's failure is called. */
export type ErrorCode = keyof typeof ERROR_CODES | `cloudinary_${string}`;

export const errorDetail = z.strictObject({
  path: z.string().describe("The field, dotted where it lies deeper; empty for the whole body."),
  message: z.string().describe("What is wrong with it."),
});

export const errorAnswer = z.strictObject({
  success: z.literal(false),
  error: z.string().describe("What went wrong, as a sentence for people."),
  code: z.string().describe(
    "What went wrong, for programs. Cloudinary's own failures are `cloudinary_` and their name; the others:\n\n" +
      Object.entries(ERROR_CODES).map(([code, meaning]) => `- \`${code}\`: ${meaning}`).join("\n"),
  ),
  details: z.array(errorDetail).optional().describe("One entry for each field that does not fit."),
  request_id: z.string().describe("Under which the function's log holds the rest."),
}).describe("The one shape of every error.");

/** One bad field of a request: its dotted path and what is wrong with it. */
export type ErrorDetail = z.infer<typeof errorDetail>;
/** The one shape of every error. `code` is an {@link ErrorCode}, today or of a later version. */
export type ErrorAnswer = z.infer<typeof errorAnswer>;
