import type { Finding } from "../finding.ts";
import type { Module } from "./read-imports.ts";

/** Folders that must do without each other, however far the way between them is. */
const APART: readonly (readonly [from: string, to: string, why: string])[] = [
  ["scripts/setup/", "scripts/local/", "an installation needs no local stack"],
  ["scripts/uninstall/", "scripts/local/", "taking an installation away needs no local stack"],
  ["scripts/into/", "scripts/local/", "an installation needs no local stack"],
  ["scripts/ledger/", "scripts/local/", "an installation needs no local stack"],
  ["scripts/bundle/", "scripts/local/", "an installation bundles, and needs no local stack"],
  ["scripts/local/realtime/", "scripts/cloudinary-emulator/", "Realtime knows the database alone"],
  [
    "scripts/local/realtime/",
    "scripts/local/sql-editor/",
    "the stack's parts know nothing of each other",
  ],
  [
    "scripts/local/sql-editor/",
    "scripts/local/realtime/",
    "the stack's parts know nothing of each other",
  ],
  ["scripts/local/", "scripts/demo/", "the stack stands without what is shown on it"],
  ["scripts/sync/", "scripts/demo/", "what both need stands in scripts/support"],
];

/** `scripts/` never imports from `tests/`, and some of its folders do without each other. */
export function checkScripts(modules: readonly Module[]): Finding[] {
  const findings: Finding[] = [];
  for (const { path, imports } of modules) {
    for (const { to, line } of imports) {
      if (path.startsWith("scripts/") && to?.startsWith("tests/")) {
        findings.push({ file: path, line, message: "scripts/ may not import from tests/" });
      }
    }
  }
  const byPath = new Map(modules.map((module) => [module.path, module]));
  for (const [from, to, why] of APART) {
    for (const { path, imports } of modules.filter(({ path }) => path.startsWith(from))) {
      for (const { to: first, line } of imports) {
        const way = first && findWay(byPath, first, from, to);
        if (way) {
          const message = `${from} may not reach ${to}: ${why} (${way.join(" → ")})`;
          findings.push({ file: path, line, message });
        }
      }
    }
  }
  return findings;
}

/** The files from one to the first in a folder; a way that goes on inside `home` is told by the file where it leaves. */
function findWay(
  modules: ReadonlyMap<string, Module>,
  start: string,
  home: string,
  folder: string,
): string[] | undefined {
  const seen = new Set([start]);
  const ways = [[start]];
  for (const way of ways) {
    const last = way.at(-1)!;
    if (last.startsWith(folder)) return way;
    if (last.startsWith(home)) continue;
    for (const { to } of modules.get(last)?.imports ?? []) {
      if (to === undefined || seen.has(to)) continue;
      seen.add(to);
      ways.push([...way, to]);
    }
  }
  return undefined;
}
