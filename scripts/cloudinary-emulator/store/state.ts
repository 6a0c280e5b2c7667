import type { Account } from "./account.ts";
import type { Archive, Content } from "./archive.ts";
import type { AssetStore } from "./asset-store.ts";
import type { Behavior } from "./behavior.ts";
import type { CallLog } from "./call-log.ts";
import type { Clock } from "./clock.ts";
import type { Faults } from "./faults.ts";
import type { FolderStore } from "./folder-store.ts";
import type { MetadataFieldStore } from "./metadata-fields.ts";
import type { Random } from "./random.ts";
import type { Timers } from "./timers.ts";
import type { TriggerStore } from "./triggers.ts";
import type { ChunkedUpload, UploadPreset } from "./uploads.ts";

/**
 * The state of an emulated account by its parts, each of which stays the same object for good. A function takes the
 * parts that it works with, e.g. `Pick<State, "assets" | "clock">`.
 */
export interface State {
  readonly account: Account;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Randomness of ids; seeded, so that a run can be repeated. */
  readonly random: Random;
  /** The variant of every uncertain fact: changed by `PUT /_emulator/behavior`. */
  readonly behavior: Behavior;
  /** What goes wrong at the moment: changed by `PUT /_emulator/faults`. */
  readonly faults: Faults;
  /** Randomness of faults. */
  readonly faultRandom: Random;
  readonly assets: AssetStore;
  /** The bytes of uploaded assets by asset_id. */
  readonly contents: Map<string, Content>;
  readonly archive: Archive;
  readonly folders: FolderStore;
  readonly metadataFields: MetadataFieldStore;
  readonly presets: Map<string, UploadPreset>;
  readonly chunks: Map<string, ChunkedUpload>;
  readonly triggers: TriggerStore;
  readonly calls: CallLog;
}
