import {
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from "../../scripts/cloudinary-emulator/mod.ts";
import { waitUntil } from "../support/wait-until.ts";

export type { EmulatorOptions };
export { type Behavior, describeFacts, FACTS } from "../../scripts/cloudinary-emulator/mod.ts";

/** The unmodified SDK, untyped: its declarations lack methods and tell some answers wrongly. */
// deno-lint-ignore no-explicit-any
export type Sdk = any;

/** What a conformance test works with. */
export interface Conformance {
  readonly emulator: Emulator;
  readonly cloudinary: Sdk;
  /** Calls the control surface; the answer is parsed JSON. */
  // deno-lint-ignore no-explicit-any
  control(method: string, path: string, body?: unknown): Promise<any>;
}

let sdk: Sdk | undefined;

/**
 * Loads the SDK. It chooses between http and https when it is first loaded, from CLOUDINARY_URL: the
 * variable has to stand before the import.
 */
async function loadSdk(cloudinaryUrl: string): Promise<Sdk> {
  if (sdk === undefined) {
    Deno.env.set("CLOUDINARY_URL", cloudinaryUrl);
    sdk = (await import("cloudinary")).v2;
  }
  return sdk;
}

/** Runs a test against an emulator of its own, with the SDK pointed at it. */
export async function withEmulator(
  options: EmulatorOptions,
  test: (conformance: Conformance) => Promise<void>,
): Promise<void> {
  const emulator = await startEmulator(options);
  try {
    const cloudinary = await loadSdk(emulator.cloudinaryUrl);
    cloudinary.config({
      cloud_name: emulator.cloudName,
      api_key: emulator.apiKey,
      api_secret: emulator.apiSecret,
      upload_prefix: emulator.http,
    });
    const control = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`${emulator.http}/_emulator${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer = await response.json();
      if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
      return answer;
    };
    await test({ emulator, cloudinary, control });
    const { defects, calls } = await control("GET", "/calls");
    if (defects > 0) {
      const first = calls.find((call: { defect?: string }) => call.defect !== undefined);
      throw new Error(`the emulator failed inside: ${first?.defect}`);
    }
  } finally {
    await emulator.stop();
  }
}

/** A PNG of one pixel, as a data URI. */
export const ONE_PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** What the SDK rejects with. */
export interface Rejection {
  readonly status: number;
  readonly message: string;
}

/** Waits for the SDK to reject, in either of its two shapes, and tells status and message. */
export async function rejection(call: Promise<unknown>): Promise<Rejection> {
  try {
    await call;
  } catch (reason) {
    const error = (reason as { error?: unknown }).error ?? reason;
    const { http_code, message } = error as { http_code: number; message: string };
    return { status: http_code, message };
  }
  throw new Error("the call was answered, a rejection was expected");
}

/** A notification that a receiver got. */
export interface Received {
  // deno-lint-ignore no-explicit-any
  readonly payload: any;
  readonly body: string;
  readonly headers: Headers;
}

/** Receives notifications on a free loopback port; `status` chooses the answer to each. */
export async function withReceiver(
  status: (count: number) => number,
  test: (url: string, received: Received[]) => Promise<void>,
): Promise<void> {
  const received: Received[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body = await request.text();
      received.push({ payload: JSON.parse(body), body, headers: request.headers });
      return new Response("", { status: status(received.length) });
    },
  );
  try {
    await test(`http://127.0.0.1:${server.addr.port}/webhook`, received);
  } finally {
    await server.shutdown();
  }
}

/** Waits for a notification of a type. */
// deno-lint-ignore no-explicit-any
export async function event(received: Received[], type: string): Promise<any> {
  const found = await waitUntil(() =>
    received.find(({ payload }) => payload.notification_type === type)
  );
  return found.payload;
}
