/** Serves the web console, a folder of static files, under `/console/`. */

const contentTypes: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
  png: "image/png",
};

/**
 * @param publicInfo Answered at `/console/stack.json`: what a page may know.
 * @returns a handler; null where there is no such file.
 */
export function createConsoleFiles(
  publicInfo: { url: string; publishable_key: string },
  folder: URL = new URL("../console/", import.meta.url),
): (request: Request) => Promise<Response | null> {
  return async (request) => {
    const { pathname, origin } = new URL(request.url);
    if (pathname === "/console") return Response.redirect(`${origin}/console/`, 308);
    if (!pathname.startsWith("/console/")) return null;
    const path = pathname.slice("/console/".length) || "index.html";
    if (path === "stack.json") return Response.json(publicInfo);
    // URL has resolved any dots; what could still climb out is encoded.
    if (!/^[\w./-]+$/.test(path) || path.includes("..")) return null;
    try {
      const content = await Deno.readFile(new URL(path, folder));
      const type = contentTypes[path.split(".").pop() ?? ""] ?? "application/octet-stream";
      return new Response(content, {
        headers: { "content-type": type, "cache-control": "no-cache" },
      });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) {
        return null;
      }
      throw error;
    }
  };
}
