import type { Asset } from "../store/asset.ts";
import type { Clock } from "../store/clock.ts";
import type { Faults } from "../store/faults.ts";
import { createOrderedIndex, type OrderedIndex } from "../store/ordered-index.ts";
import { comparePositions, type Position, type Row } from "../store/row.ts";
import type { State } from "../store/state.ts";

interface PendingChange {
  readonly visibleAt: number;
  readonly assetId: string;
  readonly place: Position;
  /** The state that becomes visible; null = the asset disappears. */
  readonly asset: Asset | null;
}

/** A document of the index: the state of an asset that searches see. */
export interface Document {
  readonly place: Position;
  readonly asset: Asset;
}

/** What searches see: the library as it was some time ago (`search_lag_ms`). */
export class SearchIndex {
  readonly #clock: Clock;
  readonly #faults: Faults;
  readonly #places = new Map<string, Position>();
  #documents: OrderedIndex<Position, Document> = createOrderedIndex(comparePositions);
  #pending: PendingChange[] = [];
  #revision = 0;

  constructor({ assets, clock, faults }: Pick<State, "assets" | "clock" | "faults">) {
    this.#clock = clock;
    this.#faults = faults;
    assets.onChange((assetId, row) => this.#change(assetId, row));
  }

  /** Grows with every visible change: results of one revision can be reused. */
  get revision(): number {
    this.#catchUp();
    return this.#revision;
  }

  /** The visible documents in creation order. */
  get documents(): OrderedIndex<Position, Document> {
    this.#catchUp();
    return this.#documents;
  }

  /** Forgets everything. */
  clear(): void {
    this.#places.clear();
    this.#documents = createOrderedIndex(comparePositions);
    this.#pending = [];
    this.#revision++;
  }

  #change(assetId: string, row: Row | null): void {
    const place = row ?? this.#places.get(assetId) ?? this.#pendingPlace(assetId);
    if (place === undefined) return;
    const change: PendingChange = {
      visibleAt: this.#clock.now() + this.#faults.search_lag_ms,
      assetId,
      place: { created_at: place.created_at, sequence: place.sequence },
      asset: row?.asset ?? null,
    };
    if (this.#faults.search_lag_ms <= 0 && this.#pending.length === 0) this.#apply(change);
    else this.#pending.push(change);
  }

  #pendingPlace(assetId: string): Position | undefined {
    return this.#pending.findLast((change) => change.assetId === assetId)?.place;
  }

  #catchUp(): void {
    const now = this.#clock.now();
    let applied = 0;
    for (const change of this.#pending) {
      if (this.#faults.search_lag_ms > 0 && change.visibleAt > now) break;
      this.#apply(change);
      applied++;
    }
    if (applied > 0) this.#pending = this.#pending.slice(applied);
  }

  #apply({ assetId, place, asset }: PendingChange): void {
    this.#revision++;
    const held = this.#places.get(assetId);
    if (asset === null) {
      if (held !== undefined) this.#documents.delete(held);
      this.#places.delete(assetId);
      return;
    }
    if (held !== undefined && comparePositions(held, place) !== 0) this.#documents.delete(held);
    this.#places.set(assetId, place);
    this.#documents.set(place, { place, asset });
  }
}
