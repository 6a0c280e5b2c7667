/** Releases one message at a time. The messages' moments are drawn from the seed, and with them their order. */
import { settle, virtual } from "./machine.ts";

/** One message on its way. */
interface Message {
  due: number;
  order: number;
  deliver: () => unknown;
  cancelled: boolean;
}

/** The queue of everything that is on its way. */
export interface Scheduler {
  /** Puts a message on its way; the result takes it back. */
  send(delay: number, deliver: () => unknown): () => void;
  /**
   * Delivers what is due, one after the other, and lets each message's work come to rest before the next.
   *
   * @param until Virtual time (ms) after which nothing is delivered; the clock stands there in the end.
   * @param done Ends the run earlier.
   * @returns whether `done` ended it.
   */
  run(until: number, done?: () => boolean): Promise<boolean>;
  /** Messages delivered. */
  readonly delivered: number;
  /** Forgets everything. */
  clear(): void;
}

/** Makes a scheduler. */
export function createScheduler(): Scheduler {
  const heap: Message[] = [];
  let order = 0;
  let delivered = 0;

  const before = (one: Message, other: Message) =>
    one.due < other.due || (one.due === other.due && one.order < other.order);
  const push = (message: Message) => {
    heap.push(message);
    let index = heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(heap[index]!, heap[parent]!)) break;
      [heap[index], heap[parent]] = [heap[parent]!, heap[index]!];
      index = parent;
    }
  };
  const pop = (): Message => {
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      let index = 0;
      for (;;) {
        let least = index;
        for (const child of [2 * index + 1, 2 * index + 2]) {
          if (child < heap.length && before(heap[child]!, heap[least]!)) least = child;
        }
        if (least === index) break;
        [heap[index], heap[least]] = [heap[least]!, heap[index]!];
        index = least;
      }
    }
    return first;
  };

  return {
    send: (delay, deliver) => {
      const due = virtual.now + Math.max(0, Math.ceil(delay));
      const message = { due, order: order++, deliver, cancelled: false };
      push(message);
      return () => {
        message.cancelled = true;
      };
    },
    run: async (until, done = () => false) => {
      for (;;) {
        if (done()) return true;
        while (heap[0]?.cancelled) pop();
        const next = heap[0];
        if (next === undefined || next.due > until) break;
        pop();
        // No two messages share a moment: the database's clock has no finer one.
        virtual.now = Math.max(virtual.now + 1, next.due);
        delivered++;
        next.deliver();
        await settle();
      }
      virtual.now = Math.max(virtual.now, until);
      return done();
    },
    get delivered() {
      return delivered;
    },
    clear: () => {
      heap.length = 0;
      order = 0;
      delivered = 0;
    },
  };
}
