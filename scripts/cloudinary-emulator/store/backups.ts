import type { Asset } from "./asset.ts";

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

/** The versions of which backups are kept, by asset_id, oldest first. They outlive their assets. */
export class BackupStore {
  readonly #versions = new Map<string, BackedUpVersion[]>();
  /** version_ids whose backups were dropped: they do not come back. */
  readonly #dropped = new Set<string>();

  /** Keeps a backup of a version; a second one of the same version changes nothing. */
  add(asset: Asset, content: Content | undefined): void {
    const versions = this.#versions.get(asset.asset_id) ?? [];
    const isKnown = versions.some((known) => known.asset.version_id === asset.version_id);
    if (isKnown || this.#dropped.has(asset.version_id)) return;
    this.#versions.set(asset.asset_id, [...versions, { asset, content }]);
  }

  /** The versions of one asset, oldest first. */
  list(assetId: string): readonly BackedUpVersion[] {
    return this.#versions.get(assetId) ?? [];
  }

  /** Drops the backups of some versions. @returns Those that were there. */
  remove(assetId: string, versionIds: readonly string[]): string[] {
    const versions = this.list(assetId);
    const isNamed = ({ asset }: BackedUpVersion) => versionIds.includes(asset.version_id);
    this.#versions.set(assetId, versions.filter((version) => !isNamed(version)));
    const removed = versions.filter(isNamed).map(({ asset }) => asset.version_id);
    for (const versionId of removed) this.#dropped.add(versionId);
    return removed;
  }

  /** Forgets every backup. */
  clear(): void {
    this.#versions.clear();
    this.#dropped.clear();
  }
}
