import { mergeBehavior } from "./control/merge-settings.ts";
import { generateAssets } from "./generate/generate.ts";
import { Quota } from "./http/quota.ts";
import type { Parts } from "./http/route.ts";
import { Notifier } from "./notifications/notifier.ts";
import { SearchIndex } from "./search/search-index.ts";
import { createHandler } from "./server/handler.ts";
import { Archive, type Content } from "./store/archive.ts";
import { AssetStore } from "./store/asset-store.ts";
import type { Asset } from "./store/asset.ts";
import { type Behavior, behaviorOf, type Variant } from "./store/behavior.ts";
import { CallLog } from "./store/call-log.ts";
import { createClock } from "./store/clock.ts";
import { noFaults } from "./store/faults.ts";
import { FolderStore } from "./store/folder-store.ts";
import { MetadataFieldStore } from "./store/metadata-fields.ts";
import { createRandom } from "./store/random.ts";
import { createTimers } from "./store/timers.ts";
import { TriggerStore } from "./store/triggers.ts";

/** How an emulator inside a program starts. */
export interface EmbeddedOptions {
  /** The address under which its user serves it, e.g. `http://127.0.0.1:1234`: delivery URLs begin with it. */
  readonly address: () => string;
  readonly cloudName: string;
  /** Secrets by API key, oldest first: the oldest key signs notifications. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Clock, ms since the epoch. */
  readonly now: () => number;
  /** Assets to generate at the start (default 0). */
  readonly assets?: number;
  /** Seed of the generated library and of new ids. */
  readonly seed: number;
  /** Webhook URLs that get every event. */
  readonly notificationUrls?: readonly string[];
  /** Which variant of every uncertain fact it starts with, and comes back to when it is emptied (default `a`). */
  readonly variant?: Variant;
  /** Single facts that start otherwise. */
  readonly behavior?: Partial<Behavior>;
}

/** An emulator without a server: its user hands it requests. */
export interface Embedded {
  /** Answers a request to the API, to delivery or to the control surface. */
  handle(request: Request): Promise<Response>;
  /** The assets in the library now, in order of creation. They are never changed in place. */
  assets(): Asset[];
  /** Ends timers and notifications that wait; resolves when none is on its way any more. */
  stop(): Promise<void>;
}

/**
 * Makes an emulator inside this program.
 *
 * @throws Failure when `behavior` names what does not exist
 */
export function createEmbedded(options: EmbeddedOptions): Embedded {
  const parts = createParts(options);
  const { assets, notifier, timers, triggers } = parts;
  const { assets: count = 0, seed, notificationUrls = [] } = options;
  if (count > 0) generateAssets(parts, { count, seed });
  for (const uri of notificationUrls) triggers.create({ uri, event_type: "all" });
  return {
    handle: createHandler(parts),
    assets: () => [...assets.all.entries()].map(([, row]) => row.asset),
    stop: () => {
      timers.stop();
      return notifier.settled();
    },
  };
}

/** The one place where the parts of an emulator come together. */
function createParts(options: EmbeddedOptions): Parts {
  const { cloudName, secrets, seed } = options;
  const clock = createClock(options.now);
  const behavior = mergeBehavior(behaviorOf(options.variant ?? "a"), options.behavior ?? {});
  const faults = noFaults();
  const assets = new AssetStore();
  assets.useNames(behavior);
  const contents = new Map<string, Content>();
  const rules = {
    account: {
      cloudName,
      secrets,
      createdAt: clock.now(),
      deliveryPrefix: () => `${options.address()}/res`,
    },
    clock,
    timers: createTimers(),
    behavior,
    faults,
    faultRandom: createRandom(faults.seed),
    triggers: new TriggerStore(clock),
  };
  return {
    ...rules,
    // Another sequence than the generator's, which starts from the same seed.
    random: createRandom(seed ^ 0x5bd1e995),
    assets,
    contents,
    archive: new Archive({ assets, contents, behavior }),
    folders: new FolderStore(),
    metadataFields: new MetadataFieldStore(),
    presets: new Map(),
    chunks: new Map(),
    calls: new CallLog(),
    search: new SearchIndex({ assets, clock, faults }),
    notifier: new Notifier(rules),
    quota: new Quota(rules),
  };
}
