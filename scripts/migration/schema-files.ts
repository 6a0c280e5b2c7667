/** The schema files: what the database is meant to be, applied in the order of their paths. */

/** A text file, named as the repository names it. */
export interface NamedText {
  /** Relative to the project's folder, with `/`. */
  path: string;
  text: string;
}

const FOLDER = "supabase/schemas/";

/**
 * The schema files among others, in the order in which they are applied: sorted by path, character by character.
 *
 * @param files Any files of the repository.
 */
export function schemaFiles<File extends NamedText>(files: readonly File[]): File[] {
  return files
    .filter(({ path }) => path.startsWith(FOLDER) && path.endsWith(".sql"))
    .sort((left, right) => left.path < right.path ? -1 : 1);
}

/**
 * Reads the schema files of a project's folder.
 *
 * @param root The project's folder. Default: this one.
 * @returns As {@linkcode schemaFiles} orders them.
 */
export async function readSchemaFiles(
  root: URL = new URL("../../", import.meta.url),
): Promise<NamedText[]> {
  const files: NamedText[] = [];
  async function readFolder(folder: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
      const path = `${folder}${name}`;
      if (isDirectory) await readFolder(`${path}/`);
      else files.push({ path, text: await Deno.readTextFile(new URL(path, root)) });
    }
  }
  await readFolder(FOLDER);
  return schemaFiles(files);
}

/** One text that applies all schema files; each is preceded by its path. */
export function schemaText(files: readonly NamedText[]): string {
  return files
    .map(({ path, text }) => `-- ${path}\n\n${text.trim()}\n`)
    .join("\n");
}
