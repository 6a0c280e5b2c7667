import { assertEquals, assertMatch } from "@std/assert";
import { fastFiles, shares } from "../../../scripts/test/fast-suite.ts";
import { isSelected, readOptions } from "../../../scripts/test/options.ts";
import { describeFailures, summaryLine } from "../../../scripts/test/report.ts";
import { count } from "../../../scripts/test/run-suite.ts";
import { findTestFiles, suiteOf } from "../../../scripts/test/suites.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** Writes test modules into a folder, runs them as a suite's process does, and returns counts and failures. */
async function runModules(modules: Record<string, string>, ...flags: string[]) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(modules)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const files = Object.keys(modules);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [
        "test",
        "--no-config",
        "--no-lock",
        "--no-check",
        "--junit-path=report.xml",
        ...flags,
        ...files,
      ],
      cwd: folder,
      stdout: "null",
      stderr: "null",
    }).output();
    const xml = await Deno.readTextFile(`${folder}/report.xml`);
    return { counts: count(xml, success), failures: describeFailures(xml) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const passing = `Deno.test("passes", () => {});`;
const failing = `Deno.test("fails < & >", () => { throw new Error("x"); });`;
const ignored = `Deno.test({ name: "ignored", ignore: true, fn() {} });`;

Deno.test("passing, failing and ignored tests → counted as such", async () => {
  const { counts, failures } = await runModules({ "a.test.ts": passing + failing + ignored });
  assertEquals(counts, { passed: 1, failed: 1, skipped: 1 });
  assertEquals(failures, ["./a.test.ts => fails < & >\n    Uncaught Error: x"]);
});

Deno.test("a test with steps → counts as its steps", async () => {
  const steps = `Deno.test("all", async (t) => {
    await t.step("one", () => {});
    await t.step("two", () => { throw new Error("x"); });
  });`;
  const { counts, failures } = await runModules({ "a.test.ts": steps });
  assertEquals(counts, { passed: 1, failed: 1, skipped: 0 });
  assertEquals(failures, ["./a.test.ts => all > two\n    Uncaught Error: x"]);
});

Deno.test("a test that fails beside its passing steps → counts as failed", async () => {
  const steps = `Deno.test("all", async (t) => {
    await t.step("one", () => {});
    throw new Error("x");
  });`;
  const { counts } = await runModules({ "a.test.ts": steps });
  assertEquals(counts, { passed: 1, failed: 1, skipped: 0 });
});

Deno.test("a module that cannot be loaded → one failure", async () => {
  const modules = { "a.test.ts": passing, "b.test.ts": `throw new Error("x");` };
  const { counts } = await runModules(modules);
  assertEquals(counts, { passed: 1, failed: 1, skipped: 0 });
});

Deno.test("tests that a filter leaves out → not counted", async () => {
  const { counts } = await runModules({ "a.test.ts": passing + failing }, "--filter=passes");
  assertEquals(counts, { passed: 1, failed: 0, skipped: 0 });
});

Deno.test("a runner that failed without a report → one failure", () => {
  assertEquals(count("", false), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("summary → skipped only where some were", () => {
  assertEquals(summaryLine({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
  assertEquals(summaryLine({ passed: 3, failed: 1, skipped: 2 }), "3 passed, 1 failed, 2 skipped");
});

Deno.test("every test file of the repository → belongs to a suite", async () => {
  assertEquals((await findTestFiles(root)).stray, []);
  assertEquals(suiteOf("tests/functions/database/a.test.ts"), "database");
  assertEquals(suiteOf("tests/functions/a.test.ts"), "functions");
  assertEquals(suiteOf("scripts/a.test.ts"), undefined);
});

Deno.test("quick tests → units and functions but the slow ones, shared out among workers", async () => {
  const { suites } = await findTestFiles(root);
  const files = fastFiles(suites);
  assertEquals(files.filter((file) => !/^tests\/(unit|functions)\//.test(file)), []);
  assertEquals(files.filter((file) => file.includes(".slow.")), []);
  for (const workers of [1, 2, 5]) {
    const shared = shares(files, workers);
    assertEquals(shared.length, workers);
    assertEquals(shared.flat().sort(), files.toSorted());
  }
  assertEquals(shares(["a.test.ts"], 2), [["a.test.ts"]]);
});

Deno.test("arguments → suites, paths and the runner's flags", () => {
  const args = ["--suite=unit,database", "--filter", "a b", "--fail-fast", "./tests/unit/"];
  assertEquals(readOptions(args), {
    suites: ["unit", "database"],
    behavior: "a",
    fast: false,
    paths: ["tests/unit"],
    flags: ["--filter=a b", "--fail-fast"],
  });
  assertEquals("error" in readOptions(["--suite", "none"]), true);
  for (const way of [["--behavior=both"], ["--behavior", "both"]]) {
    const options = readOptions(way);
    assertEquals("behavior" in options && options.behavior, "both");
  }
  assertEquals("error" in readOptions(["--behavior=c"]), true);
  assertEquals(isSelected("tests/unit/a.test.ts", ["tests/unit"]), true);
  assertEquals(isSelected("tests/units/a.test.ts", ["tests/unit"]), false);
});

Deno.test("deno task test where nothing runs → exit 1, and the closing line last", async () => {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "scripts/test.ts",
      "--suite=unit",
      "--filter=nothing has this title",
      "tests/unit/support",
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stderr: "null",
  }).output();
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  assertEquals(code, 1);
  assertEquals(lines.at(-1), "0 passed, 0 failed");
  assertMatch(lines.at(-2) ?? "", /counts as a failure/);
});
