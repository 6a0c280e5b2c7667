import { createEmbedded, type EmbeddedOptions } from "./embedded.ts";
import type { Behavior } from "./store/behavior.ts";

/** How an emulator starts; everything may be left out. Cloud name `demo`, seed 1 and the real time are the defaults. */
export interface EmulatorOptions extends Partial<Omit<EmbeddedOptions, "address" | "secrets">> {
  /** TCP port on the loopback interface; 0 = any free one (default). */
  readonly port?: number;
  /** API key of the account's oldest key; random when absent. */
  readonly apiKey?: string;
  /** Its secret; random when absent. */
  readonly apiSecret?: string;
  /** Further keys of the account. */
  readonly additionalKeys?: readonly { readonly apiKey: string; readonly apiSecret: string }[];
  /** Folder mode of the account (default `dynamic`). */
  readonly folderMode?: Behavior["folder_mode"];
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
    ...options,
    seed: options.seed ?? 1,
    now: options.now ?? Date.now,
    cloudName,
    address: () => http,
    secrets: new Map([
      [apiKey, apiSecret],
      ...(options.additionalKeys ?? []).map((key) => [key.apiKey, key.apiSecret] as const),
    ]),
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
