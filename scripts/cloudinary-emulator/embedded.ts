import { type Behavior, behaviorOf, type Variant } from "./control/behavior.ts";
import { mergeBehavior } from "./control/merge-settings.ts";
import { generateAssets } from "./generate/generate.ts";
import { createHandler } from "./http/handler.ts";
import type { Asset } from "./store/asset.ts";
import { createClock } from "./store/clock.ts";
import { createWorld } from "./world.ts";

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
  const { cloudName, secrets, seed } = options;
  const clock = createClock(options.now);
  const world = createWorld({
    account: {
      cloudName,
      secrets,
      createdAt: clock.now(),
      deliveryPrefix: () => `${options.address()}/res`,
    },
    clock,
    seed,
    behavior: mergeBehavior(behaviorOf(options.variant ?? "a"), options.behavior ?? {}),
  });
  if (options.assets) generateAssets(world, { count: options.assets, seed });
  for (const uri of options.notificationUrls ?? []) {
    world.notifier.triggers.create({ uri, event_type: "all" });
  }
  return {
    handle: createHandler(world),
    assets: () => [...world.assets.all.entries()].map(([, row]) => row.asset),
    stop: () => {
      world.timers.stop();
      return world.notifier.settled();
    },
  };
}
