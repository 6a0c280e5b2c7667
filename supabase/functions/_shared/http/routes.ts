/** HTTP methods a route may answer; `HEAD` is answered by `GET`, `OPTIONS` by the handler. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What the matcher needs of a route: a method and a path such as `/`, `/uploads` or `/:id/restore`. */
export interface RoutePattern {
  method: Method;
  path: string;
}

/** Outcome of {@link matchRoute}. */
export type RouteMatch<Route> =
  | { found: "route"; route: Route; params: Record<string, string> }
  | { found: "path"; allow: string[] }
  | { found: "nothing" };

/**
 * Finds the route for a path below the function's name. A literal segment beats a parameter, whatever
 * the method: `GET /uploads` is not the item called `uploads`.
 *
 * @param routes All routes of one function.
 * @param method The request's method.
 * @param path Path below the function's name, percent-encoded; a trailing slash is ignored.
 */
export function matchRoute<Route extends RoutePattern>(
  routes: readonly Route[],
  method: string,
  path: string,
): RouteMatch<Route> {
  const segments = split(path).map(decode);
  if (segments.includes(null)) return { found: "nothing" };
  let best: { pattern: string; literals: number; params: Record<string, string> } | null = null;
  for (const route of routes) {
    const match = matchPattern(route.path, segments as string[]);
    if (match !== null && (best === null || match.literals > best.literals)) {
      best = { pattern: route.path, ...match };
    }
  }
  if (best === null) return { found: "nothing" };
  const pattern = best.pattern;
  const here = routes.filter((route) => route.path === pattern);
  const wanted = method === "HEAD" ? "GET" : method;
  const route = here.find((candidate) => candidate.method === wanted);
  if (route !== undefined) return { found: "route", route, params: best.params };
  const allow = here.flatMap(({ method }) => method === "GET" ? ["GET", "HEAD"] : [method]);
  return { found: "path", allow: [...allow, "OPTIONS"] };
}

/**
 * The part of a URL's path that lies below a function's name; null when the path is not that function's.
 * The platform's gateway shows functions `/<name>/…`; clients and some proxies use `/functions/v1/<name>/…`.
 */
export function pathBelowFunction(pathname: string, name: string): string | null {
  const path = pathname.startsWith("/functions/v1/")
    ? pathname.slice("/functions/v1".length)
    : pathname;
  if (path === `/${name}`) return "/";
  return path.startsWith(`/${name}/`) ? path.slice(name.length + 1) : null;
}

function split(path: string): string[] {
  const inner = path.replace(/^\/|\/$/g, "");
  return inner === "" ? [] : inner.split("/");
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function matchPattern(pattern: string, segments: string[]) {
  const parts = split(pattern);
  if (parts.length !== segments.length) return null;
  const params: Record<string, string> = {};
  let literals = 0;
  for (const [index, part] of parts.entries()) {
    const segment = segments[index]!;
    if (part.startsWith(":")) {
      if (segment === "") return null;
      params[part.slice(1)] = segment;
    } else if (part === segment) literals++;
    else return null;
  }
  return { literals, params };
}
