/** `.local/stack.json`: how other commands find the running stack. */
import type { StackInfo } from "./stack-info.ts";

/** Where the file is unless a command is told another place. */
export const stackFile = new URL("../../.local/stack.json", import.meta.url);

/** Writes the file, readable by its owner only: it holds the stack's keys. */
export async function writeStackFile(info: StackInfo, file: URL = stackFile): Promise<void> {
  await Deno.mkdir(new URL(".", file), { recursive: true });
  // Removed first, because the mode of a file that exists would stay as it is.
  await removeStackFile(file, () => true);
  await Deno.writeTextFile(file, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
}

/**
 * Reads the file.
 *
 * @returns null where no stack runs (or it was killed and left nothing).
 */
export async function readStackFile(file: URL = stackFile): Promise<StackInfo | null> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Removes the file, unless it describes the stack of another process. */
export async function removeStackFile(
  file: URL = stackFile,
  isOurs: (info: StackInfo) => boolean = (info) => info.pid === Deno.pid,
): Promise<void> {
  const info = await readStackFile(file);
  if (info && isOurs(info)) await Deno.remove(file);
}
