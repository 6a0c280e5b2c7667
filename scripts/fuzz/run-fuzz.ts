import fc from "fast-check";
import type { Stack } from "../local/stack-options.ts";
import { type FuzzRequest, type FuzzRole, requests } from "./requests.ts";

/** What a run of random requests came to. */
export interface FuzzReport {
  seed: number;
  runs: number;
  /** Requests by status. */
  statuses: Record<string, number>;
  /** Longest answer, milliseconds. */
  slowest: number;
  /** What must not happen and did, with the request; at most 20. */
  findings: string[];
}

/** No answer may take longer, milliseconds. */
const LONGEST_MS = 10_000;

/** Words of drivers, databases and stack traces. */
const DRIVER_TEXT =
  /relation "|column "|constraint "|syntax error at|invalid input syntax|violates |duplicate key|SQLSTATE|PGRST\d|PostgresError|pg_catalog|out of range for type|at \S+\.ts:\d+|npm:|node_modules/;

/** Marks rows by who may see them; the library's names begin with these. */
export const MARKS = {
  public: "mark-public",
  live: "mark-live",
  trash: "mark-trash",
  hidden: "mark-hidden",
};

const SEES: Record<FuzzRole, (keyof typeof MARKS)[]> = {
  nobody: [],
  anonymous: ["public"],
  viewer: ["public", "live"],
  editor: ["public", "live", "trash"],
  admin: ["public", "live", "trash"],
  cron: ["public", "live", "trash", "hidden"],
  service: ["public", "live", "trash", "hidden"],
};

/**
 * Sends random requests of every role to a stack, one after the other, and judges every answer: no 5xx, none that takes longer than
 * 10 s, no secret, no words of a driver, no row that the role may not see. In the second half viewers must be assigned, so that
 * the viewer is a guest.
 *
 * @param options `known`: ids that requests may name; `seed` makes a run repeatable.
 */
export async function runFuzz(
  stack: Stack,
  { runs, seed, known }: { runs: number; seed: number; known: readonly string[] },
): Promise<FuzzReport> {
  const report: FuzzReport = { seed, runs, statuses: {}, slowest: 0, findings: [] };
  const headersOf = await signIn(stack);
  const secrets = [
    stack.info.secret_key,
    stack.info.cron_key,
    new URL(stack.info.cloudinary_url).password,
  ];
  let sent = 0;
  for (const request of fc.sample(requests(known), { numRuns: runs, seed })) {
    if (sent++ === Math.floor(runs / 2)) {
      await stack.sql("update media_sync.settings set viewers = 'assigned'");
    }
    const isGuest = request.as === "viewer" && sent > Math.floor(runs / 2);
    const problem = await judge(stack, request, {
      headers: headersOf(request),
      secrets,
      sees: SEES[isGuest ? "anonymous" : request.as],
      report,
    });
    if (problem !== null && report.findings.length < 20) {
      report.findings.push(`${problem}: ${JSON.stringify(request).slice(0, 600)}`);
    }
  }
  await stack.sql("update media_sync.settings set viewers = 'authenticated'");
  return report;
}

async function judge(
  stack: Stack,
  request: FuzzRequest,
  { headers, secrets, sees, report }: {
    headers: Headers;
    secrets: string[];
    sees: readonly (keyof typeof MARKS)[];
    report: FuzzReport;
  },
): Promise<string | null> {
  const begun = performance.now();
  let response: Response;
  let text: string;
  try {
    const hasBody = request.method !== "GET" && request.method !== "HEAD";
    response = await fetch(`${stack.info.url}/functions/v1/${request.path}`, {
      method: request.method,
      headers,
      signal: AbortSignal.timeout(LONGEST_MS),
      ...(hasBody && request.body !== undefined ? { body: request.body } : {}),
    });
    text = await response.text();
  } catch (error) {
    return `no answer (${error instanceof Error ? error.name : error})`;
  }
  report.slowest = Math.max(report.slowest, Math.round(performance.now() - begun));
  report.statuses[response.status] = (report.statuses[response.status] ?? 0) + 1;
  if (response.status >= 500) return `status ${response.status} ${text.slice(0, 300)}`;
  const all = text + JSON.stringify([...response.headers]);
  // What the request itself said may come back.
  const asked = `${decodeSafely(request.path)} ${request.body ?? ""}`;
  if (secrets.some((secret) => all.includes(secret))) return "a secret";
  const words = DRIVER_TEXT.exec(text)?.[0];
  if (words !== undefined && !asked.includes(words)) return `words of a driver, ${words}`;
  for (const [kind, mark] of Object.entries(MARKS)) {
    if (!sees.includes(kind as keyof typeof MARKS) && all.includes(mark) && !asked.includes(mark)) {
      return `a row that is ${kind}`;
    }
  }
  return null;
}

function decodeSafely(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Not percent-encoded text: then it is compared as it stands.
    return path;
  }
}

async function signIn(stack: Stack): Promise<(request: FuzzRequest) => Headers> {
  const { url, publishable_key: apikey, secret_key, cron_key, users } = stack.info;
  const tokens = new Map<string, string>();
  for (const [name, credentials] of Object.entries(users)) {
    const response = await fetch(`${url}/auth/v1/token?grant_type=password`, {
      method: "POST",
      headers: { apikey, "content-type": "application/json" },
      body: JSON.stringify(credentials),
    });
    tokens.set(name, (await response.json()).access_token);
  }
  const keys: Partial<Record<FuzzRole, string>> = { cron: cron_key, service: secret_key };
  return ({ as, contentType }) => {
    const headers = new Headers(contentType === "" ? {} : { "content-type": contentType });
    if (as !== "nobody") headers.set("apikey", keys[as] ?? apikey);
    const token = tokens.get(as);
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    return headers;
  };
}
