/** The flags of `deno task dev`. */
import { pathToFileURL } from "node:url";
import { parseArgs, parseEnv } from "node:util";
import type { StackOptions } from "./stack-options.ts";

export const developmentUsage = `Runs the local stack until Ctrl+C.

  --port N              the stack's port, 0 = any free one (default 54321)
  --cloudinary-port N   the Cloudinary emulator's port, 0 = any free one (default 54330)
  --database URL        pglite (default) or postgres://user:password@host:port/database
  --data DIR            where pglite keeps its data (default: in memory)
  --assets N            assets in the emulated library at the start (default 0)
  --seed N              makes the emulated library repeatable
  --cloudinary KIND     emulated (default) or real, which takes CLOUDINARY_URL from the environment
                        or from supabase/functions/.env
  --info-file FILE      where the READY JSON is written too (default .local/stack.json, or
                        .local/stack-<port>.json while another stack of this clone runs)
  --no-cron             no jobs run, nor the first sync
  --quiet               prints the READY line alone, and what fails
  --help                this text

When it is up it prints what is where and what to try, then one line, READY {json}; it writes the
same JSON to .local/stack.json. A library that is not empty is synced at once. SIGINT and SIGTERM
stop it.`;

/** What the flags say. */
export type DevelopmentOptions =
  | { kind: "run"; options: StackOptions; infoFile: URL | undefined }
  | { kind: "help" }
  | { kind: "error"; message: string };

/**
 * Reads the flags, and the functions' secrets from `supabase/functions/.env` where that file exists.
 *
 * @param environment Where `--cloudinary real` finds CLOUDINARY_URL first.
 */
export async function parseDevelopmentOptions(
  args: string[],
  environment: Record<string, string>,
  secretsFile: URL = new URL("../../supabase/functions/.env", import.meta.url),
): Promise<DevelopmentOptions> {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: "string", default: "54321" },
        "cloudinary-port": { type: "string", default: "54330" },
        database: { type: "string", default: "pglite" },
        data: { type: "string" },
        assets: { type: "string", default: "0" },
        seed: { type: "string" },
        cloudinary: { type: "string", default: "emulated" },
        "info-file": { type: "string" },
        "no-cron": { type: "boolean", default: false },
        quiet: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return { kind: "help" };
    const { database, cloudinary } = values;
    if (database !== "pglite" && !/^postgres(ql)?:\/\//.test(database)) {
      throw new Error("--database takes pglite or a postgres:// URL");
    }
    if (values.data !== undefined && database !== "pglite") {
      throw new Error("--data is pglite's; a postgres:// database has its own place");
    }
    if (cloudinary !== "emulated" && cloudinary !== "real") {
      throw new Error("--cloudinary takes emulated or real");
    }
    return {
      kind: "run",
      infoFile: values["info-file"] === undefined ? undefined : pathToFileURL(values["info-file"]),
      options: {
        port: integer("port", values.port, 65_535),
        cloudinaryPort: integer("cloudinary-port", values["cloudinary-port"], 65_535),
        database,
        dataDirectory: values.data,
        assets: integer("assets", values.assets, 10_000_000),
        seed: values.seed === undefined ? undefined : integer("seed", values.seed, 2 ** 31),
        cron: !values["no-cron"],
        cloudinary,
        quiet: values.quiet,
        environment: await secrets(secretsFile, cloudinary, environment),
      },
    };
  } catch (error) {
    return { kind: "error", message: error instanceof Error ? error.message : String(error) };
  }
}

function integer(flag: string, text: string, maximum: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value <= maximum)) throw new Error(`--${flag} takes a whole number from 0 to ${maximum}`);
  return value;
}

/** As the CLI reads that file: names that belong to the platform are not the user's to set. */
async function secrets(
  file: URL,
  cloudinary: "emulated" | "real",
  environment: Record<string, string>,
): Promise<Record<string, string>> {
  let text = "";
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const isCloudinary = (name: string) => name.startsWith("CLOUDINARY_");
  const all = {
    ...parseEnv(text),
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => isCloudinary(name))),
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => {
      const [name, value] = entry;
      // With the emulator, no request may go to a real library because a variable names one.
      return value !== undefined && !name.startsWith("SUPABASE_") &&
        (cloudinary === "real" || !isCloudinary(name));
    }),
  );
}
