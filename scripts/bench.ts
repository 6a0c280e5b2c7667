/** Runs the benchmarks: `deno task bench`. */
import type { BenchResult } from "./bench/bench-result.ts";
import { BENCHES } from "./bench/benches.ts";
import { runBench } from "./bench/run-bench.ts";
import { formatTable, type Row, toRows } from "./bench/table.ts";
import { answerHelp } from "./support/answer-help.ts";
import { CommandError } from "./support/command-error.ts";
import { printLine } from "./support/print-line.ts";
import { readFlags } from "./support/read-flags.ts";

const usage = `Runs the benchmarks on this machine; everything stays on the loopback address.

  --only NAME   this one; may be repeated: ${BENCHES.map(({ name }) => name).join(", ")}
  --json FILE   writes the figures there too
  --assets N    growth, library: the size of the large library instead of a million
  --passes N    library: passes, the median of which is told, instead of 3
  --rounds N    library: how often a pass asks everything, instead of 20
  --help        this text

A goal that is missed is told in the table and does not make the command fail: figures depend on the machine.`;

const COUNTS = ["assets", "passes", "rounds"] as const;

async function main(): Promise<number> {
  const values = readFlags("bench", Deno.args, {
    only: { type: "string", multiple: true },
    json: { type: "string" },
    assets: { type: "string" },
    passes: { type: "string" },
    rounds: { type: "string" },
  });
  const names = BENCHES.map(({ name }) => name);
  const unknown = (values.only ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    printLine(`There is no benchmark called ${unknown.join(", ")}; there are ${names.join(", ")}.`);
    return 2;
  }
  for (const option of COUNTS) {
    if (values[option] !== undefined && !/^[1-9]\d{0,7}$/.test(values[option])) {
      printLine(`--${option} must be a whole number.`);
      return 2;
    }
  }
  const chosen = BENCHES.filter(({ name }) => values.only?.includes(name) ?? true);
  const rows: Row[] = [];
  const results: BenchResult[] = [];
  const failed: string[] = [];
  for (const [index, bench] of chosen.entries()) {
    printLine(`${index + 1}/${chosen.length} ${bench.name} …`);
    try {
      const args = COUNTS.flatMap((option) =>
        bench.options?.includes(option) && values[option] !== undefined
          ? [`--${option}`, values[option]]
          : []
      );
      const result = await runBench(bench.name, args);
      for (const line of result.table ?? []) printLine(line);
      rows.push(...toRows(bench, result));
      results.push(result);
    } catch (error) {
      failed.push(bench.name);
      printLine(`${bench.name} failed: ${error instanceof Error ? error.message : error}`);
    }
  }
  for (const line of formatTable(rows)) printLine(line);
  if (values.json !== undefined) {
    const load = Deno.loadavg();
    await Deno.writeTextFile(
      values.json,
      `${
        JSON.stringify(
          { cores: navigator.hardwareConcurrency, load, rows, results, failed },
          null,
          2,
        )
      }\n`,
    );
  }
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) {
  answerHelp(usage);
  try {
    Deno.exit(await main());
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    printLine(error.message);
    Deno.exit(error.exitCode);
  }
}
