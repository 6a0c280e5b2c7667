import { resolve } from "node:path";
import { DATABASE_VERSION } from "../../supabase/functions/_shared/media/database-version.ts";
import { CommandError } from "../support/command-error.ts";
import { bundle } from "./bundle.ts";
import { bundlePicker } from "./bundle-picker.ts";
import { declareTypes } from "./declare-types.ts";
import { prepareWorkspace } from "./prepare-workspace.ts";

const root = new URL("../../", import.meta.url).pathname;

/** The name by which apps import the client. */
export const PACKAGE_NAME = "media-sync-client";

/** One file of the package. */
export interface PackedFile {
  path: string;
  bytes: number;
  /** Bytes when compressed. */
  gzip: number;
}

/** The built package. */
export interface BuiltPackage {
  /** Ends in `/`. */
  folder: string;
  /** The code, and all types together. */
  files: PackedFile[];
}

/**
 * Builds `supabase/client` as an npm package.
 *
 * @param out Its folder, replaced if it is there.
 * @throws CommandError `out_taken` where something else lies there, `install_failed` or `types_failed`
 */
export async function buildPackage(out: string): Promise<BuiltPackage> {
  const folder = `${resolve(out)}/`;
  await requireReplaceable(folder);
  const modules = await prepareWorkspace();
  const code = await bundle(`${root}supabase/client/mod.ts`, { modules });
  const picker = await bundlePicker();
  const types = declareTypes(modules).set("picker.d.ts", picker.types);
  const version = supabaseVersion(await Deno.readTextFile(`${root}import_map.json`));

  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(`${folder}types`, { recursive: true });
  await Deno.writeTextFile(`${folder}index.js`, code);
  await Deno.writeTextFile(`${folder}picker.js`, picker.code);
  for (const [name, text] of types) await Deno.writeTextFile(`${folder}types/${name}`, text);
  await Deno.writeTextFile(`${folder}package.json`, manifest(version));
  await Deno.copyFile(`${root}supabase/client/README.md`, `${folder}README.md`);
  await Deno.copyFile(`${root}LICENSE`, `${folder}LICENSE`);
  return {
    folder,
    files: [
      await measure("index.js", code),
      await measure("picker.js", picker.code),
      await measure("types/*.d.ts", [...types.values()].join("")),
    ],
  };
}

/** What is replaced must be an earlier package, or nothing: a folder with somebody's work is not. */
async function requireReplaceable(folder: string): Promise<void> {
  try {
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    if (names.length === 0) return;
    const manifest = await Deno.readTextFile(`${folder}package.json`).catch(() => "{}");
    if (JSON.parse(manifest).name === PACKAGE_NAME) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (!(error instanceof SyntaxError) && !(error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
  }
  throw new CommandError(
    "out_taken",
    `${folder} holds something else than an earlier build of the client: name another folder with --out.`,
  );
}

/** A version that is no release is one of npm's pre-releases. */
function manifest(supabase: string): string {
  const isRelease = /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(DATABASE_VERSION);
  return JSON.stringify(
    {
      name: PACKAGE_NAME,
      version: isRelease ? DATABASE_VERSION : "0.0.0",
      description: "The typed client of Media Sync, over supabase-js",
      license: "MIT",
      type: "module",
      sideEffects: ["./picker.js"],
      engines: { node: ">=20" },
      exports: {
        ".": { types: "./types/mod.d.ts", default: "./index.js" },
        // Defines <media-picker>; in browsers alone.
        "./picker": { types: "./types/picker.d.ts", default: "./picker.js" },
      },
      types: "./types/mod.d.ts",
      peerDependencies: { "@supabase/supabase-js": `^${supabase}` },
    },
    null,
    2,
  ) + "\n";
}

function supabaseVersion(importMap: string): string {
  return /supabase-js@(\d+\.\d+\.\d+)/.exec(importMap)?.[1] ?? "2";
}

async function measure(path: string, text: string): Promise<PackedFile> {
  const bytes = new TextEncoder().encode(text);
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const gzip = (await new Response(compressed).arrayBuffer()).byteLength;
  return { path, bytes: bytes.byteLength, gzip };
}
