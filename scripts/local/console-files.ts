/** Serves the web console under `/console/`, as `deno task console` builds it for other hosts. */

const contentTypes: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
  png: "image/png",
  woff2: "font/woff2",
};

/** What a page may know of the stack: the console's `config.json`. */
export interface ConsoleConfiguration {
  url: string;
  publishable_key: string;
  /** Where the emulated Cloudinary is; absent beside a real one. */
  emulator?: string;
}

/** The console's files by their paths, such as `index.html`. */
export type ConsoleFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/**
 * @param configuration Answered at `/console/config.json`.
 * @param build Called with the first request, and again after it failed.
 * @returns a handler; null where there is no such file.
 */
export function createConsoleFiles(
  configuration: ConsoleConfiguration,
  build: () => Promise<ConsoleFiles>,
): (request: Request) => Promise<Response | null> {
  let built: Promise<ConsoleFiles> | undefined;
  return async (request) => {
    const { pathname, origin } = new URL(request.url);
    if (pathname === "/console") {
      return new Response(null, { status: 308, headers: { location: `${origin}/console/` } });
    }
    if (!pathname.startsWith("/console/")) return null;
    const path = pathname.slice("/console/".length) || "index.html";
    if (path === "config.json") return Response.json(configuration);
    let files: ConsoleFiles;
    try {
      files = await (built ??= build());
    } catch (error) {
      built = undefined;
      return notBuilt(error instanceof Error ? error.message : String(error));
    }
    const content = files.get(path);
    if (content === undefined) return null;
    return new Response(content, {
      headers: {
        "content-type": contentTypes[path.split(".").pop() ?? ""] ?? "application/octet-stream",
        "cache-control": "no-cache",
      },
    });
  };
}

function notBuilt(reason: string): Response {
  const text =
    `The console could not be built, and is tried again when this page is loaded again.\n\n${reason}\n`;
  return new Response(text, {
    status: 503,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache" },
  });
}
