import type { Finding } from "../finding.ts";
import type { Module } from "./read-imports.ts";

/** Where no file may import itself by way of others. */
const SCOPE = /^(scripts|supabase\/(functions|client))\//;

/** Finds circles: files that import each other, each told once, by its shortest way round from its first file. */
export function checkCircles(modules: readonly Module[]): Finding[] {
  const next = new Map(
    modules.filter(({ path }) => SCOPE.test(path)).map(({ path, imports }) => [path, imports]),
  );
  const told = new Set<string>();
  const findings: Finding[] = [];
  for (const path of [...next.keys()].sort()) {
    if (told.has(path)) continue;
    const circle = shortestWayRound(next, path);
    if (circle === undefined) continue;
    for (const file of circle) told.add(file);
    const line = next.get(path)!.find(({ to }) => to === circle[1])!.line;
    findings.push({ file: path, line, message: `imports itself: ${circle.join(" → ")}` });
  }
  return findings;
}

/** The shortest way from a file back to itself. */
function shortestWayRound(
  next: ReadonlyMap<string, Module["imports"]>,
  start: string,
): string[] | undefined {
  const before = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const { to } of next.get(path) ?? []) {
      if (to === undefined || before.has(to)) continue;
      before.set(to, path);
      if (to === start) return wayBack(before, start);
      queue.push(to);
    }
  }
  return undefined;
}

function wayBack(before: ReadonlyMap<string, string>, start: string): string[] {
  const way = [start];
  do way.unshift(before.get(way[0]!)!); while (way[0] !== start);
  return way;
}
