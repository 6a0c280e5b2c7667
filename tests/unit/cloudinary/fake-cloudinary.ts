import {
  type CloudinaryClientOptions,
  createCloudinaryClient,
} from "../../../supabase/functions/_shared/cloudinary/client.ts";
import type { CallReport } from "../../../supabase/functions/_shared/cloudinary/transport.ts";

/** One request as the fake saw it. */
export interface SeenRequest {
  method: string;
  /** Path as sent, percent-encoded, below `/v1_1/<cloud>/`. */
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: string;
}

/** Answers one request; `undefined` leaves the caller hanging until it goes away. */
export type Script = (request: SeenRequest, number: number) => Response | undefined;

/** A client, and a server on loopback that answers it as a test says. */
export interface Fake {
  client: ReturnType<typeof createCloudinaryClient>;
  seen: SeenRequest[];
  calls: CallReport[];
  /** What the client waited between attempts, in ms; it does not really wait. */
  waits: number[];
}

export const API_KEY = "123456789012345";
export const API_SECRET = "not-a-real-secret-value";

/** Runs a test body against a scripted Cloudinary; stops the server and the client afterwards. */
export async function withFakeCloudinary(
  script: Script,
  body: (fake: Fake) => Promise<void>,
  options: CloudinaryClientOptions = {},
): Promise<void> {
  const seen: SeenRequest[] = [];
  const release = new AbortController();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const url = new URL(request.url);
    const entry = {
      method: request.method,
      path: url.pathname.replace("/v1_1/demo/", ""),
      query: url.searchParams,
      headers: request.headers,
      body: await request.text(),
    };
    seen.push(entry);
    const response = script(entry, seen.length);
    if (response !== undefined) return response;
    await new Promise((resolve) => release.signal.addEventListener("abort", resolve));
    return new Response("too late", { status: 500 });
  });
  const calls: CallReport[] = [];
  const waits: number[] = [];
  const client = createCloudinaryClient({
    cloudName: "demo",
    apiKey: API_KEY,
    apiSecret: API_SECRET,
    uploadPrefix: `http://127.0.0.1:${server.addr.port}`,
    webhookKeys: {},
  }, {
    onCall: (call) => calls.push(call),
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    // Time stands still, so that no attempt ends for a slow machine's sake.
    now: () => 0,
    startTimer: () => () => {},
    ...options,
  });
  try {
    await body({ client, seen, calls, waits });
  } finally {
    client.close();
    release.abort();
    await server.shutdown();
  }
}

/** A resource as a listing shows it. */
export function resource(publicId: string, more: Record<string, unknown> = {}) {
  return {
    asset_id: (publicId + "0".repeat(32)).replace(/[^a-z0-9]/g, "0").slice(0, 32),
    public_id: publicId,
    resource_type: "image",
    type: "upload",
    format: "jpg",
    version: 1719310887,
    created_at: "2024-06-25T10:21:27Z",
    ...more,
  };
}

/** The rejection of a promise; fails when there is none. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a rejection");
}
