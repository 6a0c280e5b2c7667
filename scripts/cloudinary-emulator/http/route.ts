import type { World } from "../world.ts";
import { type Caller } from "./authenticate.ts";
import { type Parameters } from "./parameters.ts";

/** One API call on its way through the emulator. */
export interface Exchange {
  readonly world: World;
  readonly request: Request;
  /** Values of the route's `:name` and `*name` parts. */
  readonly path: Readonly<Record<string, string>>;
  readonly parameters: Parameters;
  readonly caller: Caller;
}

/** What a handler answers with: a JSON body, and a status when it is not 200. */
export interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

/** Which bucket a route belongs to: Admin calls need Basic auth and spend the hourly quota. */
export type Api = "admin" | "upload";

/** A route of the API. */
export interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly api: Api;
  readonly handle: (exchange: Exchange) => Answer | Promise<Answer>;
  /** Quota units that a call costs (default 1). */
  readonly cost?: (parameters: Parameters) => number;
}

/** A route that fits a request, with the values of its path parts. */
export interface RouteMatch {
  readonly route: Route;
  readonly path: Record<string, string>;
}

const RESOURCE_TYPE_PART = ":resource_type";
const RESOURCE_TYPES = new Set(["image", "video", "raw"]);

/**
 * Finds the route of a request. Patterns are tried in order: literal parts, `:name` for one part,
 * `*name` for all that is left (public_ids contain slashes). `:resource_type` fits image, video and
 * raw only, and `:upload_resource_type` `auto` as well.
 *
 * @param segments the percent-decoded path below the cloud name, split at slashes
 */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  segments: readonly string[],
): RouteMatch | "method" | undefined {
  let pathFits = false;
  for (const route of routes) {
    const path = matchPattern(route.pattern, segments);
    if (path === undefined) continue;
    if (route.method === method) return { route, path };
    pathFits = true;
  }
  return pathFits ? "method" : undefined;
}

const patternParts = new Map<string, string[]>();

function matchPattern(
  pattern: string,
  segments: readonly string[],
): Record<string, string> | undefined {
  let parts = patternParts.get(pattern);
  if (parts === undefined) {
    parts = pattern.slice(1).split("/");
    patternParts.set(pattern, parts);
  }
  const path: Record<string, string> = {};
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!;
    if (part.startsWith("*")) {
      const rest = segments.slice(index).join("/");
      if (rest === "") return undefined;
      path[part.slice(1)] = rest;
      return path;
    }
    const segment = segments[index];
    if (segment === undefined) return undefined;
    if (part.startsWith(":")) {
      if (segment === "") return undefined;
      if (part === RESOURCE_TYPE_PART && !RESOURCE_TYPES.has(segment)) return undefined;
      if (part === ":upload_resource_type" && segment !== "auto" && !RESOURCE_TYPES.has(segment)) {
        return undefined;
      }
      path[part.slice(1)] = segment;
    } else if (part !== segment) {
      return undefined;
    }
  }
  return parts.length === segments.length ? path : undefined;
}
