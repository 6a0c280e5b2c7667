/** Serves the web console, a folder of static files that `deno task console` builds, under `/console/`. */

const contentTypes: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
  png: "image/png",
  woff2: "font/woff2",
};

/** Where the console is built to. */
export const consoleFolder = new URL("../../dist/console/", import.meta.url);

/** What a page may know of the stack: the console's `config.json`. */
export interface ConsoleConfiguration {
  url: string;
  publishable_key: string;
  /** Where the emulated Cloudinary is; absent beside a real one. */
  emulator?: string;
}

/**
 * @param configuration Answered at `/console/config.json`, whatever the folder says.
 * @param folder Looked at anew with every request.
 * @returns a handler; null where there is no such file. Without a built console its page says how to build it.
 */
export function createConsoleFiles(
  configuration: ConsoleConfiguration,
  folder: URL = consoleFolder,
): (request: Request) => Promise<Response | null> {
  return async (request) => {
    const { pathname, origin } = new URL(request.url);
    if (pathname === "/console") {
      return new Response(null, { status: 308, headers: { location: `${origin}/console/` } });
    }
    if (!pathname.startsWith("/console/")) return null;
    const path = pathname.slice("/console/".length) || "index.html";
    if (path === "config.json") return Response.json(configuration);
    // URL has resolved any dots; what could still climb out is encoded.
    if (!/^[\w./-]+$/.test(path) || path.includes("..")) return null;
    const content = await readIfThere(new URL(path, folder));
    if (content === null) return path === "index.html" ? notBuilt() : null;
    const type = contentTypes[path.split(".").pop() ?? ""] ?? "application/octet-stream";
    return new Response(content, {
      headers: { "content-type": type, "cache-control": "no-cache" },
    });
  };
}

async function readIfThere(file: URL): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await Deno.readFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) {
      return null;
    }
    throw error;
  }
}

function notBuilt(): Response {
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The console is not built</title>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem">
<h1>The console is not built</h1>
<p>Run <code>npx -y deno task console</code> in the repository, and load this page again. The stack can go on meanwhile.</p>
`;
  return new Response(page, {
    status: 404,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" },
  });
}
