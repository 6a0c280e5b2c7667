/**
 * The functions as they are, and one more beside them, for what a benchmark compares them with.
 *
 * @param name The further function's name; it gets the dependencies of `like`.
 * @param source The text of its `index.ts`.
 * @returns A folder of functions, for the caller to remove.
 */
export async function functionsBeside(
  name: string,
  source: string,
  like: "webhook" | "media-list" | "sync",
): Promise<{ root: string; directory: URL }> {
  const root = await Deno.makeTempDir({ prefix: "media-sync-bench-" });
  const directory = new URL(`file://${root}/functions/`);
  await copyFolder(new URL("../../supabase/functions/", import.meta.url), directory);
  await Deno.mkdir(new URL(`${name}/`, directory));
  await Deno.writeTextFile(new URL(`${name}/index.ts`, directory), source);
  await Deno.copyFile(
    new URL(`${like}/deno.json`, directory),
    new URL(`${name}/deno.json`, directory),
  );
  return { root, directory };
}

async function copyFolder(from: URL, to: URL): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(new URL(`${name}/`, from), new URL(`${name}/`, to));
    else if (isFile) await Deno.copyFile(new URL(name, from), new URL(name, to));
  }
}
