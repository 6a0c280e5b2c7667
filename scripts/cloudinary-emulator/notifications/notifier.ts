import { oldestKey } from "../store/account.ts";
import type { State } from "../store/state.ts";
import type { Cause } from "./cause.ts";
import { type Courier, createCourier } from "./courier.ts";
import type { Delivery } from "./delivery.ts";
import { createReorderer, type Reorderer } from "./reorder.ts";

/** Deliveries that are remembered. */
const KEPT_DELIVERIES = 10_000;

/** What notifications go by. */
type Rules = Pick<
  State,
  "account" | "clock" | "timers" | "behavior" | "faults" | "faultRandom" | "triggers"
>;

/** Builds, signs and sends notifications, and remembers every one. */
export class Notifier {
  readonly #rules: Rules;
  readonly #courier: Courier;
  readonly #reorderer: Reorderer;
  #deliveries: Delivery[] = [];
  #next = 0;

  constructor(rules: Rules) {
    this.#rules = rules;
    this.#courier = createCourier(rules);
    this.#reorderer = createReorderer(rules, (delivery) => this.#courier.send(delivery));
  }

  /**
   * Sends an event to every URL that wants it: the call's own `notification_url`, which stands in the
   * place of triggers that are not additive, or the triggers of its type.
   *
   * @param payload the event's own members; the common ones are added
   */
  notify(cause: Cause, notification_type: string, payload: Record<string, unknown>): void {
    const { account, clock, faults, faultRandom } = this.#rules;
    const urls = this.#targets(cause, notification_type);
    if (urls.length === 0) return;
    const now = new Date(clock.now()).toISOString();
    const complete = {
      notification_type,
      ...payload,
      notification_context: {
        triggered_at: now.replace(/Z$/, "000Z"),
        triggered_by: { source: cause.source, id: cause.api_key },
      },
      signature_key: oldestKey(account),
    };
    const body = JSON.stringify(complete);
    for (const url of urls) {
      const { webhook_drop_rate, webhook_duplicate_rate } = faults;
      const dropped = webhook_drop_rate > 0 && faultRandom.chance(webhook_drop_rate);
      const twice = webhook_duplicate_rate > 0 && faultRandom.chance(webhook_duplicate_rate);
      for (let copy = 0; copy < (twice ? 2 : 1); copy++) {
        const delivery = this.#remember(notification_type, url, complete, body);
        if (dropped) delivery.outcome = "dropped";
        else this.#reorderer.pass(delivery);
      }
    }
  }

  /** What was sent, as `GET /_emulator/deliveries` answers it; `pending` still have a try left. */
  report(): { pending: number; deliveries: readonly Delivery[] } {
    const pending = this.#deliveries.filter(({ outcome }) => outcome === "pending").length;
    return { pending, deliveries: this.#deliveries };
  }

  /** Sends one delivery or all again; returns how many. */
  redeliver(index?: number): number {
    const chosen = this.#deliveries.filter((delivery) =>
      index === undefined || delivery.index === index
    );
    for (const delivery of chosen) {
      delivery.outcome = "pending";
      this.#courier.send(delivery);
    }
    return chosen.length;
  }

  /** Forgets every delivery, waiting ones too. */
  clear(): void {
    for (const delivery of this.#deliveries) {
      if (delivery.outcome === "pending") delivery.outcome = "dropped";
    }
    this.#deliveries = [];
    this.#next = 0;
  }

  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void> {
    return this.#courier.settled();
  }

  #targets(cause: Cause, type: string): string[] {
    const { triggers: store, behavior } = this.#rules;
    const triggers = store.list()
      .filter((trigger) => trigger.uri_type === "webhook")
      .filter((trigger) => trigger.event_type === "all" || trigger.event_type === type);
    if (cause.notification_url === undefined) {
      return [...new Set(triggers.map((trigger) => trigger.uri))];
    }
    const additive = triggers
      .filter((trigger) => trigger.additive || behavior.notification_url_additive)
      .map((trigger) => trigger.uri);
    return [cause.notification_url, ...additive];
  }

  #remember(
    notification_type: string,
    url: string,
    payload: Record<string, unknown>,
    body: string,
  ): Delivery {
    const delivery: Delivery = {
      index: this.#next++,
      notification_type,
      url,
      payload,
      body,
      headers: {},
      attempts: [],
      response: null,
      outcome: "pending",
    };
    this.#deliveries.push(delivery);
    if (this.#deliveries.length > 2 * KEPT_DELIVERIES) {
      this.#deliveries = this.#deliveries.slice(-KEPT_DELIVERIES);
    }
    return delivery;
  }
}
