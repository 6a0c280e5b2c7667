/** The simulator's own properties; its runs are `deno task simulate`. */
import { assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);

/** Runs the simulator in a process of its own, and returns its last run's trace. */
async function traceOf(...options: string[]): Promise<string> {
  const file = await Deno.makeTempFile();
  try {
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-all",
        decodeURIComponent(new URL("scripts/simulate.ts", root).pathname),
        "--ops=30",
        "--shorten=0",
        "--failures=0",
        `--trace=${file}`,
        ...options,
      ],
      stdout: "null",
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    return await Deno.readTextFile(file);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("a seed played alone, and after others → the same trace, byte for byte", async () => {
  const alone = await traceOf("--seed=12", "--seeds=1");
  const after = await traceOf("--seed=11", "--seeds=2");
  assertEquals(alone.length > 1_000, true, alone);
  assertEquals(after, alone);
});
