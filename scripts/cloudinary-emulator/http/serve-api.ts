import { routes } from "../routes.ts";
import type { World } from "../world.ts";
import { authenticateAdmin, type Caller } from "./authenticate.ts";
import { Failure } from "./failure.ts";
import { brokenResponse, injectFaults } from "./inject-faults.ts";
import type { Parameters } from "./parameters.ts";
import { readParameters } from "./read-parameters.ts";
import { matchRoute, type RouteMatch } from "./route.ts";
import { authenticateUpload } from "../upload/authenticate.ts";

/** What is known of a call when it is logged. */
interface Trace {
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
  world: World,
  request: Request,
  url: URL,
  segments: readonly string[],
): Promise<Response> {
  const path = `/v1_1/${segments.join("/")}`;
  const trace: Trace = { endpoint: `${request.method} (unknown)` };
  const at = new Date(world.clock.now()).toISOString();
  const response = await answer(world, request, url, segments, path, trace);
  response.headers.set("x-request-id", crypto.randomUUID().replaceAll("-", ""));
  world.calls.record({
    at,
    method: request.method,
    path,
    endpoint: trace.endpoint,
    status: response.status,
    api_key: trace.caller?.api_key ?? null,
    parameters: trace.parameters?.summary() ?? {},
    ...(trace.fault === undefined ? {} : { fault: trace.fault }),
    ...(trace.defect === undefined ? {} : { defect: trace.defect }),
  });
  return response;
}

async function answer(
  world: World,
  request: Request,
  url: URL,
  segments: readonly string[],
  path: string,
  trace: Trace,
): Promise<Response> {
  const headers: Record<string, string> = {};
  try {
    const match = findRoute(request.method, segments.slice(1));
    trace.endpoint = `${request.method} ${match.route.pattern}`;
    const injected = await injectFaults(world, request, path);
    if (injected?.kind === "answer") {
      trace.fault = injected.name;
      return injected.response;
    }
    const body = await run(world, request, url, segments, match, trace, headers);
    if (injected?.kind === "lost_answer") {
      trace.fault = "lost_answer";
      return brokenResponse();
    }
    return body;
  } catch (error) {
    const isFailure = error instanceof Failure;
    if (!isFailure) {
      trace.defect = error instanceof Error ? error.stack ?? error.message : "unknown";
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

async function run(
  world: World,
  request: Request,
  url: URL,
  segments: readonly string[],
  match: RouteMatch,
  trace: Trace,
  headers: Record<string, string>,
): Promise<Response> {
  const { route, path } = match;
  const cloudName = segments[0] ?? "";
  if (route.api === "admin") {
    trace.caller = authenticateAdmin(world, request, cloudName);
    const parameters = await readParameters(request, url);
    trace.parameters = parameters;
    try {
      world.quota.spend(world, route.cost?.(parameters) ?? 1);
    } finally {
      Object.assign(headers, world.quota.headers(world));
    }
  } else {
    trace.parameters = await readParameters(request, url);
    trace.caller = authenticateUpload(
      world,
      request,
      cloudName,
      trace.parameters,
      segments.at(-1) ?? "",
    );
  }
  const { status, body } = await route.handle({
    world,
    request,
    path,
    parameters: trace.parameters,
    caller: trace.caller,
  });
  return Response.json(body, { status: status ?? 200, headers });
}
