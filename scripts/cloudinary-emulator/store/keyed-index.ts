import { createOrderedIndex, type OrderedIndex } from "./ordered-index.ts";
import { comparePositions, type Position, type Row } from "./row.ts";

/** Rows in creation order, one ordered list per key (a tag, a folder, a delivery type …). */
export class KeyedIndex {
  readonly #lists = new Map<string, OrderedIndex<Position, Row>>();

  /** Adds a row under a key. */
  add(key: string, row: Row): void {
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = createOrderedIndex<Position, Row>(comparePositions);
      this.#lists.set(key, list);
    }
    list.set(row, row);
  }

  /** Takes a row away from a key; an emptied key disappears. */
  remove(key: string, row: Row): void {
    const list = this.#lists.get(key);
    if (list === undefined) return;
    list.delete(row);
    if (list.size === 0) this.#lists.delete(key);
  }

  /** The rows of a key in creation order, or undefined when there are none. */
  list(key: string): OrderedIndex<Position, Row> | undefined {
    return this.#lists.get(key);
  }

  /** Every key that has a row. */
  keys(): IterableIterator<string> {
    return this.#lists.keys();
  }

  /** Forgets everything. */
  clear(): void {
    this.#lists.clear();
  }
}
