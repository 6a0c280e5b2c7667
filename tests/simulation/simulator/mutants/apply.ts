/** Deliberate bugs, each applied to a copy of `supabase/`. */
import { copy, remove } from "./files.ts";

/** A bug: a text of the product and what stands in its place. */
export interface Mutant {
  name: string;
  /** Below `supabase/`. */
  file: string;
  find: string;
  replace: string;
  /** What is wrong then. */
  why: string;
  /** The seed to begin with, where one has shown this very fault. */
  from?: number;
  /** The plan that was kept to show this very fault; it is tried first. */
  plan?: string;
}

/** The list. */
export async function readMutants(): Promise<Mutant[]> {
  return JSON.parse(await Deno.readTextFile(new URL("./mutants.json", import.meta.url)));
}

/** A mutant whose text is not in the product, or there more than once. */
export class StaleMutant extends Error {
  readonly code = "stale_mutant";
}

const supabase = new URL("../../../../supabase/", import.meta.url);

/**
 * The product's files with a mutant in them: its own, and for SQL the migration that was made of it too.
 *
 * @returns the changed texts by their paths below `supabase/`.
 * @throws StaleMutant
 */
export async function changedFiles(mutant: Mutant): Promise<Map<string, string>> {
  const paths = mutant.file.endsWith(".sql")
    ? [mutant.file, ...await migrationsWith(mutant)]
    : [mutant.file];
  const changed = new Map<string, string>();
  for (const path of paths) {
    const text = await Deno.readTextFile(new URL(path, supabase));
    const times = text.split(mutant.find).length - 1;
    if (times !== 1) {
      throw new StaleMutant(
        `${mutant.name}: its text is ${times} times in ${path}; mend the mutant in mutants.json`,
      );
    }
    changed.set(path, text.replace(mutant.find, () => mutant.replace));
  }
  return changed;
}

/**
 * Copies `supabase/` and applies a mutant to the copy.
 *
 * @returns the copy, and what removes it.
 * @throws StaleMutant
 */
export async function applyMutant(
  mutant: Mutant,
): Promise<{ folder: URL; sql: boolean; remove(): Promise<void> }> {
  const changed = await changedFiles(mutant);
  const folder = new URL(`../../../../.local/mutants/${mutant.name}/`, import.meta.url);
  await remove(folder);
  await copy(supabase, folder);
  for (const [path, text] of changed) await Deno.writeTextFile(new URL(path, folder), text);
  return { folder, sql: mutant.file.endsWith(".sql"), remove: () => remove(folder) };
}

async function migrationsWith({ name, find }: Mutant): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(new URL("migrations/", supabase))) {
    const path = `migrations/${entry.name}`;
    if (!path.endsWith(".sql")) continue;
    if ((await Deno.readTextFile(new URL(path, supabase))).includes(find)) found.push(path);
  }
  if (found.length === 0) {
    throw new StaleMutant(`${name}: its text is in no migration; mend the mutant in mutants.json`);
  }
  return found;
}
