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
 * Copies `supabase/` and applies a mutant to the copy; for SQL, to the migration that was made of the schema too.
 *
 * @returns the copy, and what removes it.
 * @throws StaleMutant
 */
export async function applyMutant(
  mutant: Mutant,
): Promise<{ folder: URL; sql: boolean; remove(): Promise<void> }> {
  const cache = new URL("../../../../.local/mutants/", import.meta.url);
  const folder = new URL(`${mutant.name}/`, cache);
  await remove(folder);
  await copy(supabase, folder);
  const sql = mutant.file.endsWith(".sql");
  const files = sql ? [mutant.file, ...await migrations(mutant.find)] : [mutant.file];
  for (const file of files) {
    const path = new URL(file, folder);
    const text = await Deno.readTextFile(path);
    const times = text.split(mutant.find).length - 1;
    if (times !== 1) {
      throw new StaleMutant(
        `${mutant.name}: its text is ${times} times in ${file}; mend the mutant in mutants.json`,
      );
    }
    await Deno.writeTextFile(path, text.replace(mutant.find, () => mutant.replace));
  }
  return { folder, sql, remove: () => remove(folder) };
}

async function migrations(find: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(new URL("migrations/", supabase))) {
    const file = `migrations/${name}`;
    if (
      name.endsWith(".sql") && (await Deno.readTextFile(new URL(file, supabase))).includes(find)
    ) {
      found.push(file);
    }
  }
  if (found.length === 0) throw new StaleMutant(`its text is in no migration: ${find}`);
  return found;
}
