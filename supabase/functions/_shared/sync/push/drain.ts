import type { Deadline } from "../deadline.ts";

/** What is left beside the item at hand. */
export interface Rest<Item> {
  /** True when nothing else waits or is being worked on. */
  isLast(): boolean;
  /** Puts more items in front of those that wait. */
  add(items: Item[]): void;
}

/**
 * Works through items, a few at a time, until none waits or the time is up. What was begun is carried to its end, also when
 * another item fails.
 *
 * @param items What to work on; more may be added meanwhile.
 * @param limit How many at the same time.
 * @throws The first failure, after which nothing new is begun.
 */
export async function drain<Item>(
  items: Item[],
  limit: number,
  deadline: Deadline,
  work: (item: Item, rest: Rest<Item>) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  let begun = 0;
  const rest: Rest<Item> = {
    isLast: () => waiting.length === 0 && begun === 1,
    add: (more) => void waiting.unshift(...more),
  };
  const runner = async () => {
    while (waiting.length > 0 && failures.length === 0 && !deadline.expired()) {
      begun++;
      try {
        await work(waiting.shift()!, rest);
      } catch (error) {
        failures.push(error);
      } finally {
        begun--;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, waiting.length) }, runner));
  if (failures.length > 0) throw failures[0];
  // One that stopped early may have left to the others what was added after it.
  if (waiting.length > 0 && !deadline.expired()) await drain(waiting, limit, deadline, work);
}
