import * as sortedBTree from "sorted-btree";

/** The part of a B+ tree that the indexes use. */
export interface OrderedIndex<Key, Value> {
  readonly size: number;
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): boolean;
  delete(key: Key): boolean;
  /** Pairs from a key on, ascending; the key itself is included. */
  entries(lowest?: Key): IterableIterator<[Key, Value]>;
  /** Pairs from a key on, descending; the key itself is left out when `skipHighest` is true. */
  entriesReversed(
    highest?: Key,
    reusedArray?: [Key, Value],
    skipHighest?: boolean,
  ): IterableIterator<[Key, Value]>;
}

type Constructor = new (
  entries: undefined,
  compare: (left: never, right: never) => number,
) => OrderedIndex<unknown, unknown>;

// The package is CommonJS: which of the two shapes arrives depends on the runtime's interop.
const loaded = sortedBTree as unknown as { default: Constructor | { default: Constructor } };
const BTree = typeof loaded.default === "function" ? loaded.default : loaded.default.default;

/**
 * Makes an ordered index (a B+ tree).
 *
 * @param compare orders two keys; keys that compare as 0 are one key
 */
export function createOrderedIndex<Key, Value>(
  compare: (left: Key, right: Key) => number,
): OrderedIndex<Key, Value> {
  return new BTree(undefined, compare) as unknown as OrderedIndex<Key, Value>;
}
