/** The folder of a Supabase project, which is somebody else's, and what stands in it of ours. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { CommandError } from "../support/command-error.ts";
import { functionNames } from "../support/function-names.ts";

/** Where the note of what we added stands, below `supabase/`. */
export const MANIFEST = "functions/_media_sync/manifest.json";

/** A file that {@linkcode writeWhole} has not given its name yet. */
const UNFINISHED = /\.media-sync-[0-9a-f]{8}$/;

/** Folders that hold our files only, below `supabase/`. */
const OUR_FOLDERS = ["_media_sync", ...functionNames].map((name) => `functions/${name}/`);

/** What we added, so that a second run and the way out know it. */
export interface Manifest {
  /** Of the functions. */
  version: string;
  /** Path below `supabase/` → SHA-256 of what we wrote there; several while a run is under way. */
  files: Record<string, string[]>;
  /** The text that was appended to `config.toml`. */
  config: string;
}

/**
 * The `supabase/` of a project's folder, ending in `/`.
 *
 * @param folder The project's folder, or its `supabase/`.
 * @throws CommandError `folder_is_no_project`
 */
export async function findSupabase(folder: string): Promise<string> {
  for (const candidate of [`${resolve(folder)}/supabase/`, `${resolve(folder)}/`]) {
    if (await readText(`${candidate}config.toml`) !== null) return candidate;
  }
  throw new CommandError(
    "folder_is_no_project",
    `${folder} holds no supabase/config.toml: name the folder of a Supabase project, or make it one with supabase init.`,
  );
}

/**
 * Reads the note of what we added; null where there is none.
 *
 * @throws CommandError `manifest_bad`
 */
export async function readManifest(supabase: string): Promise<Manifest | null> {
  const text = await readText(`${supabase}${MANIFEST}`);
  if (text === null) return null;
  try {
    const { version, files, config } = JSON.parse(text) as Manifest;
    if (typeof files !== "object" || typeof config !== "string") throw new SyntaxError("no note");
    return { version, files, config };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandError(
      "manifest_bad",
      `supabase/${MANIFEST} is not as it was written: restore it from your version control.`,
    );
  }
}

/** A file's text; null where there is none. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return null;
    }
    throw error;
  }
}

/** Writes a file as a whole or not at all, and makes its folder. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await Deno.mkdir(path.replace(/[^/]+$/, ""), { recursive: true });
  const next = `${path}.media-sync-${crypto.randomUUID().slice(0, 8)}`;
  try {
    await Deno.writeTextFile(next, text);
    await Deno.rename(next, path);
  } catch (error) {
    await Deno.remove(next).catch(() => {});
    throw error;
  }
}

/**
 * Takes away what a run that was killed left: files that {@linkcode writeWhole} did not finish, and folders of ours that are
 * empty by then.
 */
export async function removeLeftovers(supabase: string): Promise<void> {
  for (const folder of ["", "migrations/", "functions/", ...OUR_FOLDERS]) {
    for (const { name, isFile } of await readFolder(`${supabase}${folder}`) ?? []) {
      if (isFile && UNFINISHED.test(name)) await Deno.remove(`${supabase}${folder}${name}`);
    }
  }
  for (const folder of OUR_FOLDERS) {
    const path = `${supabase}${folder}`;
    if ((await readFolder(path))?.length === 0) await Deno.remove(path);
  }
}

/** What is in a folder; null where there is none. */
export async function readFolder(path: string): Promise<Deno.DirEntry[] | null> {
  try {
    return await Array.fromAsync(Deno.readDir(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** SHA-256 in hexadecimal digits. */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
