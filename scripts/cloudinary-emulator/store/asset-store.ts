import type { Asset, AssetName } from "./asset.ts";
import { KeyedIndex } from "./keyed-index.ts";
import { createOrderedIndex, type OrderedIndex } from "./ordered-index.ts";
import { comparePositions, compareText, type Position, type Row } from "./row.ts";

/** Called after each change with the asset's id and its new state (null = gone). */
export type ChangeListener = (assetId: string, row: Row | null) => void;

/** What counts as one public_id. */
export interface NameRules {
  readonly public_id_case: "sensitive" | "insensitive";
  readonly public_id_unicode: "kept" | "nfc";
}

/** The key of a tag's list: tags are listed per resource type. */
export function tagKey(resourceType: string, tag: string): string {
  return `${resourceType}/${tag}`;
}

/**
 * The live assets and their indexes, all in memory. Every listing route has an ordered index, so
 * that a page costs its own length and not the library's.
 */
export class AssetStore {
  readonly #byAssetId = new Map<string, Row>();
  readonly #byName = new Map<string, Row>();
  readonly #byPublicId = new Map<string, OrderedIndex<string, Row>>();
  readonly #listeners: ChangeListener[] = [];
  #sequence = 0;
  #nameRules: NameRules = { public_id_case: "sensitive", public_id_unicode: "kept" };

  /** Rows in creation order by `<resource_type>` and by `<resource_type>/<type>`. */
  readonly byType = new KeyedIndex();
  /** Rows in creation order by `<resource_type>/<tag>`. */
  readonly byTag = new KeyedIndex();
  /** Rows in creation order by lower-cased folder path. */
  readonly byFolder = new KeyedIndex();
  /** Every row in creation order. */
  all: OrderedIndex<Position, Row> = createOrderedIndex<Position, Row>(comparePositions);

  /** Number of live assets. */
  get size(): number {
    return this.#byAssetId.size;
  }

  /** Registers a listener for changes. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Changes what counts as one public_id. Of assets that have one name then, the oldest is found by it. */
  useNames({ public_id_case, public_id_unicode }: NameRules): void {
    const { public_id_case: oldCase, public_id_unicode: oldUnicode } = this.#nameRules;
    if (public_id_case === oldCase && public_id_unicode === oldUnicode) return;
    this.#nameRules = { public_id_case, public_id_unicode };
    this.#byName.clear();
    for (const [, row] of this.all.entriesReversed()) {
      this.#byName.set(this.#nameKey(row.asset), row);
    }
  }

  /** The row of an `asset_id`. */
  getById(assetId: string): Row | undefined {
    return this.#byAssetId.get(assetId);
  }

  /** The row of a (`resource_type`, `type`, `public_id`). */
  getByName(name: AssetName): Row | undefined {
    return this.#byName.get(this.#nameKey(name));
  }

  /** Rows of one resource type and delivery type, ordered by public_id. */
  listByPublicId(resourceType: string, type: string): OrderedIndex<string, Row> | undefined {
    return this.#byPublicId.get(`${resourceType}/${type}`);
  }

  /**
   * Adds a new asset.
   *
   * @throws Error when the asset_id or the name is taken: callers check first
   */
  insert(asset: Asset): Row {
    if (this.#byAssetId.has(asset.asset_id) || this.#byName.has(this.#nameKey(asset))) {
      throw new Error("the asset_id or the public_id is taken");
    }
    const row: Row = { created_at: asset.created_at, sequence: this.#sequence++, asset };
    this.#byAssetId.set(asset.asset_id, row);
    this.all.set(row, row);
    this.#addName(row);
    for (const tag of asset.tags) this.byTag.add(tagKey(asset.resource_type, tag), row);
    this.byFolder.add(asset.asset_folder.toLowerCase(), row);
    this.#announce(asset.asset_id, row);
    return row;
  }

  /** Replaces an asset's state; its asset_id and created_at must stay. */
  replace(row: Row, asset: Asset): void {
    const before = row.asset;
    const renamed = ["resource_type", "type", "public_id"].some((key) =>
      before[key as keyof AssetName] !== asset[key as keyof AssetName]
    );
    if (renamed) this.#removeName(row);
    if (before.tags !== asset.tags) {
      for (const tag of before.tags) this.byTag.remove(tagKey(before.resource_type, tag), row);
    }
    const moved = before.asset_folder !== asset.asset_folder;
    if (moved) this.byFolder.remove(before.asset_folder.toLowerCase(), row);
    row.asset = asset;
    if (renamed) this.#addName(row);
    if (before.tags !== asset.tags) {
      for (const tag of asset.tags) this.byTag.add(tagKey(asset.resource_type, tag), row);
    }
    if (moved) this.byFolder.add(asset.asset_folder.toLowerCase(), row);
    this.#announce(asset.asset_id, row);
  }

  /** Removes an asset. */
  remove(row: Row): void {
    const asset = row.asset;
    this.#byAssetId.delete(asset.asset_id);
    this.all.delete(row);
    this.#removeName(row);
    for (const tag of asset.tags) this.byTag.remove(tagKey(asset.resource_type, tag), row);
    this.byFolder.remove(asset.asset_folder.toLowerCase(), row);
    this.#announce(asset.asset_id, null);
  }

  /** Forgets every asset. Listeners are not told one by one. */
  clear(): void {
    this.#byAssetId.clear();
    this.#byName.clear();
    this.#byPublicId.clear();
    this.byType.clear();
    this.byTag.clear();
    this.byFolder.clear();
    this.all = createOrderedIndex<Position, Row>(comparePositions);
    this.#sequence = 0;
  }

  /** The key of an asset's name in the look-up table. */
  #nameKey({ resource_type, type, public_id }: AssetName): string {
    const { public_id_case, public_id_unicode } = this.#nameRules;
    const composed = public_id_unicode === "nfc" ? public_id.normalize("NFC") : public_id;
    const name = public_id_case === "insensitive" ? composed.toLowerCase() : composed;
    return `${resource_type}/${type}/${name}`;
  }

  #addName(row: Row): void {
    const { resource_type, type, public_id } = row.asset;
    this.#byName.set(this.#nameKey(row.asset), row);
    const scope = `${resource_type}/${type}`;
    let ordered = this.#byPublicId.get(scope);
    if (ordered === undefined) {
      ordered = createOrderedIndex<string, Row>(compareText);
      this.#byPublicId.set(scope, ordered);
    }
    ordered.set(public_id, row);
    this.byType.add(scope, row);
    this.byType.add(resource_type, row);
  }

  #removeName(row: Row): void {
    const { resource_type, type, public_id } = row.asset;
    this.#byName.delete(this.#nameKey(row.asset));
    const scope = `${resource_type}/${type}`;
    this.#byPublicId.get(scope)?.delete(public_id);
    this.byType.remove(scope, row);
    this.byType.remove(resource_type, row);
  }

  #announce(assetId: string, row: Row | null): void {
    for (const listener of this.#listeners) listener(assetId, row);
  }
}
