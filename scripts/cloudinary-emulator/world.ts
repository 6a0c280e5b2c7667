import type { Behavior } from "./control/behavior.ts";
import { CallLog } from "./control/call-log.ts";
import { type Faults, noFaults } from "./control/faults.ts";
import { Quota } from "./http/quota.ts";
import { Notifier } from "./notifications/notifier.ts";
import { SearchIndex } from "./search/search-index.ts";
import type { Asset } from "./store/asset.ts";
import { AssetStore } from "./store/asset-store.ts";
import { BackupStore, type Content } from "./store/backups.ts";
import type { Clock } from "./store/clock.ts";
import { FolderStore, parentFolder } from "./store/folder-store.ts";
import { MetadataFieldStore } from "./store/metadata-fields.ts";
import { createRandom, type Random } from "./store/random.ts";
import { createTimers, type Timers } from "./store/timers.ts";
import type { ChunkedUpload } from "./upload/chunks.ts";
import type { UploadPreset } from "./admin/upload-presets.ts";

/** The account that is emulated. */
export interface Account {
  readonly cloudName: string;
  /** Secrets by API key, oldest first: the oldest key signs notifications. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly createdAt: number;
  /** Where assets are delivered from, e.g. `http://127.0.0.1:1234/res`. */
  readonly deliveryPrefix: () => string;
}

/** An asset that was deleted. */
export interface DeletedAsset {
  readonly asset: Asset;
  /** Its place among assets of the same second. */
  readonly sequence: number;
  readonly deleted_at: number;
}

/** Everything that the emulator is made of, handed to every handler. */
export interface World {
  readonly account: Account;
  readonly clock: Clock;
  /** Randomness of ids; seeded, so that a run can be repeated. */
  random: Random;
  /** Randomness of faults; seeded by `PUT /_emulator/faults`. */
  faultRandom: Random;
  readonly assets: AssetStore;
  readonly folders: FolderStore;
  readonly metadataFields: MetadataFieldStore;
  readonly deleted: Map<string, DeletedAsset>;
  readonly backups: BackupStore;
  readonly contents: Map<string, Content>;
  readonly presets: Map<string, UploadPreset>;
  readonly chunks: Map<string, ChunkedUpload>;
  readonly search: SearchIndex;
  readonly notifier: Notifier;
  readonly quota: Quota;
  readonly calls: CallLog;
  readonly timers: Timers;
  faults: Faults;
  behavior: Behavior;
  /** What a reset goes back to. */
  readonly initial: { readonly behavior: Behavior };
}

/** What a library is made from. */
export interface WorldOptions {
  readonly account: Account;
  readonly clock: Clock;
  readonly seed: number;
  /** The switches that it starts with and comes back to when it is reset. */
  readonly behavior: Behavior;
}

/** Makes an empty library. */
export function createWorld({ account, clock, seed, behavior }: WorldOptions): World {
  const timers = createTimers();
  const assets = new AssetStore();
  assets.useNames(behavior);
  const world: World = {
    account,
    clock,
    // Another sequence than the generator's, which starts from the same seed.
    random: createRandom(seed ^ 0x5bd1e995),
    faultRandom: createRandom(noFaults().seed),
    assets,
    folders: new FolderStore(),
    metadataFields: new MetadataFieldStore(),
    deleted: new Map(),
    backups: new BackupStore(),
    contents: new Map(),
    presets: new Map(),
    chunks: new Map(),
    search: new SearchIndex(assets, clock, () => world.faults.search_lag_ms),
    notifier: new Notifier(() => world),
    quota: new Quota(),
    calls: new CallLog(),
    timers,
    faults: noFaults(),
    behavior,
    initial: { behavior },
  };
  return world;
}

/**
 * Empties the library, takes faults and switches back, zeroes counters. Webhook triggers stay, and
 * ids go on: an asset that is made again is another asset.
 */
export function resetWorld(world: World): void {
  world.assets.clear();
  world.folders.clear();
  world.metadataFields.clear();
  world.deleted.clear();
  world.backups.clear();
  world.contents.clear();
  world.presets.clear();
  world.chunks.clear();
  world.search.clear();
  world.notifier.clear();
  world.quota.clear();
  world.calls.clear();
  world.clock.reset();
  world.faults = noFaults();
  setBehavior(world, world.initial.behavior);
  world.faultRandom = createRandom(world.faults.seed);
}

/** Changes the switches, and in the library what follows from them: folders and what counts as one name. */
export function setBehavior(world: World, behavior: Behavior): void {
  const turnsFixed = behavior.folder_mode === "fixed" && world.behavior.folder_mode !== "fixed";
  world.behavior = behavior;
  world.assets.useNames(behavior);
  if (!turnsFixed) return;
  for (const [, row] of [...world.assets.all.entries()]) {
    const asset_folder = parentFolder(row.asset.public_id);
    world.folders.ensure(asset_folder);
    world.assets.replace(row, { ...row.asset, asset_folder });
  }
}
