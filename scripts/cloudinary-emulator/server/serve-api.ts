import { authenticateAdmin } from "../http/authenticate.ts";
import { type Answer, matchRoute, type Parts, type RouteMatch } from "../http/route.ts";
import type { Caller } from "../notifications/cause.ts";
import { Failure } from "../shapes/failure.ts";
import type { Parameters } from "../shapes/parameters.ts";
import { authenticateUpload } from "../upload/authenticate.ts";
import { brokenResponse, injectFaults } from "./inject-faults.ts";
import { readParameters } from "./read-parameters.ts";
import { routes } from "./routes.ts";

/** A call on its way, and what is known of it when it is logged. */
interface Call {
  readonly request: Request;
  readonly url: URL;
  /** The percent-decoded path below `/v1_1`, the cloud name first. */
  readonly segments: readonly string[];
  /** Headers of the answer, even of a refusal. */
  readonly headers: Record<string, string>;
  endpoint: string;
  parameters?: Parameters;
  caller?: Caller;
  fault?: string;
  defect?: string;
}

/**
 * Answers one API call: faults, routing, credentials, quota, the handler, and the log.
 *
 * @param segments the percent-decoded path below `/v1_1`, the cloud name first
 */
export async function serveApi(
  parts: Parts,
  request: Request,
  url: URL,
  segments: readonly string[],
): Promise<Response> {
  const { method } = request;
  const path = `/v1_1/${segments.join("/")}`;
  const call: Call = { request, url, segments, headers: {}, endpoint: `${method} (unknown)` };
  const at = new Date(parts.clock.now()).toISOString();
  parts.calls.begin(call);
  const response = await answer(parts, call, path);
  response.headers.set("x-request-id", crypto.randomUUID().replaceAll("-", ""));
  const { endpoint, fault, defect } = call;
  parts.calls.record(call, {
    at,
    method,
    path,
    endpoint,
    status: response.status,
    api_key: call.caller?.api_key ?? null,
    parameters: call.parameters?.summary() ?? {},
    fault,
    defect,
  });
  return response;
}

async function answer(parts: Parts, call: Call, path: string): Promise<Response> {
  const { request, segments, headers } = call;
  try {
    const match = findRoute(request.method, segments.slice(1));
    call.endpoint = `${request.method} ${match.route.pattern}`;
    const injected = await injectFaults(parts, request, path);
    if (injected?.kind === "answer") {
      call.fault = injected.name;
      return injected.response;
    }
    const { status = 200, body } = await handle(parts, call, match);
    if (injected?.kind === "lost_answer") {
      call.fault = "lost_answer";
      return brokenResponse();
    }
    return Response.json(body, { status, headers });
  } catch (error) {
    const isFailure = error instanceof Failure;
    if (!isFailure) {
      call.defect = error instanceof Error ? error.stack ?? error.message : "unknown";
    }
    const status = isFailure ? error.status : 500;
    const message = isFailure ? error.message : "Internal error of the emulator";
    return Response.json({ error: { message } }, { status, headers });
  }
}

function findRoute(method: string, segments: readonly string[]): RouteMatch {
  const match = matchRoute(routes, method === "HEAD" ? "GET" : method, segments);
  if (match === undefined) throw new Failure(404, "Route not found");
  if (match === "method") throw new Failure(405, "Method not allowed");
  return match;
}

async function handle(parts: Parts, call: Call, { route, path }: RouteMatch): Promise<Answer> {
  const { request, url, segments } = call;
  const [cloudName = ""] = segments;
  if (route.api === "admin") call.caller = authenticateAdmin(parts.account, request, cloudName);
  const parameters = await readParameters(request, url);
  call.parameters = parameters;
  if (route.api === "admin") {
    try {
      parts.quota.spend(route.cost?.(parameters) ?? 1);
    } finally {
      Object.assign(call.headers, parts.quota.headers());
    }
  }
  const endpoint = segments.at(-1) ?? "";
  const caller = call.caller ??= authenticateUpload(
    parts,
    request,
    cloudName,
    parameters,
    endpoint,
  );
  return await route.handle({ ...parts, request, path, parameters, caller });
}
