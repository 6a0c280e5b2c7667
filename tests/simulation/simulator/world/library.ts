/** The emulated library of a run, in this process. */
import {
  type Asset,
  type Behavior,
  createEmbedded,
} from "../../../../scripts/cloudinary-emulator/mod.ts";
import { virtual } from "../engine/machine.ts";

export type { Asset };

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
  behavior: Partial<Behavior>;
  webhooks: readonly string[];
  seed: number;
}

/** Makes an empty library. */
export function createLibrary(options: LibraryOptions): Library {
  const { handle, assets } = createEmbedded({
    address: () => LIBRARY_URL,
    cloudName: CLOUD_NAME,
    secrets: new Map([
      [SYNC_KEY.key, SYNC_KEY.secret],
      [PEOPLE_KEY.key, PEOPLE_KEY.secret],
    ]),
    now: () => virtual.now,
    seed: options.seed,
    notificationUrls: options.webhooks,
    behavior: { folder_mode: options.folderMode, ...options.behavior },
  });
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
    assets: () => new Map(assets().map((asset) => [asset.asset_id, asset])),
    defects: async () => Number((await control("GET /calls")).defects ?? 0),
  };
}
