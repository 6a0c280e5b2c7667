/** The Cloudinary behind a stack: the emulator in a process of its own, or the real one. */
import { type Child, startChild } from "./child-process.ts";
import { StackError } from "./stack-error.ts";
import type { StackOptions } from "./stack-options.ts";

/** Where Cloudinary is. */
export interface CloudinaryAddress {
  /** The value for CLOUDINARY_URL. */
  cloudinary_url: string;
  http: string;
  stop(): Promise<void>;
}

/**
 * Starts the emulator, with random credentials.
 *
 * @param webhook Where it sends notifications.
 * @throws ChildError
 */
export async function startEmulator(
  options: StackOptions,
  webhook: string,
  log: (line: string) => void,
): Promise<CloudinaryAddress> {
  const flags = {
    port: options.cloudinaryPort ?? 0,
    assets: options.assets ?? 0,
    seed: options.seed,
    behavior: options.behavior,
    "cloud-name": options.cloudName,
    "notification-url": webhook,
  };
  const child: Child<{ http: string; cloudinary_url: string }> = await startChild({
    name: "Cloudinary emulator",
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-all",
      `--config=${fileOf("../../deno.json")}`,
      (options.emulatorEntrypoint ?? new URL("../cloudinary-emulator/mod.ts", import.meta.url))
        .href,
      ...Object.entries(flags).flatMap(([flag, value]) =>
        value === undefined ? [] : [`--${flag}`, String(value)]
      ),
    ],
    environment: {
      EMULATOR_API_KEY: String(crypto.getRandomValues(new Uint32Array(1))[0]).padStart(15, "1"),
      EMULATOR_API_SECRET: crypto.randomUUID().replaceAll("-", ""),
    },
    parse: (ready) => ready as { http: string; cloudinary_url: string },
    onLine: (line) => log(`[cloudinary] ${line}`),
  });
  return { ...child.ready, stop: child.stop };
}

/**
 * The library that CLOUDINARY_URL names.
 *
 * @throws StackError `cloudinary_not_configured`
 */
export function realCloudinary(environment: Record<string, string>): CloudinaryAddress {
  const url = environment.CLOUDINARY_URL;
  if (!url) {
    throw new StackError(
      "cloudinary_not_configured",
      "CLOUDINARY_URL is not set: set it to the library's URL, or use the emulated one",
    );
  }
  const prefix = URL.canParse(url) ? new URL(url).searchParams.get("upload_prefix") : null;
  return {
    cloudinary_url: url,
    http: prefix ?? environment.CLOUDINARY_UPLOAD_PREFIX ?? "https://api.cloudinary.com",
    stop: () => Promise.resolve(),
  };
}

function fileOf(relative: string): string {
  return decodeURIComponent(new URL(relative, import.meta.url).pathname);
}
