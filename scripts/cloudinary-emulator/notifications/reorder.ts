import type { State } from "../store/state.ts";
import type { Delivery } from "./delivery.ts";

/** Time that deliveries are held back to be mixed with later ones, ms. */
const HOLD_MS = 40;
/** Deliveries that are mixed at most. */
const HELD_DELIVERIES = 6;

/** Lets deliveries through in their order, or mixes them while the fault is on. */
export interface Reorderer {
  pass(delivery: Delivery): void;
}

/** Makes a reorderer in front of a courier. */
export function createReorderer(
  { faults, faultRandom, timers }: Pick<State, "faults" | "faultRandom" | "timers">,
  send: (delivery: Delivery) => void,
): Reorderer {
  let held: Delivery[] = [];
  const flush = () => {
    // Rotating by at least one place changes the order for sure, even of two.
    const shift = held.length < 2 ? 0 : 1 + faultRandom.integer(held.length - 1);
    const mixed = [...held.slice(shift), ...held.slice(0, shift)];
    held = [];
    for (const delivery of mixed) send(delivery);
  };
  return {
    pass: (delivery) => {
      if (!faults.webhook_reorder) {
        if (held.length > 0) flush();
        return send(delivery);
      }
      held.push(delivery);
      if (held.length >= HELD_DELIVERIES) flush();
      else if (held.length === 1) timers.after(HOLD_MS, flush);
    },
  };
}
