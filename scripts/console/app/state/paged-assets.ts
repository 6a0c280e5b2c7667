import { signal } from "@preact/signals";
import type { MediaClient, MediaItem, MediaQuery } from "../../../../supabase/client/mod.ts";

/** Assets a request: so few that drawing all of them at once is no long task. */
const PAGE = 50;
/** Pages that are kept: the farthest from what is shown go first, so that memory stays flat. */
const KEPT = 60;
/** What is looked at is asked for after so long, unless meanwhile more assets went by than anybody can look at. */
const SETTLE_MS = 60;
const TOO_FAST = 12;

/** Calls once, after some ms. @returns Keeps it from calling. */
export type StartTimer = (run: () => void, milliseconds: number) => () => void;

const startRealTimer: StartTimer = (run, milliseconds) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

/**
 * A list of any length, of which only what is looked at is read: by the page's number, so that one may jump anywhere. Where
 * a page ends before it is full (a search may), the rest is read in order, by cursor.
 */
export class PagedAssets {
  /** How many there are; undefined until the first page is here. */
  readonly total = signal<number | undefined>(undefined);
  readonly isExact = signal(true);
  readonly error = signal<unknown>(undefined);
  /** Raised whenever something that is shown may have changed. */
  readonly version = signal(0);
  readonly #media: MediaClient;
  readonly #query: MediaQuery;
  readonly #pages = new Map<number, MediaItem[]>();
  readonly #stale = new Set<number>();
  readonly #asked = new Map<number, AbortController>();
  #wanted: readonly number[] = [1];
  readonly #startTimer: StartTimer;
  #stopTimer: (() => void) | undefined;
  /** The first place that was looked at when the timer was set. */
  #timedFrom = 0;
  /** In order: what has been read, and the cursor of what follows. */
  #inOrder: { items: MediaItem[]; cursor: string | null } | undefined;
  #isClosed = false;

  constructor(media: MediaClient, query: MediaQuery, startTimer: StartTimer = startRealTimer) {
    this.#media = media;
    this.#startTimer = startTimer;
    this.#query = query;
    this.#read(1);
  }

  /** The asset at a place, from 0; undefined while it is not here. */
  at(index: number): MediaItem | undefined {
    if (this.#inOrder !== undefined) return this.#inOrder.items[index];
    return this.#pages.get(Math.floor(index / PAGE) + 1)?.[index % PAGE];
  }

  /** Says what is looked at: places from and to, both included. */
  look(from: number, to: number): void {
    if (this.#inOrder !== undefined) {
      if (to >= this.#inOrder.items.length - PAGE / 2) this.#readOn();
      return;
    }
    const first = Math.floor(Math.max(0, from) / PAGE) + 1;
    const last = Math.floor(Math.max(0, to) / PAGE) + 1;
    this.#wanted = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    if (this.#wanted.every((page) => this.#pages.has(page) && !this.#stale.has(page))) return;
    if (Math.abs(from - this.#timedFrom) > TOO_FAST) this.#settle();
    if (this.#stopTimer !== undefined) return;
    this.#timedFrom = from;
    this.#stopTimer = this.#startTimer(() => {
      this.#stopTimer = undefined;
      this.#readWanted();
    }, SETTLE_MS);
  }

  /** Reads again what is looked at; what is shown stays until then. */
  refresh(): void {
    for (const page of this.#pages.keys()) this.#stale.add(page);
    for (const controller of this.#asked.values()) controller.abort();
    this.#asked.clear();
    if (this.#inOrder !== undefined) {
      this.#inOrder = undefined;
      this.#pages.clear();
      this.#wanted = [1];
    }
    this.#readWanted();
  }

  /** Shows an asset as it is now, wherever it stands. */
  replace(item: MediaItem): void {
    const lists = this.#inOrder === undefined ? [...this.#pages.values()] : [this.#inOrder.items];
    for (const list of lists) {
      const at = list.findIndex(({ id }) => id === item.id);
      if (at >= 0) list[at] = item;
    }
    this.version.value++;
  }

  /** Everything that is here, of the places given. */
  slice(from: number, to: number): MediaItem[] {
    const found: MediaItem[] = [];
    for (let index = from; index <= to; index++) {
      const item = this.at(index);
      if (item !== undefined) found.push(item);
    }
    return found;
  }

  close(): void {
    this.#isClosed = true;
    this.#settle();
    for (const controller of this.#asked.values()) controller.abort();
  }

  #settle(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #readWanted(): void {
    for (const [page, controller] of this.#asked) {
      if (!this.#wanted.includes(page)) {
        controller.abort();
        this.#asked.delete(page);
      }
    }
    for (const page of this.#wanted) {
      const isHere = this.#pages.has(page) && !this.#stale.has(page);
      if (!isHere && !this.#asked.has(page)) this.#read(page);
    }
  }

  async #read(page: number): Promise<void> {
    const controller = new AbortController();
    this.#asked.set(page, controller);
    const { signal } = controller;
    try {
      const answer = await this.#media.list(this.#query)
        .page({ page, limit: PAGE, include: [], signal });
      if (signal.aborted || this.#isClosed) return;
      this.#asked.delete(page);
      this.#stale.delete(page);
      const { items, pagination } = answer;
      if (items.length < PAGE && pagination.has_next && page === 1) {
        this.#inOrder = { items, cursor: pagination.next_cursor };
        this.#countInOrder();
      } else {
        this.#pages.set(page, items);
        this.isExact.value = pagination.total_is_exact;
        this.total.value = pagination.has_next
          ? Math.max(pagination.total, page * PAGE + 1)
          : Math.min(Math.max(pagination.total, 0), (page - 1) * PAGE + items.length);
        this.#forgetFar();
      }
      this.error.value = undefined;
      this.version.value++;
    } catch (error) {
      if (signal.aborted || this.#isClosed) return;
      this.#asked.delete(page);
      this.error.value = error;
    }
  }

  async #readOn(): Promise<void> {
    const state = this.#inOrder;
    if (state === undefined || state.cursor === null || this.#asked.has(0)) return;
    const controller = new AbortController();
    this.#asked.set(0, controller);
    const { signal } = controller;
    try {
      const { items, pagination } = await this.#media.list(this.#query)
        .page({ cursor: state.cursor, limit: PAGE, include: [], signal });
      if (signal.aborted || this.#isClosed) return;
      this.#asked.delete(0);
      state.items.push(...items);
      state.cursor = pagination.next_cursor;
      this.#countInOrder();
      this.version.value++;
      if (state.items.length < PAGE) this.#readOn();
    } catch (error) {
      if (signal.aborted || this.#isClosed) return;
      this.#asked.delete(0);
      this.error.value = error;
    }
  }

  #countInOrder(): void {
    const { items, cursor } = this.#inOrder!;
    this.isExact.value = cursor === null;
    this.total.value = items.length;
    if (cursor !== null && items.length < PAGE) queueMicrotask(() => this.#readOn());
  }

  #forgetFar(): void {
    const middle = this.#wanted[Math.floor(this.#wanted.length / 2)] ?? 1;
    const distant = [...this.#pages.keys()]
      .sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const page of distant.slice(0, Math.max(0, distant.length - KEPT))) {
      this.#pages.delete(page);
      this.#stale.delete(page);
    }
  }
}
