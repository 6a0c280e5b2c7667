import { referTo } from "./json-schema.ts";
import type { Operation } from "./operation.ts";

/** What each status of an error means, and the name of its response in the document. */
const ERRORS: Readonly<Record<number, [name: string, description: string]>> = {
  400: ["BadRequest", "The request is not valid; `details` has an entry for each bad field."],
  401: ["Unauthorized", "No credential, or one that is not accepted here."],
  403: ["Forbidden", "The credential is good and does not allow this."],
  404: ["NotFound", "There is no such thing, or the caller may not see it."],
  409: ["Conflict", "Something stands against it; `code` says what."],
  413: ["PayloadTooLarge", "The body is too large."],
  415: ["UnsupportedMediaType", "The body must be sent as application/json."],
  500: ["InternalError", "Something unexpected."],
  502: ["UpstreamFailed", "Cloudinary failed."],
  503: ["Unavailable", "Something is missing; `code` says what."],
};

/** What every operation may answer. */
const ALWAYS = [400, 401, 403, 500, 503];

/** The header of every answer. */
export const requestIdHeader = {
  description: "Under which the function's log holds more.",
  schema: { type: "string" },
};

/** The responses of errors as components. */
export function errorResponses(): Record<string, object> {
  return Object.fromEntries(
    Object.values(ERRORS).map(([name, description]) => [name, {
      description,
      headers: { "x-request-id": { $ref: "#/components/headers/RequestId" } },
      content: { "application/json": { schema: referTo("ErrorAnswer") } },
    }]),
  );
}

/** The responses of an operation that are errors, by status. */
export function errorsOf({ errors }: Operation): Record<string, object> {
  return Object.fromEntries(
    [...ALWAYS, ...errors].sort().map((status) => [status, {
      $ref: `#/components/responses/${ERRORS[status]![0]}`,
    }]),
  );
}
