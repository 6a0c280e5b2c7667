/** `.local/stack.json`: how other commands find the running stack. Further stacks of a clone have files beside it. */
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { StackInfo } from "./stack-info.ts";

/** Where the file of a clone's first stack is. */
export const stackFile = new URL("../../.local/stack.json", import.meta.url);

/**
 * Writes the file, readable by its owner only: it holds the stack's keys.
 *
 * @param file Written whoever's it is. Without it: `.local/stack.json`, or `.local/stack-<port>.json` while another
 *   stack of this clone runs.
 * @returns The file that was written.
 */
export async function writeStackFile(
  info: StackInfo,
  file?: URL,
  first: URL = stackFile,
): Promise<URL> {
  if (file) return await replace(info, file);
  if (await createWhole(info, first)) return first;
  const { port } = new URL(info.url);
  return await isOfRunningStack(first)
    ? await replace(info, new URL(`stack-${port}.json`, first))
    : await replace(info, first);
}

/**
 * Reads the file of the clone's first stack, or of another one where that has ended and one goes on.
 *
 * @returns null where no stack runs (or it was killed and left nothing).
 */
export async function readStackFile(file: URL = stackFile): Promise<StackInfo | null> {
  return await read(file) ?? await readOnlyOther(file);
}

/** Removes the file, unless it describes another stack. */
export async function removeStackFile(info: StackInfo, file: URL): Promise<void> {
  const found = await read(file).catch(() => null);
  if (found?.pid === info.pid && found.url === info.url) await Deno.remove(file);
}

/** Two stacks may start at once: whoever finds the file finds all of it. @returns Whether there was none before. */
async function createWhole(info: StackInfo, file: URL): Promise<boolean> {
  const partial = await writePartial(info, file);
  try {
    await Deno.link(fileURLToPath(partial), fileURLToPath(file));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  } finally {
    await Deno.remove(partial);
  }
}

async function replace(info: StackInfo, file: URL): Promise<URL> {
  // Renamed into place, because the mode of a file that exists would stay as it is.
  await Deno.rename(await writePartial(info, file), file);
  return file;
}

async function writePartial(info: StackInfo, file: URL): Promise<URL> {
  await Deno.mkdir(new URL(".", file), { recursive: true });
  const partial = new URL(`${file.href}.${crypto.randomUUID()}.partial`);
  await Deno.writeTextFile(partial, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
  return partial;
}

async function read(file: URL): Promise<StackInfo | null> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Null as well where there are several: nobody could tell which is meant. */
async function readOnlyOther(first: URL): Promise<StackInfo | null> {
  const folder = new URL(".", first);
  const others: URL[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (/^stack-\d+\.json$/.test(name)) others.push(new URL(name, folder));
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const running: URL[] = [];
  for (const file of others) if (await isOfRunningStack(file)) running.push(file);
  return running.length === 1 ? await read(running[0]!) : null;
}

/** A stack that was killed leaves its file; its process's id may be another's by now. */
async function isOfRunningStack(file: URL): Promise<boolean> {
  const info = await read(file).catch(() => null);
  if (info === null || !isRunning(info.pid)) return false;
  try {
    const response = await fetch(info.url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return true;
  } catch (error) {
    // Too busy to answer in time is running; refused is not.
    return (error as Error).name === "TimeoutError";
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}
