/** A stack whose webhook tests post to, with notifications that they sign themselves. */
import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import type { Stack, StackOptions } from "../../../scripts/local/stack-options.ts";
import {
  type Call,
  callCloudinary,
  control,
  createClient,
  withStack,
} from "../../support/stack.ts";
import { stackTests } from "../../support/stack-test.ts";
import { waitUntil } from "../../support/wait-until.ts";

/** How a request is signed; by default as Cloudinary would sign it now. */
export interface Signing {
  algorithm?: "sha1" | "sha256";
  secret?: string;
  /** Unix seconds. */
  timestamp?: number;
}

/** The answer of a notification. */
export interface WebhookAnswer {
  status: number;
  // deno-lint-ignore no-explicit-any -- tests look into answers of every shape.
  body: any;
}

/** A stored notification. */
export interface StoredEvent {
  id: number;
  notification_type: string;
  body: string;
  result: string;
  error_message: string | null;
  deliveries: number;
}

/** The headers of a signed notification. */
export function signedHeaders(
  body: string | Uint8Array,
  secret: string,
  { algorithm = "sha1", timestamp = Math.floor(Date.now() / 1000) }: Signing = {},
): Record<string, string> {
  const hash = createHash(algorithm).update(body).update(`${timestamp}${secret}`);
  return {
    "content-type": "application/json",
    "x-cld-timestamp": String(timestamp),
    "x-cld-signature": hash.digest("hex"),
  };
}

/** Posts bytes to a function's address, whatever they are. */
export async function postRaw(
  url: string,
  body: BodyInit,
  headers: Record<string, string>,
): Promise<WebhookAnswer> {
  const response = await fetch(url, { method: "POST", body, headers });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

/** What webhook tests work with. */
export interface WebhookWorld {
  stack: Stack;
  call: Call;
  /** Posts a signed notification: an object is serialised, a text is sent as it is. */
  post(notification: unknown, signing?: Signing): Promise<WebhookAnswer>;
  /** Calls the emulated Cloudinary as a person in its console does. */
  // deno-lint-ignore no-explicit-any -- answers of every shape.
  cloudinary(method: string, path: string, parameters: Record<string, unknown>): Promise<any>;
  /** Every stored notification, in order of arrival. */
  events(): Promise<StoredEvent[]>;
}

/** A test on an empty stack in which nothing but the test sends notifications at first. */
export function webhookTest(
  name: string,
  fn: (world: WebhookWorld, t: Deno.TestContext) => Promise<void>,
): void {
  stackTests()(name, ({ stack }, t) => playWebhookTest(stack, (world) => fn(world, t)));
}

/** As {@linkcode webhookTest}, with a stack of these options. */
export async function withWebhookWorld(
  options: StackOptions,
  fn: (world: WebhookWorld) => Promise<void>,
): Promise<void> {
  await withStack(options, (stack) => playWebhookTest(stack, fn));
}

async function playWebhookTest(
  stack: Stack,
  fn: (world: WebhookWorld) => Promise<void>,
): Promise<void> {
  const { url, cloudinary_url } = stack.info;
  const { password } = new URL(cloudinary_url);
  // A local edit wakes a push at once; here a test says when a push begins.
  await stack.sql("delete from vault.secrets where name = 'media_sync_cron_key'");
  await control(stack, "PUT /faults", { webhook_drop_rate: 1 });
  await fn({
    stack,
    call: createClient(stack),
    post: (notification, signing = {}) => {
      const body = typeof notification === "string" ? notification : JSON.stringify(notification);
      const headers = signedHeaders(body, signing.secret ?? password, signing);
      return postRaw(`${url}/functions/v1/webhook`, body, headers);
    },
    cloudinary: (method, path, parameters) =>
      callCloudinary(stack, `${method} ${path}`, parameters),
    events: () => stack.sql("select * from media_sync.webhook_events order by id"),
  });
  assertEquals((await control(stack, "GET /calls")).defects, 0, "defects of the emulator");
}

/** Keeps look-ups from being made, so that a test sees what the notification alone did. */
export async function holdLookUps({ stack }: WebhookWorld): Promise<void> {
  await stack.sql(
    `insert into media_sync.rate_limits (cloud_name, blocked_until)
     values ('demo', now() + interval '1 hour')
     on conflict (cloud_name) do update set blocked_until = excluded.blocked_until`,
  );
}

/** Makes every queued look-up, those that are meant for later too. */
export async function drainLookUps({ stack, call }: WebhookWorld): Promise<void> {
  await stack.sql("update media_sync.rate_limits set blocked_until = null");
  await waitUntil(async () => {
    await stack.sql("update media_sync.refresh_queue set not_before = '-infinity'");
    const [queue] = await stack.sql<{ length: number }>(
      "select count(*)::int as length from media_sync.refresh_queue",
    );
    if (queue!.length === 0) return true;
    const { status, body } = await call("sync", { method: "POST", json: {} });
    assert(status === 200 || status === 202, JSON.stringify(body));
  }, { describe: "an empty refresh queue" });
}

/**
 * Waits until the emulator has delivered everything.
 *
 * @param intervalMs Pause between two looks, which are dear after thousands of deliveries.
 */
export async function waitForDeliveries(
  { stack }: Pick<WebhookWorld, "stack">,
  intervalMs = 50,
): Promise<void> {
  await waitUntil(async () => (await control(stack, "GET /deliveries")).pending === 0, {
    deadlineMs: 180_000,
    intervalMs,
    describe: "the end of all deliveries",
  });
}

/** Puts assets into the database as a pull would, without Cloudinary knowing them. */
export async function pullAssets(
  { stack }: WebhookWorld,
  observations: Record<string, unknown>[],
): Promise<void> {
  await stack.sql(
    "select public.media_sync_apply_observations('demo', $1::text::jsonb, clock_timestamp(), 'api', null)",
    [JSON.stringify(observations)],
  );
}

/** Forgets rows, log, inbox and queue. */
export async function emptyDatabase({ stack }: WebhookWorld): Promise<void> {
  await stack.sql(
    `truncate public.media_assets, public.media_sync_log, media_sync.webhook_events,
       media_sync.refresh_queue restart identity cascade`,
  );
}
