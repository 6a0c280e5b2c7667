import type { Caller, Cause } from "../notifications/cause.ts";
import type { Notifier } from "../notifications/notifier.ts";
import type { SearchIndex } from "../search/search-index.ts";
import type { Parameters } from "../shapes/parameters.ts";
import { type AssetName, RESOURCE_TYPES, type ResourceType } from "../store/asset.ts";
import type { State } from "../store/state.ts";
import type { Quota } from "./quota.ts";

/** What calls work on: the account's state, and what searches it, tells about it and counts its calls. */
export interface Parts extends State {
  readonly search: SearchIndex;
  readonly notifier: Notifier;
  readonly quota: Quota;
}

/** One API call on its way through the emulator, with the parts that it works on. */
export interface Exchange extends Parts {
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

/** The asset that a path names, or another public_id of its types. */
export function assetName({ path }: Exchange, public_id: string = path.public_id!): AssetName {
  return { resource_type: path.resource_type as ResourceType, type: path.type!, public_id };
}

/** A route of the Admin API. */
export function admin(
  method: string,
  pattern: string,
  handle: Route["handle"],
  cost: Route["cost"] = () => 1,
): Route {
  return { method, pattern, api: "admin", handle, cost };
}

/** Why a call's notifications are sent. */
export function causeOf({ caller, parameters }: Exchange): Cause {
  const notification_url = parameters.text("notification_url");
  return notification_url ? { ...caller, notification_url } : caller;
}

/** A route that fits a request, with the values of its path parts. */
export interface RouteMatch {
  readonly route: Route;
  readonly path: Record<string, string>;
}

const RESOURCE_TYPE_PART = ":resource_type";
const RESOURCE_TYPE_NAMES: ReadonlySet<string> = new Set(RESOURCE_TYPES);

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
      if (part === RESOURCE_TYPE_PART && !RESOURCE_TYPE_NAMES.has(segment)) return undefined;
      if (
        part === ":upload_resource_type" && segment !== "auto" && !RESOURCE_TYPE_NAMES.has(segment)
      ) {
        return undefined;
      }
      path[part.slice(1)] = segment;
    } else if (part !== segment) {
      return undefined;
    }
  }
  return parts.length === segments.length ? path : undefined;
}
