import type { AssetStore } from "./asset-store.ts";
import type { Asset, AssetName } from "./asset.ts";
import type { Behavior } from "./behavior.ts";
import { comparePositions, type Row } from "./row.ts";

/** The bytes of an uploaded asset. */
export interface Content {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** One version of an asset of which a backup is kept. */
export interface BackedUpVersion {
  readonly asset: Asset;
  /** Undefined for assets that were never uploaded but generated. */
  readonly content: Content | undefined;
}

/** An asset that was deleted. */
export interface DeletedAsset {
  readonly asset: Asset;
  /** Its place among assets of the same second. */
  readonly sequence: number;
  readonly deleted_at: number;
}

/** What the archive looks at: the library that it is the archive of. */
interface Archived {
  readonly assets: AssetStore;
  readonly contents: ReadonlyMap<string, Content>;
  readonly behavior: Behavior;
}

/** Deleted assets, and backups of versions, from which they are restored. Backups outlive their assets. */
export class Archive {
  readonly #library: Archived;
  readonly #deleted = new Map<string, DeletedAsset>();
  readonly #versions = new Map<string, BackedUpVersion[]>();
  /** version_ids whose backups were dropped: they do not come back. */
  readonly #dropped = new Set<string>();

  constructor(library: Archived) {
    this.#library = library;
  }

  /** Number of deleted assets. */
  get size(): number {
    return this.#deleted.size;
  }

  /** Every deleted asset, restorable or not. */
  list(): DeletedAsset[] {
    return [...this.#deleted.values()];
  }

  /** The deleted asset of that asset_id, restorable or not. */
  get(assetId: string): DeletedAsset | undefined {
    return this.#deleted.get(assetId);
  }

  /** Takes an asset that is about to be deleted, with a backup where the account keeps them. */
  bury({ asset, sequence }: Row, deleted_at: number): void {
    this.versions(asset);
    this.#deleted.set(asset.asset_id, { asset, sequence, deleted_at });
  }

  /** Forgets that an asset was deleted. */
  revive(assetId: string): void {
    this.#deleted.delete(assetId);
  }

  /** Keeps a backup of a version; a second one of the same version changes nothing. */
  backUp(asset: Asset, content: Content | undefined): void {
    const versions = this.backups(asset.asset_id);
    const isKnown = versions.some((known) => known.asset.version_id === asset.version_id);
    if (isKnown || this.#dropped.has(asset.version_id)) return;
    this.#versions.set(asset.asset_id, [...versions, { asset, content }]);
  }

  /** The versions of which backups were taken so far, oldest first. */
  backups(assetId: string): readonly BackedUpVersion[] {
    return this.#versions.get(assetId) ?? [];
  }

  /**
   * The versions of an asset that can be restored, oldest first. Where the account keeps backups its present version is
   * one, however it came into the library.
   */
  versions(asset: Asset): readonly BackedUpVersion[] {
    const { assets, contents, behavior } = this.#library;
    if (behavior.backup && assets.getById(asset.asset_id) !== undefined) {
      this.backUp(asset, contents.get(asset.asset_id));
    }
    return this.backups(asset.asset_id);
  }

  /** The bytes that an asset's backups take. */
  backedUpBytes(asset: Asset): number {
    const versions = this.backups(asset.asset_id);
    const isListed = versions.some((version) => version.asset.version_id === asset.version_id);
    const countsPresent = this.#library.behavior.backup && !isListed && !asset.placeholder;
    return versions.reduce(
      (sum, version) => sum + version.asset.bytes,
      countsPresent ? asset.bytes : 0,
    );
  }

  /** Drops the backups of some versions. @returns Those that were there. */
  dropBackups(assetId: string, versionIds: readonly string[]): string[] {
    const versions = this.backups(assetId);
    const isNamed = ({ asset }: BackedUpVersion) => versionIds.includes(asset.version_id);
    this.#versions.set(assetId, versions.filter((version) => !isNamed(version)));
    const removed = versions.filter(isNamed).map(({ asset }) => asset.version_id);
    for (const versionId of removed) this.#dropped.add(versionId);
    return removed;
  }

  /** The deleted asset of that asset_id, if a backup of it is kept. */
  findById(assetId: string): DeletedAsset | undefined {
    return this.backups(assetId).length > 0 ? this.#deleted.get(assetId) : undefined;
  }

  /** The asset deleted last under that name of which a backup is kept. */
  findByName(name: AssetName): DeletedAsset | undefined {
    let latest: DeletedAsset | undefined;
    for (const entry of this.#deleted.values()) {
      const { asset } = entry;
      const fits = asset.public_id === name.public_id && asset.type === name.type &&
        asset.resource_type === name.resource_type;
      const isLater = latest === undefined || entry.deleted_at >= latest.deleted_at;
      if (fits && isLater && this.findById(asset.asset_id) !== undefined) latest = entry;
    }
    return latest;
  }

  /**
   * The placeholders that listings show among their assets, in creation order: none, unless the account behaves so.
   * One whose name another asset has by now is not shown.
   */
  listPlaceholders(fits: (asset: Asset) => boolean): Row[] {
    const { assets, behavior } = this.#library;
    if (!behavior.placeholders) return [];
    return this.list()
      .filter(({ asset }) =>
        fits(asset) && this.findById(asset.asset_id) !== undefined &&
        assets.getByName(asset) === undefined
      )
      .map((entry): Row => ({
        created_at: entry.asset.created_at,
        sequence: entry.sequence,
        asset: placeholderOf(entry),
      }))
      .sort(comparePositions);
  }

  /** Forgets everything. */
  clear(): void {
    this.#deleted.clear();
    this.#versions.clear();
    this.#dropped.clear();
  }
}

/** A deleted asset with a backup as answers show it: its name without its content. */
export function placeholderOf({ asset }: DeletedAsset): Asset {
  return { ...asset, bytes: 0, derived: [], placeholder: true };
}
