import type { CloudinaryConfiguration } from "./configuration.ts";
import { createAgentPool } from "./agents.ts";
import { CloudinaryError, fromAnswer, toCloudinaryError } from "./errors.ts";
import { type RateLimit, toRateLimit } from "./rate-limit.ts";
import { type RetryPolicy, sleep, type StartTimer, startTimer, withRetries } from "./retry.ts";
import { loadSdk, type Sdk, type SdkOptions } from "./sdk.ts";

/** One HTTP call that was made, successful or not. */
export interface CallReport {
  /** Method and route without ids, such as `GET resources/image`. */
  endpoint: string;
  /** Milliseconds. */
  durationMs: number;
  /** HTTP status, or null without an answer. */
  status: number | null;
  rateLimit: RateLimit | null;
  error?: CloudinaryError;
}

/** What surrounds every call; see `createCloudinaryClient`. */
export interface TransportOptions {
  deadlineMs?: number;
  attemptMs?: number;
  retries?: number;
  fetch?: typeof globalThis.fetch;
  now?: () => number;
  random?: () => number;
  sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  startTimer?: StartTimer;
  onCall?: (call: CallReport) => void;
  signal?: AbortSignal;
}

/** A successful answer. Upload API answers carry no rate limit. */
export interface Answer<Data> {
  data: Data;
  /** How many characters of JSON it was, where it did not come through the SDK. */
  size?: number;
  rateLimit: RateLimit | null;
}

/** How one call may be repeated: `always`, or only while Cloudinary surely has not acted on it. */
export type Repetition = "always" | "never";

/** A call made without the SDK. */
export interface RawRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path segments below the cloud's name; each is percent-encoded. */
  path: string[];
  query?: [string, string][];
  /** Sent as JSON. */
  body?: unknown;
  /** Sent form-encoded, when there is no `body`. */
  form?: [string, string][];
}

/** Makes calls to Cloudinary, each with deadline, repetitions and report. */
export interface Transport {
  viaSdk(
    endpoint: string,
    call: (sdk: Sdk, options: SdkOptions) => Promise<Record<string, unknown>>,
    repetition?: Repetition,
  ): Promise<Answer<Record<string, unknown>>>;
  viaFetch(
    endpoint: string,
    request: RawRequest,
    repetition?: Repetition,
  ): Promise<Answer<Record<string, unknown>>>;
  close(): void;
}

/** Builds the one {@link Transport} of a client. */
export function createTransport(
  configuration: CloudinaryConfiguration,
  options: TransportOptions,
): Transport {
  const deadlineMs = options.deadlineMs ?? 20_000;
  const now = options.now ?? (() => performance.now());
  const policy: RetryPolicy = {
    deadlineMs,
    attemptMs: options.attemptMs ?? deadlineMs / 2,
    retries: options.retries ?? 6,
    now,
    random: options.random ?? Math.random,
    sleep: options.sleep ?? sleep,
    startTimer: options.startTimer ?? startTimer,
    signal: options.signal,
  };
  const agents = createAgentPool(configuration.uploadPrefix);
  const doFetch = options.fetch ?? globalThis.fetch;

  const run = (
    endpoint: string,
    repetition: Repetition,
    attempt: (signal: AbortSignal) => Promise<Answer<Record<string, unknown>>>,
  ) =>
    withRetries(
      async (signal) => {
        const begun = now();
        try {
          const answer = await raceAbort(attempt(signal), signal);
          options.onCall?.(report(endpoint, now() - begun, 200, answer.rateLimit));
          return answer;
        } catch (rejection) {
          const error = toCloudinaryError(rejection);
          options.onCall?.({ ...report(endpoint, now() - begun, error.status, null), error });
          throw error;
        }
      },
      policy,
      (error) => error.retryable && (repetition === "always" || error.code === "locked"),
    );

  return {
    viaSdk: async (endpoint, call, repetition = "always") => {
      // Before the first attempt, whose time is Cloudinary's.
      const sdk = await loadSdk();
      return await run(endpoint, repetition, async (signal) => {
        const agent = agents.take();
        signal.addEventListener("abort", () => agents.discard(agent), { once: true });
        try {
          const result = await call(sdk, {
            cloud_name: configuration.cloudName,
            api_key: configuration.apiKey,
            api_secret: configuration.apiSecret,
            upload_prefix: configuration.uploadPrefix,
            agent,
          });
          agents.giveBack(agent);
          return toAnswer(result);
        } catch (rejection) {
          agents.discard(agent);
          throw rejection;
        }
      });
    },
    viaFetch: (endpoint, request, repetition = "always") =>
      run(endpoint, repetition, (signal) => fetchOnce(configuration, doFetch, request, signal)),
    close: () => agents.close(),
  };
}

function report(
  endpoint: string,
  durationMs: number,
  status: number | null,
  rateLimit: RateLimit | null,
): CallReport {
  return { endpoint, durationMs, status, rateLimit };
}

/** The SDK does not listen to signals, so that its promise must lose a race against one. */
function raceAbort<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([work, promise]).finally(() => {
    signal.removeEventListener("abort", onAbort);
  });
}

function toAnswer(result: Record<string, unknown>): Answer<Record<string, unknown>> {
  const {
    rate_limit_allowed: limit,
    rate_limit_remaining: remaining,
    rate_limit_reset_at: reset,
    ...data
  } = result;
  return { data, rateLimit: toRateLimit(limit, remaining, reset) };
}

async function fetchOnce(
  configuration: CloudinaryConfiguration,
  doFetch: typeof globalThis.fetch,
  request: RawRequest,
  signal: AbortSignal,
): Promise<Answer<Record<string, unknown>>> {
  const { cloudName, apiKey, apiSecret, uploadPrefix } = configuration;
  const path = ["v1_1", cloudName, ...request.path].map(encodeURIComponent).join("/");
  const query = request.query === undefined ? "" : `?${new URLSearchParams(request.query)}`;
  const headers = new Headers({
    authorization: `Basic ${btoa(`${apiKey}:${apiSecret}`)}`,
    accept: "application/json",
  });
  // `fetch` itself names the content type of a form.
  if (request.body !== undefined) headers.set("content-type", "application/json");
  const form = request.form === undefined ? undefined : new URLSearchParams(request.form);
  const response = await doFetch(`${uploadPrefix}/${path}${query}`, {
    method: request.method,
    headers,
    body: request.body === undefined ? form : JSON.stringify(request.body),
    // A redirect would carry the credentials to a host nobody configured.
    redirect: "manual",
    signal,
  });
  const text = await response.text();
  const body = parseObject(text);
  const header = (name: string) => response.headers.get(`x-featureratelimit-${name}`);
  const message = (body?.error as { message?: unknown } | undefined)?.message;
  if (!response.ok || message !== undefined) {
    const said = typeof message === "string" ? message : "";
    throw fromAnswer(response.ok ? 500 : response.status, said, header("reset"));
  }
  if (body === null) {
    throw new CloudinaryError("Cloudinary answered with something that is not JSON.", {
      code: "unavailable",
      status: response.status,
    });
  }
  return {
    data: body,
    size: text.length,
    rateLimit: toRateLimit(header("limit"), header("remaining"), header("reset")),
  };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : null;
  } catch {
    return null;
  }
}
