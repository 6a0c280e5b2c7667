import type { Behavior, Variant } from "./control/behavior.ts";
import { createEmbedded } from "./embedded.ts";

/** How an emulator starts; everything may be left out. */
export interface EmulatorOptions {
  /** TCP port on the loopback interface; 0 = any free one (default). */
  readonly port?: number;
  /** Cloud name (default `demo`). */
  readonly cloudName?: string;
  /** API key of the account's oldest key; random when absent. */
  readonly apiKey?: string;
  /** Its secret; random when absent. */
  readonly apiSecret?: string;
  /** Further keys of the account. */
  readonly additionalKeys?: readonly { readonly apiKey: string; readonly apiSecret: string }[];
  /** Folder mode of the account (default `dynamic`). */
  readonly folderMode?: "dynamic" | "fixed";
  /** Assets to generate at the start (default 0). */
  readonly assets?: number;
  /** Seed of the generated library and of new ids (default 1). */
  readonly seed?: number;
  /** Webhook URL that gets every event. */
  readonly notificationUrl?: string;
  /** Clock, ms since the epoch (default `Date.now`). */
  readonly now?: () => number;
  /** Which variant of every uncertain fact it starts with, and comes back to when it is emptied (default `a`). */
  readonly variant?: Variant;
  /** Single facts that start otherwise. */
  readonly behavior?: Partial<Behavior>;
}

/** A running emulator. */
export interface Emulator {
  /** Its address, e.g. `http://127.0.0.1:1234`. */
  readonly http: string;
  /** Value for `CLOUDINARY_URL`; it contains the secret. */
  readonly cloudinaryUrl: string;
  readonly cloudName: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Stops it: open connections, timers and pending notifications end. */
  stop(): Promise<void>;
}

/**
 * Starts a Cloudinary emulator in this process, on the loopback interface.
 *
 * @throws Deno.errors.AddrInUse when the port is taken
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const cloudName = options.cloudName ?? "demo";
  const apiKey = options.apiKey ?? randomDigits(15);
  const apiSecret = options.apiSecret ?? randomSecret();
  const emulator = createEmbedded({
    address: () => http,
    cloudName,
    secrets: new Map([
      [apiKey, apiSecret],
      ...(options.additionalKeys ?? []).map((key) => [key.apiKey, key.apiSecret] as const),
    ]),
    now: options.now ?? Date.now,
    seed: options.seed ?? 1,
    assets: options.assets ?? 0,
    notificationUrls: options.notificationUrl === undefined ? [] : [options.notificationUrl],
    variant: options.variant ?? "a",
    behavior: {
      ...(options.folderMode === undefined ? {} : { folder_mode: options.folderMode }),
      ...options.behavior,
    },
  });
  const controller = new AbortController();
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: options.port ?? 0,
      signal: controller.signal,
      onListen: () => {},
      // Reached for injected resets only: the call log holds every real failure.
      onError: () => new Response(null, { status: 500 }),
    },
    emulator.handle,
  );
  const http = `http://127.0.0.1:${server.addr.port}`;
  const credentials = `${encodeURIComponent(apiKey)}:${encodeURIComponent(apiSecret)}`;
  return await Promise.resolve({
    http,
    cloudinaryUrl: `cloudinary://${credentials}@${cloudName}?upload_prefix=${http}`,
    cloudName,
    apiKey,
    apiSecret,
    stop: async () => {
      controller.abort();
      await Promise.all([emulator.stop(), server.finished]);
    },
  });
}

function randomDigits(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => byte % 10).join("");
}

function randomSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
