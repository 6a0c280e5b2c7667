import type { SupabaseClient } from "@supabase/supabase-js";
import { ApiError, methodNotAllowed, notFound } from "./api-error.ts";
import { type Caller, type Credential, identifyCaller } from "./caller.ts";
import { createLogger, type Logger } from "./log.ts";
import { corsHeaders, errorResponse, preflightResponse } from "./respond.ts";
import { matchRoute, type Method, pathBelowFunction } from "./routes.ts";

/** What a route's function receives; `Database` types the caller's clients. */
export interface RouteContext<Database = unknown> {
  request: Request;
  url: URL;
  /** Decoded path parameters, such as `id` of `/:id`. */
  params: Record<string, string>;
  requestId: string;
  /** Repeats `function` and `request_id` on every line. */
  log: Logger;
  /** {@link identifyCaller} for this request; the log line then tells who called. */
  identify(allow: Credential[]): Promise<Caller<Database>>;
}

/** One operation of a function. */
export interface Route<Database = unknown> {
  method: Method;
  /** Path below the function's name: `/`, `/uploads`, `/:id/restore`. */
  path: string;
  handle(context: RouteContext<Database>): Promise<Response> | Response;
}

/** Everything {@link createHandler} needs; only `name` and `routes` are required. */
export interface HandlerOptions<Database = unknown> {
  /** The function's name, which is the first segment of its paths. */
  name: string;
  routes: readonly Route<Database>[];
  /** Turns another module's error into an answer; null leaves it a 500. */
  mapError?: (error: unknown) => ApiError | null;
  /**
   * Called with a secret-key client and the function's name once the caller is known; throws where the database is not
   * fit to work with.
   */
  requireDatabase?: (client: SupabaseClient<Database>, name: string) => Promise<void>;
  log?: Logger;
  identify?: (request: Request, options: { allow: Credential[] }) => Promise<Caller<Database>>;
  /** Milliseconds, only for durations. */
  now?: () => number;
  randomUUID?: () => string;
}

const SANE_REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/**
 * Builds the function's entry point: CORS, request id, routing, errors and one log line per request.
 * The returned function never throws; whatever goes wrong unexpectedly becomes a neutral 500, and only
 * the log gets the cause.
 */
export function createHandler<Database = unknown>(
  options: HandlerOptions<Database>,
): (request: Request) => Promise<Response> {
  const now = options.now ?? (() => performance.now());
  const randomUUID = options.randomUUID ?? (() => crypto.randomUUID());
  const baseLog = options.log ?? createLogger({ function: options.name });

  return async (request) => {
    const begun = now();
    const url = new URL(request.url);
    const given = request.headers.get("x-request-id");
    const requestId = given !== null && SANE_REQUEST_ID.test(given) ? given : randomUUID();
    const log = withFields(baseLog, { request_id: requestId });
    let caller = "unidentified";

    const identify = async (allow: Credential[]) => {
      const found = await (options.identify ?? identifyCaller<Database>)(request, { allow });
      caller = found.kind === "user" ? `user:${found.role}` : found.kind;
      await options.requireDatabase?.(found.supabaseAdmin, options.name);
      return found;
    };

    let response: Response;
    try {
      response = await answer(options, { request, url, requestId, log, identify });
    } catch (error) {
      response = errorResponse(toApiError(error, options, log), requestId);
    }
    response = finish(response, request.method, requestId);
    log[response.status >= 500 ? "error" : "info"]("request", {
      method: request.method,
      // Without the query: search words and ids there are nobody's business in a log.
      path: url.pathname,
      status: response.status,
      duration_ms: Math.round(now() - begun),
      caller,
    });
    return response;
  };
}

function answer<Database>(
  options: HandlerOptions<Database>,
  context: Omit<RouteContext<Database>, "params">,
): Promise<Response> | Response {
  const { request, url } = context;
  if (request.method === "OPTIONS") {
    return preflightResponse(request.headers.get("access-control-request-headers"));
  }
  const path = pathBelowFunction(url.pathname, options.name);
  if (path === null) throw notFound();
  const match = matchRoute(options.routes, request.method, path);
  if (match.found === "nothing") throw notFound();
  if (match.found === "path") throw methodNotAllowed(match.allow);
  return match.route.handle({ ...context, params: match.params });
}

function toApiError(
  error: unknown,
  options: Pick<HandlerOptions, "mapError">,
  log: Logger,
): ApiError {
  const known = error instanceof ApiError ? error : options.mapError?.(error) ?? null;
  if (known !== null) {
    if (known.status >= 500) log.error(known.message, { error });
    return known;
  }
  log.error("unexpected error", { error });
  return new ApiError("Something went wrong here. The log holds more under this request_id.", {
    status: 500,
    code: "internal_error",
  });
}

/** Adds the headers every answer carries, without trusting a route's response to be mutable. */
function finish(response: Response, method: string, requestId: string): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(corsHeaders)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  headers.set("x-request-id", requestId);
  const empty = method === "HEAD" || [101, 204, 205, 304].includes(response.status);
  return new Response(empty ? null : response.body, { status: response.status, headers });
}

function withFields(log: Logger, fields: Record<string, unknown>): Logger {
  return {
    info: (message, more) => log.info(message, { ...fields, ...more }),
    warn: (message, more) => log.warn(message, { ...fields, ...more }),
    error: (message, more) => log.error(message, { ...fields, ...more }),
  };
}
