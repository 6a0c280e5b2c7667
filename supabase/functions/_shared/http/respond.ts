import type { ErrorAnswer } from "../contract/error.ts";
import type { ApiError } from "./api-error.ts";

/**
 * CORS headers that supabase-js needs from a browser: the headers it sends are allowed, and the
 * ones a client reads are exposed. A preflight that asks for others gets those too: see `preflightResponse`.
 */
export const corsHeaders: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers":
    "authorization, x-client-info, apikey, content-type, accept, x-region, x-request-id, " +
    "prefer, if-none-match, x-supabase-api-version, x-retry-count, traceparent, tracestate, baggage",
  "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
  "access-control-expose-headers": "x-request-id, retry-after, allow, etag",
  "access-control-max-age": "86400",
};

/**
 * The answer to a browser's preflight. Whatever headers it asks to send are allowed, since tracing libraries add their
 * own; a page is recognised by its credential, never by its headers.
 *
 * @param asked The header `access-control-request-headers`.
 */
export function preflightResponse(asked: string | null): Response {
  const wellFormed = asked !== null &&
    /^[\w!#$%&'*+.^`|~-]+( *, *[\w!#$%&'*+.^`|~-]+)*$/.test(asked);
  return new Response(null, {
    status: 204,
    headers: {
      ...corsHeaders,
      ...(wellFormed ? { "access-control-allow-headers": asked } : {}),
      vary: "access-control-request-headers",
    },
  });
}

/**
 * A JSON answer with CORS headers. Its type stands in the contract and must be named, so that an answer of another shape
 * does not compile.
 *
 * @param body Anything `JSON.stringify` accepts.
 * @param options `status` (default 200) and extra `headers`.
 */
export function jsonResponse<Answer = never>(
  body: NoInfer<Answer>,
  options: { status?: number; headers?: Record<string, string> } = {},
): Response {
  return new Response(JSON.stringify(body), {
    status: options.status ?? 200,
    headers: {
      ...corsHeaders,
      "content-type": "application/json; charset=utf-8",
      // Answers depend on the caller's credential; no shared cache may keep them.
      "cache-control": "no-store",
      ...options.headers,
    },
  });
}

/**
 * The one shape of every error:
 * `{ success: false, error, code, details?, request_id }` plus `x-request-id`.
 *
 * @param error What went wrong, in words meant for the caller.
 * @param requestId Identifier under which the log holds the rest.
 */
export function errorResponse(error: ApiError, requestId: string): Response {
  return jsonResponse<ErrorAnswer>({
    success: false,
    error: error.message,
    code: error.code,
    ...(error.details === undefined ? {} : { details: error.details }),
    request_id: requestId,
  }, { status: error.status, headers: { ...error.headers, "x-request-id": requestId } });
}
