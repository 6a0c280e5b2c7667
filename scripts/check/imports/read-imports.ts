import ts from "typescript";
import type { RepositoryFile } from "../repository-files.ts";

/** One import, re-export, `import()` or `import("…")` as a type: all of them count. */
export interface Import {
  readonly specifier: string;
  /** The file that it names, relative to the project's folder; undefined for a package. */
  readonly to: string | undefined;
  readonly line: number;
  /** Whether it takes types alone, so that nothing of it is there when the program runs. */
  readonly isTypeOnly: boolean;
}

/** A module, parsed, with what it imports. */
export interface Module {
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly imports: readonly Import[];
}

/** Parses the modules among some files. */
export function readModules(files: readonly RepositoryFile[]): Module[] {
  return files
    .filter(({ path }) => /^(supabase|scripts|tests)\/.*\.(ts|tsx|js|mjs)$/.test(path))
    .map(({ path, text }) => {
      const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
      return { path, source, imports: readImports(path, source) };
    });
}

/** The line of a node, counted from 1. */
export function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

function readImports(path: string, source: ts.SourceFile): Import[] {
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const literal = specifierOf(node);
    if (literal) {
      const specifier = literal.text;
      const to = specifier.startsWith(".")
        ? new URL(specifier, `file:///${path}`).pathname.slice(1)
        : undefined;
      imports.push({ specifier, to, line: lineOf(source, literal), isTypeOnly: isTypeOnly(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return imports;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly === true;
  return ts.isExportDeclaration(node) ? node.isTypeOnly : ts.isImportTypeNode(node);
}

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
