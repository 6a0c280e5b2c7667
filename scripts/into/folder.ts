/** The folder of a Supabase project, which is somebody else's, and what stands in it of ours. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { CommandError } from "../support/command-error.ts";

/** Where the note of what we added stands, below `supabase/`. */
export const MANIFEST = "functions/_media_sync/manifest.json";

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

/** SHA-256 in hexadecimal digits. */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
