import ts from "typescript";
import type { Finding } from "../finding.ts";
import type { RepositoryFile } from "../repository-files.ts";
import { isClient } from "./client-rules.ts";
import { type Import, lineOf, type Module } from "./read-imports.ts";

const FUNCTIONS = "supabase/functions/";
/** The one file that may name the runtime's globals. */
const RUNTIME = `${FUNCTIONS}_shared/http/runtime.ts`;
const RUNTIME_GLOBALS = new Set(["Deno", "EdgeRuntime"]);

/** What functions may import of the layer `sync`. */
const SYNC_DOOR = `${FUNCTIONS}_shared/sync/bidirectional-sync-service.ts`;

/** Which layers a layer may import from, besides itself. */
const ALLOWED: Record<string, readonly string[]> = {
  function: ["sync", "cloudinary", "media", "http", "contract"],
  sync: ["cloudinary", "media", "http", "contract"],
  cloudinary: ["http", "contract"],
  media: ["http", "contract"],
  http: ["contract"],
  contract: [],
};

/** The packages that a layer may import, where that is limited: what clients read must stand on little. */
const PACKAGES: Record<string, readonly string[]> = { contract: ["zod"] };

/**
 * Checks who imports whom under `supabase/`: functions → sync → cloudinary, media; http serves all, and so does
 * contract, which stands on zod alone; nothing reaches into scripts or tests; packages come by the names that every
 * function's `deno.json` pins; `Deno` and `EdgeRuntime` are named in one file.
 */
export function checkFunctions(
  modules: readonly Module[],
  files: readonly RepositoryFile[],
): Finding[] {
  const pinned = pinnedNames(files);
  return modules.filter(({ path }) => path.startsWith("supabase/")).flatMap((module) => [
    ...module.imports.flatMap((imported) => {
      if (isClient(module.path) || (imported.to !== undefined && isClient(imported.to))) return [];
      const message = checkImport(module.path, imported, pinned);
      return message === undefined ? [] : [{ file: module.path, line: imported.line, message }];
    }),
    ...checkGlobals(module),
  ]);
}

/** The names in the import map of each function's `deno.json`. */
function pinnedNames(files: readonly RepositoryFile[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    const name = /^supabase\/functions\/([^/]+)\/deno\.json$/.exec(path)?.[1];
    if (name !== undefined) names.set(name, new Set(Object.keys(JSON.parse(text).imports ?? {})));
  }
  return names;
}

/** Where the runtime's globals are named outside the file that may name them. */
function checkGlobals({ path, source }: Module): Finding[] {
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && RUNTIME_GLOBALS.has(node.text)) {
      const message = `${node.text} may be named only in ${RUNTIME}`;
      findings.push({ file: path, line: lineOf(source, node), message });
    }
    ts.forEachChild(node, visit);
  };
  if (path !== RUNTIME) visit(source);
  return findings;
}

/** @returns What is wrong with an import of the file `from`, if anything is. */
function checkImport(
  from: string,
  { specifier, to }: Import,
  pinned: Map<string, Set<string>>,
): string | undefined {
  const packages = PACKAGES[layerOf(from)?.layer ?? ""];
  if (packages !== undefined && to === undefined && !packages.includes(specifier)) {
    return `${layerOf(from)!.folder} may import no package but ${packages.join(", ")}`;
  }
  if (specifier.startsWith("node:")) return undefined;
  if (/^[a-z]+:/.test(specifier) || specifier.startsWith("/")) {
    return `"${specifier}" bypasses the import map`;
  }
  if (to === undefined) {
    const without = [...pinned].filter(([, names]) => !names.has(specifier)).map(([name]) => name);
    return without.length === 0
      ? undefined
      : `"${specifier}" is not in the deno.json of ${without.join(", ")}`;
  }
  if (!to.startsWith("supabase/")) return `"${specifier}" leads out of supabase/`;
  const [source, target] = [layerOf(from), layerOf(to)];
  if (source === undefined || target === undefined) return undefined;
  if (source.folder === target.folder) return undefined;
  if (source.layer === "function" && target.layer === "sync" && to !== SYNC_DOOR) {
    return `${source.folder} may import of _shared/sync only ${SYNC_DOOR}`;
  }
  if (ALLOWED[source.layer]?.includes(target.layer)) return undefined;
  return `${source.folder} may not import from ${target.folder}`;
}

/** The layer of a file under `supabase/functions`, and the folder it stands for. */
function layerOf(path: string): { layer: string; folder: string } | undefined {
  if (!path.startsWith(FUNCTIONS)) return undefined;
  const [first = "", second = ""] = path.slice(FUNCTIONS.length).split("/");
  if (first !== "_shared") return { layer: "function", folder: first };
  return { layer: second, folder: `_shared/${second}` };
}
