/**
 * Sends a signal to every process of a group. A group that has already ended is no error.
 *
 * @param group Process id of the group's first process.
 */
export function signalGroup(group: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    Deno.kill(-group, signal);
  } catch (error) {
    // "No such process" comes as NotFound or as a plain error, depending on the system.
    if (!(error instanceof Deno.errors.NotFound) && !/ESRCH|No such process/.test(String(error))) {
      throw error;
    }
  }
}

/**
 * The command lines of a group's processes that still run. Empty where there is no `/proc`.
 *
 * @param group Process id of the group's first process.
 */
export async function processesOf(group: number): Promise<string[]> {
  const found: string[] = [];
  if (Deno.build.os !== "linux") return found;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readProcess(`/proc/${name}/stat`);
    // The fields follow the command in parentheses: state, parent, process group.
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(processGroup) !== group || state === "Z" || state === "X") continue;
    const command = await readProcess(`/proc/${name}/cmdline`);
    found.push(`${name} ${command.replaceAll("\0", " ").trim().slice(0, 100)}`);
  }
  return found;
}

/** Empty for a process that has ended meanwhile. */
async function readProcess(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}
