import type { Clock } from "./clock.ts";

/** A registered webhook. Times are ms since the epoch. */
export interface Trigger {
  readonly id: string;
  readonly uri: string;
  readonly event_type: string;
  readonly uri_type: string;
  readonly additive: boolean;
  readonly created_at: number;
  readonly updated_at: number;
}

/** The account's webhook registrations, in order of creation. */
export class TriggerStore {
  readonly #triggers = new Map<string, Trigger>();
  readonly #clock: Clock;
  #next = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Registers a URL for an event type. */
  create(
    given: { uri: string; event_type: string; uri_type?: string; additive?: boolean },
  ): Trigger {
    const id = (this.#next++).toString(16).padStart(24, "0");
    const now = this.#clock.now();
    const trigger: Trigger = {
      id,
      uri: given.uri,
      event_type: given.event_type,
      uri_type: given.uri_type ?? "webhook",
      additive: given.additive ?? false,
      created_at: now,
      updated_at: now,
    };
    this.#triggers.set(id, trigger);
    return trigger;
  }

  /** The trigger with an id. */
  get(id: string): Trigger | undefined {
    return this.#triggers.get(id);
  }

  /** Changes a trigger's URL; false when it does not exist. */
  update(id: string, uri: string): boolean {
    const trigger = this.#triggers.get(id);
    if (trigger === undefined) return false;
    this.#triggers.set(id, { ...trigger, uri, updated_at: this.#clock.now() });
    return true;
  }

  /** Removes a trigger; false when it does not exist. */
  remove(id: string): boolean {
    return this.#triggers.delete(id);
  }

  /** Every trigger. */
  list(): Trigger[] {
    return [...this.#triggers.values()];
  }
}
