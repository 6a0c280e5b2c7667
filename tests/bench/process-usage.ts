/** CPU time and memory of another process, from Linux's /proc. */

/** Clock ticks a second in /proc: 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

/**
 * CPU time that a process has used so far, in seconds, in user and kernel mode together.
 *
 * @throws Deno.errors.NotFound when there is no such process, or no /proc.
 */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The name, in parentheses, may hold spaces: utime and stime are the 12th and 13th fields after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/**
 * CPU time that this process and all that it started have used so far, in seconds; of those that have ended as far as
 * whoever started them has noticed.
 */
export async function cpuSecondsOfAll(): Promise<number> {
  const parents = new Map<number, { parent: number; seconds: number }>();
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // It may end while it is read.
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => null);
    if (stat === null) continue;
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    parents.set(Number(name), { parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND });
  }
  const isOurs = (pid: number): boolean =>
    pid === Deno.pid || (parents.has(pid) && isOurs(parents.get(pid)!.parent));
  return [...parents].reduce((sum, [pid, { seconds }]) => isOurs(pid) ? sum + seconds : sum, 0);
}

/** The most memory that a process has held at once, in MB. */
export async function peakMemoryMb(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_000;
}
