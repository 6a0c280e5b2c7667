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

/** The most memory that a process has held at once, in MB. */
export async function peakMemoryMb(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_000;
}
