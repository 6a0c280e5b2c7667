import type { BenchResult } from "./bench-result.ts";
import type { Bench } from "./benches.ts";

/** One figure of a benchmark, as the table and the JSON show it. */
export interface Row {
  bench: string;
  figure: string;
  value: number | string;
  unit: string;
  goal: string;
  /** Null where there is no goal. */
  met: boolean | null;
}

const UNITS: Record<string, string> = { ms: "ms", s: "s", mb: "MB" };

/** The rows of one result. The unit is the figure's last word, where that is one. */
export function toRows(bench: Pick<Bench, "name" | "goals">, result: BenchResult): Row[] {
  return Object.entries(result.figures).map(([figure, value]) => {
    const goal = bench.goals[figure];
    const unit = /_per_(cpu_)?s$/.test(figure)
      ? "1/s"
      : UNITS[figure.split("_").at(-1) ?? ""] ?? "";
    if (goal === undefined) return { bench: bench.name, figure, value, unit, goal: "", met: null };
    const met = goal.compare === "at least"
      ? Number(value) >= goal.value
      : Number(value) <= goal.value;
    return { bench: bench.name, figure, value, unit, goal: `${goal.compare} ${goal.value}`, met };
  });
}

/** The rows as lines of text, in columns. */
export function formatTable(rows: Row[]): string[] {
  const cells = rows.map(({ bench, figure, value, unit, goal, met }) => [
    bench,
    figure,
    typeof value === "number" ? formatNumber(value) : value,
    unit,
    met === null ? "" : `${goal}: ${met ? "met" : "missed"}`,
  ]);
  const table = [["name", "figure", "value", "unit", "goal"], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((line) => line[column]!.length))
  );
  return table.map((line) =>
    line.map((cell, column) =>
      column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
    ).join("  ").trimEnd()
  );
}

function formatNumber(value: number): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100
    ? 0
    : Math.abs(value) >= 10
    ? 1
    : 2;
  return value.toFixed(digits);
}
