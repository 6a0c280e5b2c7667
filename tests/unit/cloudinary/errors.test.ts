import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type CloudinaryErrorCode,
  fromAnswer,
  toCloudinaryError,
} from "../../../supabase/functions/_shared/cloudinary/errors.ts";

const answers: [number, string, CloudinaryErrorCode, boolean][] = [
  [400, "Invalid value", "bad_request", false],
  [400, "Invalid next_cursor", "invalid_cursor", false],
  [400, "to_public_id b already exists", "conflict", false],
  [400, "Stale request - reported time is 1 which is more than 1 hour ago", "unavailable", true],
  [401, "Unknown API key k", "unauthorized", false],
  [403, "disabled", "forbidden", false],
  [404, "Resource not found - a", "not_found", false],
  [409, "exists", "conflict", false],
  [420, "Rate Limit Exceeded", "rate_limited", false],
  [429, "Rate Limit Exceeded", "rate_limited", false],
  [420, "Monthly limit of add-on reached", "quota_exceeded", false],
  [423, "Processing", "locked", true],
  [302, "", "unavailable", true],
  [408, "", "unavailable", true],
  [500, "boom", "unavailable", true],
  [503, "", "unavailable", true],
];
for (const [status, message, code, retryable] of answers) {
  Deno.test(`status ${status} "${message}" → ${code}, ${retryable ? "repeatable" : "final"}`, () => {
    const error = fromAnswer(status, message);
    assertEquals([error.code, error.status, error.retryable], [code, status, retryable]);
    assert(error.message.length > 0);
  });
}

const refusals: [string, RegExp][] = [
  ["Unknown API key k", /does not know the API key.*CLOUDINARY_API_KEY/],
  ["Invalid Signature abc. String to sign - 'x=1'.", /signature.*CLOUDINARY_API_SECRET/],
  ["api_secret mismatch", /CLOUDINARY_API_SECRET/],
  ["cloud_name mismatch", /CLOUDINARY_CLOUD_NAME/],
  ["cloud_name is disabled", /CLOUDINARY_CLOUD_NAME/],
  ["Your account is disabled", /no longer active/],
  ["You do not have permission to do this", /lacks a permission/],
  ["", /CLOUDINARY_API_KEY, CLOUDINARY_API_SECRET and CLOUDINARY_CLOUD_NAME/],
];
for (const [message, expected] of refusals) {
  Deno.test(`401 "${message}" → what to mend, and not Cloudinary's own words`, () => {
    const error = fromAnswer(401, message);
    assertMatch(error.message, expected);
    assert(message === "" || !error.message.includes(message));
  });
}

Deno.test("a rate limit without a date in words → the header's date", () => {
  const error = fromAnswer(429, "Rate Limit Exceeded", "Wed, 03 Oct 2012 08:00:00 GMT");
  assertEquals(error.retryAt, new Date("2012-10-03T08:00:00Z"));
  assertEquals(fromAnswer(429, "Rate Limit Exceeded", "soon").retryAt, undefined);
});

const secret = "key-value:secret-value";
const rejections: [string, unknown, CloudinaryErrorCode, number | null][] = [
  [
    "an Admin refusal",
    { request_options: { auth: secret }, error: { message: "no", http_code: 403 } },
    "forbidden",
    403,
  ],
  [
    "an unexpected status",
    {
      message: "Server returned unexpected status code - 423",
      http_code: 423,
      request_options: { auth: secret },
    },
    "locked",
    423,
  ],
  [
    "an HTML page",
    { error: { message: "Server return invalid JSON response. Status Code 200", http_code: 200 } },
    "unavailable",
    200,
  ],
  ["an Upload refusal", { message: "taken", name: "Error", http_code: 409 }, "conflict", 409],
  [
    "an Upload timeout",
    { error: { message: "Request Timeout", http_code: 499, name: "TimeoutError" } },
    "timeout",
    null,
  ],
  ["a broken connection", { error: new Error("socket hang up") }, "unavailable", null],
  ["an error of the network", new TypeError("refused"), "unavailable", null],
  ["text", "boom", "unavailable", null],
  ["nothing", undefined, "unavailable", null],
];
for (const [name, value, code, status] of rejections) {
  Deno.test(`${name} rejected by the SDK → ${code}, without its request`, () => {
    const error = toCloudinaryError(value);
    assertEquals([error.code, error.status], [code, status]);
    assert(!`${JSON.stringify(error)}${Deno.inspect(error)}`.includes("secret-value"));
    assertEquals(toCloudinaryError(error), error);
  });
}
