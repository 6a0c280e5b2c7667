/** The one address of the local stack, which sends each request where a project's gateway would. */
import { answerPreflight, withCors } from "./cors.ts";
import type { FunctionProcess } from "./function-process.ts";

/** Where the gateway sends requests. */
export interface GatewayRoutes {
  /** Serves `/rest/v1` and `/auth/v1`. */
  dataApi: (request: Request) => Promise<Response>;
  functions: Map<string, FunctionProcess>;
  /** Serves `/realtime/v1`. */
  realtime: (request: Request) => Promise<Response>;
  /** Serves `/console/…`; null answers 404. */
  console: (request: Request) => Promise<Response | null>;
  /** Serves `/studio/…`, to its own page alone. */
  sqlEditor: (request: Request) => Promise<Response>;
}

// They belong to one connection, and the body is passed on decoded and complete (RFC 9110 §7.6.1).
const hopHeaders = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "host",
  "content-length",
  "accept-encoding",
];

// A connection kept from an earlier request may end in a dead process, and then nobody knows whether this
// request was read. A new one is refused before anything is sent.
const freshConnections = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

/**
 * @param routes May be awaited for long: requests that arrive while the stack starts wait for it.
 * @returns a handler for `Deno.serve`.
 */
export function createGateway(
  routes: Promise<GatewayRoutes>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return await route(request, await routes);
    } catch (error) {
      // Without an answer of ours a page would be told of CORS, not of the failure.
      const message = error instanceof Error ? error.message : String(error);
      return failure(500, "STACK_ERROR", `The local stack failed to answer: ${message}`);
    }
  };
}

async function route(request: Request, routes: GatewayRoutes): Promise<Response> {
  const { pathname } = new URL(request.url);
  const name = /^\/functions\/v1\/([A-Za-z][\w-]*)(?=\/|$)/.exec(pathname)?.[1];
  const target = name === undefined ? undefined : routes.functions.get(name);
  // Functions answer preflights themselves, here as there.
  if (target) return await callFunction(request, target);
  // No page of another origin may send SQL or read the key in that page.
  if (/^\/studio(\/|$)/.test(pathname)) return await routes.sqlEditor(request);
  const preflight = answerPreflight(request);
  if (preflight) return preflight;
  if (/^\/realtime\/v1(\/|$)/.test(pathname)) {
    const response = await routes.realtime(request);
    // An upgraded connection is no answer that could be copied.
    return response.status === 101 ? response : withCors(response);
  }
  return withCors(await answer(request, pathname, routes));
}

async function answer(
  request: Request,
  pathname: string,
  { dataApi, functions, console }: GatewayRoutes,
): Promise<Response> {
  if (/^\/(rest|auth)\/v1(\/|$)/.test(pathname)) return await dataApi(request);
  if (pathname.startsWith("/functions/v1/")) {
    return failure(404, "NOT_FOUND", "Requested function was not found");
  }
  if (pathname === "/") {
    return Response.json({
      name: "Media Sync local stack",
      rest: "/rest/v1",
      auth: "/auth/v1",
      realtime: "/realtime/v1",
      functions: [...functions.keys()].map((known) => `/functions/v1/${known}`),
      console: "/console/",
      sql: "/studio/",
    });
  }
  return await console(request) ?? failure(404, "NOT_FOUND", "No such path");
}

async function callFunction(request: Request, target: FunctionProcess): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.slice("/functions/v1".length) + url.search;
  const headers = new Headers(request.headers);
  for (const name of hopHeaders) headers.delete(name);
  headers.set("x-forwarded-host", url.hostname);
  headers.set("x-forwarded-port", url.port);
  headers.set("x-forwarded-proto", url.protocol.slice(0, -1));
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  // Kept whole: a signature is computed over these bytes, and a second attempt needs them again.
  const body = hasBody ? await request.arrayBuffer() : null;

  const attempt = async () => {
    const port = await target.port();
    return await fetch(`http://127.0.0.1:${port}${path}`, {
      method: request.method,
      headers,
      redirect: "manual",
      client: freshConnections,
      ...(body ? { body } : {}),
    });
  };

  let response: Response;
  try {
    response = await attempt();
  } catch (error) {
    if (isBootError(error)) {
      return failure(503, "BOOT_ERROR", "Function failed to start (please check logs)");
    }
    if (!isRefused(error)) return failure(502, "WORKER_ERROR", "The function ended early");
    // Nobody listened, so nothing was done: its process has just died, and a new one may try.
    await target.kill();
    response = await attempt();
  }
  const answered = new Headers(response.headers);
  for (const name of ["connection", "transfer-encoding", "content-encoding", "content-length"]) {
    answered.delete(name);
  }
  return new Response(response.body, { status: response.status, headers: answered });
}

function isBootError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "child_failed";
}

function isRefused(error: unknown): boolean {
  return error instanceof TypeError && /refused/i.test(error.message);
}

/** As the platform's own gateway answers: a body and the header `sb-error-code`. */
function failure(status: number, code: string, message: string): Response {
  return withCors(
    Response.json({ code, message }, { status, headers: { "sb-error-code": code } }),
  );
}
