/**
 * What lets a browser's page on another port call the stack. A project's gateway, PostgREST and Auth answer so; functions
 * answer for themselves, here as there, so that one that forgets it is found out on this machine.
 */

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT";
/** What PostgREST exposes, and what our clients read. */
const EXPOSED =
  "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, " +
  "Transfer-Encoding, Range-Unit, Preference-Applied, sb-error-code, x-request-id";

/** The answer to a browser's preflight: whatever it asks to send is allowed. Null for any other method. */
export function answerPreflight({ method, headers }: Request): Response | null {
  if (method !== "OPTIONS") return null;
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": headers.get("access-control-request-headers") ?? "*",
      "access-control-max-age": "3600",
      "vary": "access-control-request-headers",
    },
  });
}

/** An answer that a page of any origin may read. */
export function withCors(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set("access-control-allow-origin", "*");
  headers.set("access-control-expose-headers", EXPOSED);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
