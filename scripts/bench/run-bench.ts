import type { BenchResult } from "./bench-result.ts";

const root = new URL("../../", import.meta.url).pathname;

/**
 * Runs a benchmark in a process of its own, so that none measures what another has left behind.
 *
 * @param args What its program is told.
 * @throws Error when it fails; what it said stands on stderr
 */
export async function runBench(name: string, args: string[] = []): Promise<BenchResult> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", `tests/bench/${name}.bench.ts`, ...args],
    cwd: root,
    stdin: "null",
    stderr: "inherit",
  }).output();
  const [, result] = /^RESULT (.*)$/m.exec(new TextDecoder().decode(stdout)) ?? [];
  if (code !== 0 || result === undefined) throw new Error(`it ended with ${code}`);
  return JSON.parse(result);
}
