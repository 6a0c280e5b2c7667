import { oldestSecret } from "../store/account.ts";
import type { State } from "../store/state.ts";
import type { Delivery } from "./delivery.ts";
import { signNotification } from "./signature.ts";

/** Cloudinary gives a receiver about this long to answer, ms. */
const ANSWER_TIMEOUT_MS = 20_000;
/** Deliveries on their way at once. */
const PARALLEL = 8;
/** How much of a receiver's answer is remembered, characters. */
const KEPT_RESPONSE = 2000;

/** What a courier goes by. */
type Rules = Pick<State, "account" | "clock" | "timers" | "behavior" | "faults">;

/** Sends deliveries, and tries again on any answer but 200. */
export interface Courier {
  send(delivery: Delivery): void;
  /** Resolves when no request is open. */
  settled(): Promise<void>;
}

/** Makes a courier. */
export function createCourier(rules: Rules): Courier {
  const { timers, faults } = rules;
  const queue: Delivery[] = [];
  const open = new Set<Promise<void>>();

  const pump = () => {
    while (open.size < PARALLEL && queue.length > 0 && !timers.signal.aborted) {
      const delivery = queue.shift()!;
      if (delivery.outcome !== "pending") continue;
      const attempt = attemptDelivery(rules, delivery).then((wait) => {
        if (wait !== null) timers.after(wait, () => enqueue(delivery));
      }).finally(() => {
        open.delete(attempt);
        pump();
      });
      open.add(attempt);
    }
  };
  const enqueue = (delivery: Delivery) => {
    queue.push(delivery);
    pump();
  };
  return {
    send: (delivery) => {
      const delay = faults.webhook_delay_ms;
      if (delay > 0) timers.after(delay, () => enqueue(delivery));
      else enqueue(delivery);
    },
    settled: async () => {
      while (open.size > 0) await Promise.allSettled(open);
    },
  };
}

/** Tries once; returns the wait before the next try in ms, or null when there is none. */
async function attemptDelivery(rules: Rules, delivery: Delivery): Promise<number | null> {
  const { clock, timers, behavior } = rules;
  if (delivery.attempts.length === 0 || behavior.notification_resign) {
    delivery.headers = signedHeaders(rules, delivery.body);
  }
  const at = new Date(clock.now()).toISOString();
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timeout = setTimeout(abort, ANSWER_TIMEOUT_MS);
  timers.signal.addEventListener("abort", abort);
  try {
    const response = await fetch(delivery.url, {
      method: "POST",
      headers: delivery.headers,
      body: delivery.body,
      redirect: "manual",
      signal: controller.signal,
    });
    const body = (await response.text()).slice(0, KEPT_RESPONSE);
    delivery.response = { status: response.status, body };
    delivery.attempts.push({ at, status: response.status });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    delivery.attempts.push({ at, status: null, error: message });
  } finally {
    clearTimeout(timeout);
    timers.signal.removeEventListener("abort", abort);
  }
  if (delivery.outcome !== "pending") return null;
  const status = delivery.attempts.at(-1)?.status ?? 0;
  const isSuccess = behavior.notification_success === "2xx"
    ? status >= 200 && status < 300
    : status === 200;
  if (isSuccess) {
    delivery.outcome = "delivered";
    return null;
  }
  const wait = behavior.notification_retry_delays_ms[delivery.attempts.length - 1];
  if (wait === undefined || timers.signal.aborted) {
    delivery.outcome = "failed";
    return null;
  }
  return wait;
}

function signedHeaders(
  { account, clock, behavior, faults }: Rules,
  body: string,
): Record<string, string> {
  const timestamp = Math.floor(clock.now() / 1000);
  const secret = oldestSecret(account);
  const used = faults.webhook_wrong_key ? `${secret}wrong` : secret;
  return {
    "content-type": "application/json",
    "user-agent": "Cloudinary",
    "x-cld-timestamp": String(timestamp),
    "x-cld-signature": signNotification(
      body,
      timestamp,
      used,
      behavior.signature_algorithm,
    ),
  };
}
