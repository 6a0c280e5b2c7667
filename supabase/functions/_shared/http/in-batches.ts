/**
 * Cuts a list into as many as one request may name.
 *
 * @param size How many at most.
 * @returns No batch for no item.
 */
export function inBatches<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from(
    { length: Math.ceil(items.length / size) },
    (_, index) => items.slice(index * size, (index + 1) * size),
  );
}
