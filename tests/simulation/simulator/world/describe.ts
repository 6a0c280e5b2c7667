/** Calls and answers in one line of a trace. */
import { brief } from "./trace.ts";

const UNTOLD = new Set(["api_key", "signature", "timestamp"]);

/** Method, path and what matters of the parameters. */
export function describeCall(request: Request, body: string): string {
  const url = new URL(request.url);
  const path = decodeURIComponent(url.pathname)
    .replace(/^\/rest\/v1\/rpc\//, "sql ").replace(/^\/rest\/v1/, "sql")
    .replace(/^\/v1_1\/[^/]*/, "cloudinary ");
  const method = request.method === "POST" && path.startsWith("sql ") ? "" : `${request.method} `;
  return `${method}${path} ${brief(decodeURIComponent(url.search), 160)} ${
    brief(parametersOf(request, body), 400)
  }`
    .trim();
}

function parametersOf(request: Request, body: string): string {
  const type = request.headers.get("content-type") ?? "";
  const pairs: [string, string][] = [];
  if (type.includes("multipart/form-data")) {
    for (const part of body.matchAll(/name="([^"]*)"[^\r\n]*\r\n\r\n([^\r]*)\r\n/g)) {
      pairs.push([part[1]!, part[2]!]);
    }
  } else if (type.includes("x-www-form-urlencoded")) {
    pairs.push(...new URLSearchParams(body));
  } else return body;
  return pairs.filter(([name]) => !UNTOLD.has(name)).map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** Status and the beginning of the answer. */
export function describeAnswer(status: number, text: string): string {
  return `${status} ${brief(text, 220)}`;
}
