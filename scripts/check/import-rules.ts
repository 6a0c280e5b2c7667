import ts from "typescript";
import type { Finding } from "./finding.ts";
import type { RepositoryFile } from "./repository-files.ts";

const FUNCTIONS = "supabase/functions/";
/** The one file that may name the runtime's globals. */
const RUNTIME = `${FUNCTIONS}_shared/http/runtime.ts`;
const RUNTIME_GLOBALS = new Set(["Deno", "EdgeRuntime"]);

/** What functions may import of the layer `sync`. */
const SYNC_DOOR = `${FUNCTIONS}_shared/sync/bidirectional-sync-service.ts`;

/** Which layers a layer may import from, besides itself. */
const ALLOWED: Record<string, readonly string[]> = {
  function: ["sync", "cloudinary", "media", "http"],
  sync: ["cloudinary", "media", "http"],
  cloudinary: ["http"],
  media: ["http"],
  http: [],
};

/**
 * Checks who imports whom under `supabase/`: functions → sync → cloudinary, media; http is a leaf for all;
 * nothing reaches into scripts or tests; packages come by the names that every function's `deno.json` pins;
 * `Deno` and `EdgeRuntime` are named in one file.
 *
 * @param files The repository's files.
 * @returns What breaks a rule; empty when nothing does.
 */
export function checkImportRules(files: RepositoryFile[]): Finding[] {
  const pinned = pinnedNames(files);
  return files
    .filter(({ path }) => path.startsWith("supabase/") && /\.(ts|tsx|js|mjs)$/.test(path))
    .flatMap((file) => checkFile(file, pinned));
}

/** The names in the import map of each function's `deno.json`. */
function pinnedNames(files: RepositoryFile[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    const name = /^supabase\/functions\/([^/]+)\/deno\.json$/.exec(path)?.[1];
    if (name !== undefined) names.set(name, new Set(Object.keys(JSON.parse(text).imports ?? {})));
  }
  return names;
}

function checkFile(file: RepositoryFile, pinned: Map<string, Set<string>>): Finding[] {
  const findings: Finding[] = [];
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const report = (node: ts.Node, message: string) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    findings.push({ file: file.path, line, message });
  };
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier) {
      const message = checkSpecifier(file.path, specifier.text, pinned);
      if (message) report(specifier, message);
    }
    if (ts.isIdentifier(node) && RUNTIME_GLOBALS.has(node.text) && file.path !== RUNTIME) {
      report(node, `${node.text} may be named only in ${RUNTIME}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return findings;
}

/** The specifier of an import, a re-export, `import()` or `import("…")` as a type. */
function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  const candidate = ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
    ? node.moduleSpecifier
    : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
    ? node.arguments[0]
    : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
    ? node.argument.literal
    : undefined;
  return candidate && ts.isStringLiteralLike(candidate) ? candidate : undefined;
}

/** @returns What is wrong with importing `specifier` from `from`, if anything is. */
function checkSpecifier(
  from: string,
  specifier: string,
  pinned: Map<string, Set<string>>,
): string | undefined {
  if (specifier.startsWith("node:")) return undefined;
  if (/^[a-z]+:/.test(specifier) || specifier.startsWith("/")) {
    return `"${specifier}" bypasses the import map`;
  }
  if (!specifier.startsWith(".")) {
    const without = [...pinned].filter(([, names]) => !names.has(specifier)).map(([name]) => name);
    return without.length === 0
      ? undefined
      : `"${specifier}" is not in the deno.json of ${without.join(", ")}`;
  }
  const to = new URL(specifier, `file:///${from}`).pathname.slice(1);
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
