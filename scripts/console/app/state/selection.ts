import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { MediaItem } from "../../../../supabase/client/mod.ts";

/** The assets that are selected, by id, in the order in which they were. */
export class Selection {
  readonly #chosen = signal<ReadonlyMap<string, MediaItem>>(new Map());
  readonly chosen: ReadonlySignal<ReadonlyMap<string, MediaItem>> = this.#chosen;
  readonly size = computed(() => this.#chosen.value.size);
  /** The place of the last one, from which a range goes on. */
  #anchor: number | undefined;

  has(id: string): boolean {
    return this.#chosen.value.has(id);
  }

  /** @param index The asset's place in the list. */
  toggle(item: MediaItem, index: number | undefined): void {
    const next = new Map(this.#chosen.value);
    if (!next.delete(item.id)) next.set(item.id, item);
    this.#anchor = index;
    this.#chosen.value = next;
  }

  /** Adds all from the last one on, as Shift does. */
  extend(index: number, between: (from: number, to: number) => MediaItem[]): void {
    const anchor = this.#anchor ?? index;
    this.add(between(Math.min(anchor, index), Math.max(anchor, index)));
    this.#anchor = index;
  }

  add(items: readonly MediaItem[]): void {
    const next = new Map(this.#chosen.value);
    for (const item of items) next.set(item.id, item);
    this.#chosen.value = next;
  }

  only(items: readonly MediaItem[]): void {
    this.#chosen.value = new Map(items.map((item) => [item.id, item]));
  }

  clear(): void {
    this.#anchor = undefined;
    this.#chosen.value = new Map();
  }
}
