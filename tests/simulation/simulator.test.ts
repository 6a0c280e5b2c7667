/** The simulator's own properties, a bounded number of its runs, and the runs that once failed. */
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { effort } from "../support/effort.ts";

const root = new URL("../../", import.meta.url);
/** Runs in the suite: `SIMULATION_SEEDS=500` makes them more. */
const seeds = Number(Deno.env.get("SIMULATION_SEEDS") ?? effort(8, 50));

/** Runs the simulator in a process of its own, because it replaces the process's clock and network. */
async function simulator(...options: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-all",
      decodeURIComponent(new URL("scripts/simulate.ts", root).pathname),
      ...options,
    ],
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout);
}

/** The trace of the last run. */
async function traceOf(...options: string[]): Promise<string> {
  const file = await Deno.makeTempFile();
  try {
    await simulator("--ops=30", "--shorten=0", "--failures=0", `--trace=${file}`, ...options);
    return await Deno.readTextFile(file);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("a seed played alone, and after others → the same trace, byte for byte", async () => {
  const alone = await traceOf("--seed=12", "--seeds=1");
  const after = await traceOf("--seed=11", "--seeds=2");
  assertMatch(alone, /QUIET/);
  assertEquals(after, alone);
});

Deno.test(`${seeds} runs of random people and faults → no invariant is broken`, async () => {
  assertMatch(await simulator(`--seeds=${seeds}`, "--shorten=30"), /, 0 broken, /);
});

Deno.test("seeds shared among processes → each is played once, and one line tells of all", async () => {
  const said = await simulator("--seed=12", "--seeds=3", "--ops=5", "--shorten=0", "--jobs=2");
  const lines = said.trimEnd().split("\n");
  assertEquals(lines.map((line) => line.match(/^seed \d+/)?.[0] ?? "").sort(), [
    "",
    "seed 12",
    "seed 13",
    "seed 14",
  ]);
  assertMatch(lines.at(-1)!, /^3 seeds, 15 acts, \d+ messages, 0 broken, /);
});

Deno.test("figures shared among processes → their sum, with every operation on both sides", async () => {
  const said = await simulator("--figures=2", "--seed=7", "--jobs=2");
  const [, operations, atFirstTick, afterReconcile] = said.trimEnd().split("\n").at(-1)!.match(
    /^2 runs, (\d+) operations: (\d+) .* at the first tick after the faults, (\d+) /,
  ) ?? [];
  assertNotEquals(operations, undefined);
  assertEquals(atFirstTick, operations);
  assertEquals(afterReconcile, operations);
});

Deno.test("runs that once failed → only those fail that are known to", async () => {
  const folder = new URL("./simulator/regressions/", import.meta.url);
  const known = await Deno.readTextFile(new URL("known-failures.txt", folder));
  const said = await simulator(`--plan=${decodeURIComponent(folder.pathname)}`);
  const broken = [...said.matchAll(/^BROKEN (\S+)/gm)].map(([, name]) => name);
  assertEquals(broken, known.split("\n").filter((line) => line !== ""));
});

for (
  const [flag, said] of [
    ["--seeds=many", /--seeds takes a whole number from 1 to /],
    ["--seeds=0", /--seeds takes a whole number from 1 to /],
    ["--wat", /--wat/],
  ] as const
) {
  Deno.test(`simulate ${flag} → exit 2 and what it takes, not a run of nothing`, async () => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", new URL("scripts/simulate.ts", root).href, flag],
    }).output();
    assertEquals(code, 2);
    assertMatch(new TextDecoder().decode(stdout), said);
    assertMatch(new TextDecoder().decode(stdout), /deno task simulate --help/);
  });
}
