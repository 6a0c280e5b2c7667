import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { MediaClient, MediaQuery } from "../../../../supabase/client/mod.ts";
import { PagedAssets } from "./paged-assets.ts";
import { Selection } from "./selection.ts";

/** What a list of assets is narrowed to and how it is sorted. */
export type LibraryQuery = Omit<MediaQuery, "search">;

/** Typing is answered when it pauses for so long. */
const TYPING_MS = 120;

/** A list of assets that can be searched, filtered, sorted and selected from. */
export class Library {
  /** What stands in the search field. */
  readonly search = signal("");
  readonly query: ReturnType<typeof signal<LibraryQuery>>;
  readonly #settled = signal("");
  readonly #assets: ReturnType<typeof signal<PagedAssets | undefined>> = signal(undefined);
  readonly assets: ReadonlySignal<PagedAssets | undefined> = this.#assets;
  readonly selection = new Selection();
  /** Assets that are being deleted or restored, and are about to leave the list. */
  readonly leaving = signal<ReadonlySet<string>>(new Set());
  readonly isNarrowed = computed(() =>
    this.#settled.value !== "" ||
    Object.keys(this.query.value ?? {}).some((key) =>
      !key.startsWith("sort") && !(key in this.#fixed)
    )
  );
  readonly #media: MediaClient;
  readonly #fixed: LibraryQuery;
  #timer: number | undefined;
  #refreshing: number | undefined;
  #stop: (() => void) | undefined;

  /** @param fixed What holds for every query, such as `{ deleted: true }`. */
  constructor(media: MediaClient, fixed: LibraryQuery = {}) {
    this.#media = media;
    this.#fixed = fixed;
    this.query = signal<LibraryQuery>(fixed);
  }

  /** Begins to read; what was read before is shown until it is here. */
  open(): void {
    this.#stop ??= effect(() => {
      const query = this.full.value;
      this.#assets.peek()?.close();
      this.#assets.value = new PagedAssets(this.#media, query);
    });
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#assets.peek()?.close();
    this.#assets.value = undefined;
  }

  /** All of the query, the search included. */
  readonly full: ReadonlySignal<MediaQuery> = computed(() => ({
    ...this.query.value,
    ...(this.#settled.value === "" ? {} : { search: this.#settled.value }),
  }));

  type(text: string): void {
    this.search.value = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settled.value = text.trim().slice(0, 200), TYPING_MS);
  }

  /** Narrows or sorts; undefined takes a condition away. */
  narrow(change: LibraryQuery): void {
    const next = { ...this.query.peek(), ...change };
    this.query.value = Object.fromEntries(
      Object.entries(next).filter(([, value]) => value !== undefined),
    ) as LibraryQuery;
  }

  /** Takes all conditions and the search away; the order stays. */
  widen(): void {
    const { sort_by, sort_order } = this.query.peek() ?? {};
    this.search.value = this.#settled.value = "";
    this.query.value = {
      ...this.#fixed,
      ...(sort_by === undefined ? {} : { sort_by }),
      ...(sort_order === undefined ? {} : { sort_order }),
    };
  }

  /** Reads again soon, once for many changes. */
  refreshSoon(): void {
    this.#refreshing ??= setTimeout(() => {
      this.#refreshing = undefined;
      this.#assets.peek()?.refresh();
    }, 100);
  }

  markLeaving(ids: Iterable<string>, isLeaving: boolean): void {
    const next = new Set(this.leaving.peek());
    for (const id of ids) isLeaving ? next.add(id) : next.delete(id);
    this.leaving.value = next;
  }
}
