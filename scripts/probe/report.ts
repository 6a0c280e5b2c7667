import type { Behavior } from "./facts.ts";
import type { Finding } from "./finding.ts";

/** The table: fact → this account. */
export function describeFindings(findings: readonly Finding[]): string[] {
  const rows = findings.map(({ name, value, seen }) => [
    name,
    value === undefined ? "-" : String(value),
    seen.replace(/\s+/g, " ").slice(0, 80),
  ]);
  const widths = [0, 1].map((column) =>
    Math.max(...[["fact", "this account"], ...rows].map((row) => row[column]!.length))
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd();
  return [line(["fact", "this account", "seen"]), ...rows.map(line)];
}

/** What was found out, as the emulator's `PUT /_emulator/behavior` takes it. */
export function toBehavior(findings: readonly Finding[]): Partial<Behavior> {
  return Object.fromEntries(
    findings.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]),
  );
}
