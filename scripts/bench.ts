/** Runs the benchmarks: `deno task bench`. */
import { parseArgs } from "node:util";
import { BENCHES } from "./bench/benches.ts";
import { runBench } from "./bench/run-bench.ts";
import { formatTable, type Row, toRows } from "./bench/table.ts";
import { answerHelp } from "./support/answer-help.ts";
import { printLine } from "./support/print-line.ts";

const usage = `Runs the benchmarks on this machine; everything stays on the loopback address.

  --only NAME   this one; may be repeated: ${BENCHES.map(({ name }) => name).join(", ")}
  --json FILE   writes the figures there too
  --help        this text

A goal that is missed is told in the table and does not make the command fail: figures depend on the machine.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { only: { type: "string", multiple: true }, json: { type: "string" } },
  });
  const names = BENCHES.map(({ name }) => name);
  const unknown = (values.only ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    printLine(`There is no benchmark called ${unknown.join(", ")}; there are ${names.join(", ")}.`);
    return 2;
  }
  const chosen = BENCHES.filter(({ name }) => values.only?.includes(name) ?? true);
  const rows: Row[] = [];
  const failed: string[] = [];
  for (const [index, bench] of chosen.entries()) {
    printLine(`${index + 1}/${chosen.length} ${bench.name} …`);
    try {
      rows.push(...toRows(bench, await runBench(bench.name)));
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
      `${JSON.stringify({ cores: navigator.hardwareConcurrency, load, rows, failed }, null, 2)}\n`,
    );
  }
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) {
  answerHelp(usage);
  Deno.exit(await main());
}
