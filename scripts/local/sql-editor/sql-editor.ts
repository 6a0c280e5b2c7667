/**
 * `/studio/`: a page on which SQL can be typed, also on PGlite, which no other program can connect to. (The data API's own
 * studio edits tables and has no SQL editor yet.)
 */
import type { LocalDatabase } from "../database.ts";
import { splitStatements } from "../split-statements.ts";
import { runStatements } from "./run-statements.ts";

const loopback = ["127.0.0.1", "localhost", "[::1]"];

/**
 * @param secretKey Stands in the page, which pages of other origins cannot read; whoever sends SQL shows it.
 * @returns a handler of paths that start with `/studio`. Its answers allow no other origin to read them.
 */
export function createSqlEditor(
  database: LocalDatabase,
  secretKey: string,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname, hostname, origin } = new URL(request.url);
    // A name of somebody's own that leads here would make his page one of this origin.
    if (!loopback.includes(hostname)) {
      return failure(403, "SQL can be typed on this machine only: open it at 127.0.0.1");
    }
    if (pathname === "/studio") {
      return new Response(null, { status: 308, headers: { location: `${origin}/studio/` } });
    }
    if (pathname === "/studio/" && (request.method === "GET" || request.method === "HEAD")) {
      return await page(secretKey);
    }
    if (pathname !== "/studio/query") return failure(404, "No such path");
    if (request.method !== "POST") return failure(405, "Send SQL with POST");
    if (request.headers.get("apikey") !== secretKey) {
      return failure(401, "Only the stack's secret key may run SQL: load the page again");
    }
    const text = await readText(request);
    if (text === null) return failure(400, 'Send JSON: { "text": "select 1" }');
    const statements = splitStatements(text);
    if (statements.length === 0) return failure(400, "There is no statement to run");
    const answer = await runStatements(database, statements);
    return json(answer, "error" in answer ? 400 : 200);
  };
}

async function page(secretKey: string): Promise<Response> {
  const text = await Deno.readTextFile(new URL("page.html", import.meta.url));
  return new Response(text.replace("{{KEY}}", secretKey), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy":
        "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'",
      "cross-origin-resource-policy": "same-origin",
    },
  });
}

async function readText(request: Request): Promise<string | null> {
  try {
    const { text } = await request.json();
    return typeof text === "string" ? text : null;
  } catch {
    return null;
  }
}

function failure(status: number, error: string): Response {
  return json({ error }, status);
}

function json(value: unknown, status: number): Response {
  return Response.json(value, { status, headers: { "cache-control": "no-store" } });
}
