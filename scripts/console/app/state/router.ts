import { computed, type ReadonlySignal, signal } from "@preact/signals";

/** The views of the console. */
export const VIEWS = [
  "library",
  "trash",
  "conflicts",
  "waiting",
  "status",
  "settings",
] as const;
export type View = typeof VIEWS[number];

/** Where one is: a view and what is open in it. */
export interface Place {
  view: View;
  /** Id of the asset that is shown beside the list. */
  asset: string | null;
}

/** The place that the address names, kept in its fragment so that any static host serves the console. */
export class Router {
  readonly #place = signal<Place>(read(location.hash));
  readonly view: ReadonlySignal<View> = computed(() => this.#place.value.view);
  readonly asset: ReadonlySignal<string | null> = computed(() => this.#place.value.asset);

  constructor() {
    addEventListener("hashchange", () => this.#place.value = read(location.hash));
  }

  /** The address of a place, for links. */
  address({ view, asset = null }: Partial<Place>): string {
    return write({ view: view ?? this.view.value, asset });
  }

  go(place: Partial<Place>): void {
    location.hash = this.address(place);
  }
}

function read(hash: string): Place {
  const [view = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  return {
    view: VIEWS.find((known) => known === view) ?? "library",
    asset: new URLSearchParams(query).get("asset"),
  };
}

function write({ view, asset }: Place): string {
  return `#/${view}${asset === null ? "" : `?asset=${encodeURIComponent(asset)}`}`;
}
