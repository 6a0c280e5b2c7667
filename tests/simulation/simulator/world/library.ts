/** The emulated library of a run, in this process. */
import { createHandler } from "../../../../scripts/cloudinary/http/handler.ts";
import { behaviorOf } from "../../../../scripts/cloudinary/control/behavior.ts";
import { createClock } from "../../../../scripts/cloudinary/store/clock.ts";
import type { Asset } from "../../../../scripts/cloudinary/store/asset.ts";
import { createWorld } from "../../../../scripts/cloudinary/world.ts";
import { virtual } from "../engine/machine.ts";

export type { Asset } from "../../../../scripts/cloudinary/store/asset.ts";

/** The library and its doors. */
export interface Library {
  /** The API, its control surface included. */
  handle(request: Request): Promise<Response>;
  /** What is in it now, by asset_id. Assets are never changed in place. */
  assets(): Map<string, Asset>;
  /** Calls the control surface. */
  control(call: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Defects of the emulator itself, which no run may have. */
  defects(): Promise<number>;
}

/** The library's address. */
export const LIBRARY_URL = "http://127.0.0.1:9001";
/** The product environment. */
export const CLOUD_NAME = "simulated";
/** Keys: the sync's own, and that of the people in Cloudinary's console. */
export const SYNC_KEY = { key: "100000000000001", secret: "sync-secret" };
export const PEOPLE_KEY = { key: "200000000000002", secret: "people-secret" };

/** How a library is. */
export interface LibraryOptions {
  folderMode: "dynamic" | "fixed";
  behavior: Record<string, unknown>;
  webhooks: readonly string[];
  seed: number;
}

/** Makes an empty library. */
export function createLibrary(options: LibraryOptions): Library {
  const world = createWorld({
    account: {
      cloudName: CLOUD_NAME,
      secrets: new Map([
        [SYNC_KEY.key, SYNC_KEY.secret],
        [PEOPLE_KEY.key, PEOPLE_KEY.secret],
      ]),
      createdAt: virtual.now,
    },
    clock: createClock(() => virtual.now),
    seed: options.seed,
    behavior: { ...behaviorOf("a"), folder_mode: options.folderMode, ...options.behavior },
  });
  world.deliveryPrefix = `${LIBRARY_URL}/res`;
  for (const uri of options.webhooks) world.notifier.triggers.create({ uri, event_type: "all" });
  const handle = createHandler(world);
  const control = async (call: string, body?: unknown) => {
    const [method, path] = call.split(" ");
    const response = await handle(
      new Request(`${LIBRARY_URL}/_emulator${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    return await response.json();
  };
  return {
    handle,
    control,
    assets: () =>
      new Map([...world.assets.all.entries()].map(([, row]) => [row.asset.asset_id, row.asset])),
    defects: async () => Number((await control("GET /calls")).defects ?? 0),
  };
}
