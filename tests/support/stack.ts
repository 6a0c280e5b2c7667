/** Shorthands for tests that drive a local stack over HTTP. */
import { assert, assertEquals } from "@std/assert";
import { startStack } from "../../scripts/local/stack.ts";
import type { Stack, StackOptions } from "../../scripts/local/stack-options.ts";
import type { Users } from "../../scripts/support/stack-info.ts";
import { assertKeepsContract } from "./contract.ts";
import { rememberInstallation } from "./empty-stack.ts";
import { waitUntil } from "./wait-until.ts";

/** An answer of a function; `body` as JSON. */
export interface Answer {
  status: number;
  headers: Headers;
  // deno-lint-ignore no-explicit-any -- tests look into answers of every shape.
  body: any;
}

/** Who a request comes from. */
export type As = "nobody" | "anonymous" | "service" | keyof Users;

/** The variant of every uncertain fact about Cloudinary under which the tests run: `deno task test --behavior=b`. */
export const behavior: "a" | "b" = Deno.env.get("CLOUDINARY_BEHAVIOR") === "b" ? "b" : "a";

/** A stack as tests want it: quiet, no jobs, every port a free one. */
export async function startTestStack(options: StackOptions = {}): Promise<Stack> {
  const stack = await startStack({ quiet: true, cron: false, behavior, ...options });
  await rememberInstallation(stack);
  return stack;
}

/** Runs `fn` with a stack of its own, which is stopped whatever happens. */
export async function withStack(
  options: StackOptions,
  fn: (stack: Stack) => Promise<void>,
): Promise<void> {
  const stack = await startTestStack(options);
  try {
    await fn(stack);
  } finally {
    await stack.stop();
  }
}

/** A client of one stack that signs in once per user. */
export function createClient(stack: Stack) {
  const tokens = new Map<keyof Users, Promise<string>>();
  const signIn = async (name: keyof Users): Promise<string> => {
    const { url, publishable_key, users } = stack.info;
    const response = await fetch(`${url}/auth/v1/token?grant_type=password`, {
      method: "POST",
      headers: { apikey: publishable_key, "content-type": "application/json" },
      body: JSON.stringify(users[name]),
    });
    assertEquals(response.status, 200, `signing in as ${name}`);
    return (await response.json()).access_token;
  };
  const credentials = async (as: As): Promise<Record<string, string>> => {
    if (as === "nobody") return {};
    if (as === "service") return { apikey: stack.info.secret_key };
    const apikey = stack.info.publishable_key;
    if (as === "anonymous") return { apikey };
    const token = tokens.get(as) ?? signIn(as);
    tokens.set(as, token);
    return { apikey, authorization: `Bearer ${await token}` };
  };
  /**
   * Calls a function, and asserts that the contract names what it answers.
   *
   * @param path Below `/functions/v1/`.
   * @param init As for `fetch`; `json` is sent as a JSON body.
   */
  return async function call(
    path: string,
    { as = "service", json, ...init }: RequestInit & { as?: As; json?: unknown } = {},
  ): Promise<Answer> {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(await credentials(as))) {
      if (!headers.has(name)) headers.set(name, value);
    }
    if (json !== undefined) headers.set("content-type", "application/json");
    const response = await fetch(`${stack.info.url}/functions/v1/${path}`, {
      ...init,
      headers,
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      body: text === "" ? null : JSON.parse(text),
    };
    // What no function answered, the gateway did.
    if (answer.body !== null && answer.headers.has("x-request-id")) {
      assertKeepsContract(init.method ?? "GET", path, answer);
    }
    return answer;
  };
}

/** Calls a stack's functions; made by {@linkcode createClient}. */
export type Call = ReturnType<typeof createClient>;

/** How {@linkcode syncUntilCompleted} may go on. */
export interface SyncOptions {
  /** Calls at most. Default 40. */
  calls?: number;
  /** Statuses after which it calls again. Default 202. */
  goOnAfter?: number[];
}

/**
 * Calls `POST sync` until a run is completed.
 *
 * @returns The last answer, and how many calls it took.
 */
export async function syncUntilCompleted(
  call: Call,
  json: Record<string, unknown> = { full: true },
  { calls = 40, goOnAfter = [202] }: SyncOptions = {},
): Promise<Answer & { calls: number }> {
  const statuses: number[] = [];
  let answer: Answer | undefined;
  await waitUntil(async () => {
    if (statuses.length >= calls) return true;
    answer = await call("sync", { method: "POST", json });
    statuses.push(answer.status);
    return !goOnAfter.includes(answer.status);
  }, { deadlineMs: 300_000, describe: "the end of the run" });
  assert(answer);
  assertEquals(answer.status, 200, `${statuses} ${JSON.stringify(answer.body)}`);
  assertEquals(answer.body.data.status, "completed", JSON.stringify(answer.body));
  return { ...answer, calls: statuses.length };
}

/**
 * Calls the emulator's control surface.
 *
 * @param path Below `/_emulator`.
 */
// deno-lint-ignore no-explicit-any -- as in Answer.
export async function control(stack: Stack, call: string, body?: unknown): Promise<any> {
  const [method = "GET", path = ""] = call.split(" ");
  const response = await fetch(`${stack.info.cloudinary_http}/_emulator${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert(response.ok, `${call} → ${response.status}`);
  return await response.json();
}

/**
 * Calls the emulated Cloudinary with the stack's account, as a person in its console does.
 *
 * @param call Method and path below the cloud's name, such as `DELETE /resources/image/upload`.
 * @param parameters Sent as a form; with GET and DELETE as the query. A list is sent as `name[]`.
 * @returns The answer, whatever its status.
 */
export async function cloudinaryAnswer(
  { info }: Pick<Stack, "info">,
  call: string,
  parameters: Record<string, unknown> = {},
): Promise<Answer> {
  const { username, password, hostname } = new URL(info.cloudinary_url);
  const [method = "GET", path = ""] = call.split(" ");
  const form = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
      Array.isArray(value)
        ? value.map((one) => [`${name}[]`, String(one)])
        : [[name, String(value)]]
    ),
  );
  const hasBody = method !== "GET" && method !== "DELETE";
  const response = await fetch(
    `${info.cloudinary_http}/v1_1/${hostname}${path}${hasBody ? "" : `?${form}`}`,
    {
      method,
      headers: {
        authorization: `Basic ${btoa(`${username}:${password}`)}`,
        "x-emulator-source": "ui",
      },
      ...(hasBody ? { body: form } : {}),
    },
  );
  const { status, headers } = response;
  return { status, headers, body: await response.json() };
}

/** As {@linkcode cloudinaryAnswer}, for calls that succeed. @returns The answer's JSON. */
export async function callCloudinary(
  stack: Pick<Stack, "info">,
  call: string,
  parameters: Record<string, unknown> = {},
): Promise<Answer["body"]> {
  const { status, body } = await cloudinaryAnswer(stack, call, parameters);
  assertEquals(status, 200, `${call} → ${JSON.stringify(body)}`);
  return body;
}

/** Calls to the emulated Cloudinary that were no mere reading, by endpoint. */
export async function writeCalls(stack: Stack): Promise<Record<string, number>> {
  return writesOf((await control(stack, "GET /calls")).counts);
}

/** Of calls by endpoint those that are no mere reading. */
export function writesOf(calls: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(calls).filter(([endpoint]) =>
      !endpoint.startsWith("GET ") && endpoint !== "POST /resources/search"
    ),
  );
}

/** Where every row of assets and of their log lies: any write, even of equal values, changes it. */
export async function rowPositions(stack: Stack): Promise<Record<string, unknown>[]> {
  return await stack.sql(
    `select 'media_assets' as relation, id::text, xmin::text, ctid::text from public.media_assets
     union all
     select 'media_sync_log', id::text, xmin::text, ctid::text from public.media_sync_log
     where asset_id is not null
     order by 1, 2`,
  );
}

/** A seed that differs from run to run; tests print it in what they assert. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 1e9);
}
