import { loadModule, parsePlPgSQLSync, parseSync, scanSync, type ScanToken } from "libpg-query";
import type { RepositoryFile } from "../repository-files.ts";
import { type Tree, walkTree } from "./tree.ts";

// The parser is PostgreSQL's own, compiled to WebAssembly.
await loadModule();

/** One statement of a file. */
export interface Statement {
  /** What it is, in the parser's words: `CreateStmt`, `CreateFunctionStmt`, … */
  kind: string;
  tree: Tree;
  text: string;
  /** The line on which it begins, counted from 1. */
  line: number;
}

/** A file's SQL, as PostgreSQL reads it. */
export interface SqlFile {
  path: string;
  lines: string[];
  /** Words, literals and comments; those of function bodies too. */
  tokens: { text: string; line: number; isKeyword: boolean; isLiteral: boolean }[];
  statements: Statement[];
}

/** PostgreSQL cannot read a file. */
export class SqlSyntaxError extends Error {
  override name = "SqlSyntaxError";
  constructor(message: string, readonly line: number) {
    super(message);
  }
}

/**
 * Reads a file; lines with psql's own commands (`\ir …`) count as empty.
 *
 * @throws SqlSyntaxError
 */
export function readSqlFile({ path, text }: RepositoryFile): SqlFile {
  const source = new Source(text.replace(/^\\.*$/gm, ""));
  let parsed;
  try {
    parsed = parseSync(source.text);
  } catch (error) {
    throw syntaxError(error, source);
  }
  const statements = (parsed.stmts ?? []).map(({ stmt, stmt_location = 0, stmt_len }) => {
    const all = source.slice(stmt_location, stmt_len && stmt_location + stmt_len);
    const [kind, tree] = Object.entries(stmt ?? {})[0] as [string, Tree];
    // Comments before a statement belong to it.
    const before = /^(?:\s+|--.*)*/.exec(all)![0];
    return {
      kind,
      tree,
      text: all.slice(before.length),
      line: source.lineAt(stmt_location) + before.split("\n").length - 1,
    };
  });
  return { path, lines: text.split("\n"), tokens: readTokens(source, 0), statements };
}

/**
 * The queries of a function's body, as trees.
 *
 * @throws SqlSyntaxError
 */
export function bodyQueries({ kind, tree, text }: Statement): Tree[] {
  if (kind !== "CreateFunctionStmt") return [];
  const language = /\blanguage\s+(\w+)/.exec(text)?.[1];
  if (language === "sql") return [parseBody(functionBody(tree))];
  if (language !== "plpgsql") return [];
  const queries: Tree[] = [];
  walkTree(parsePlpgsql(text), (key, node) => {
    if (key !== "PLpgSQL_expr") return;
    const { query, parseMode } = node as unknown as { query: string; parseMode: number };
    // Mode 0 is a statement, 2 an expression; the others are assignments.
    if (parseMode === 0) queries.push(parseBody(query));
    else queries.push(parseBody(`select ${query.replace(/^[\w."\[\]]+\s*:?=(?!=)/, "")}`));
  });
  return [...queries, ...queries.flatMap(builtQueries)];
}

/** What a query hands to `execute` as text, as far as it is a whole query but for the places that format() fills. */
function builtQueries(query: Tree): Tree[] {
  const built: Tree[] = [];
  walkTree(query, (key, { sval }) => {
    const text = key === "A_Const" ? String((sval as unknown as Tree | undefined)?.sval ?? "") : "";
    if (!/^\s*(select|with|insert|update|delete)\s/.test(text)) return;
    try {
      built.push(parseBody(text.replace(/%(\d+\$)?[ILs]/g, "_")));
    } catch (error) {
      // A sentence that begins so, or a query of which format() fills in more than names.
      if (!(error instanceof SqlSyntaxError)) throw error;
    }
  });
  return built;
}

/** The text between the quotes of a function's body. */
export function functionBody(tree: Tree): string {
  const body: string[] = [];
  walkTree(tree.options, (key, node) => {
    if (key !== "DefElem" || node.defname !== "as") return;
    walkTree(node, (inner, { sval }) => {
      if (inner === "String") body.push(String(sval));
    });
  });
  return body.join("");
}

function parseBody(text: string): Tree {
  try {
    return parseSync(text) as unknown as Tree;
  } catch (error) {
    throw new SqlSyntaxError(error instanceof Error ? error.message : String(error), 1);
  }
}

function parsePlpgsql(text: string): Tree {
  try {
    return parsePlPgSQLSync(text) as unknown as Tree;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Without a database it takes a variable of a composite type for a record.
    if (message.startsWith("record variable cannot be part")) return {};
    throw new SqlSyntaxError(message, 1);
  }
}

/** Dollar-quoted text is code, and read like the rest. */
function readTokens(source: Source, depth: number): SqlFile["tokens"] {
  const tokens: SqlFile["tokens"] = [];
  for (const token of scan(source)) {
    const text = source.slice(token.start, token.end);
    const line = source.lineAt(token.start);
    const quoted = /^(\$\w*\$)([^]*)\1$/.exec(text);
    if (quoted && depth < 2) {
      // format() fills in %I and %L; they are no words.
      const inner = readTokens(new Source(quoted[2]!.replace(/%(\d+\$)?[IL]/g, "%_")), depth + 1);
      tokens.push(...inner.map((token) => ({ ...token, line: token.line + line - 1 })));
    } else {
      tokens.push({
        text,
        line,
        isKeyword: token.keywordKind !== 0,
        isLiteral: token.tokenName === "SCONST" || token.tokenName.endsWith("COMMENT"),
      });
    }
  }
  return tokens;
}

function scan(source: Source): ScanToken[] {
  try {
    return scanSync(source.text).tokens;
  } catch {
    // A quoted text that is no SQL: a pattern, a message.
    return [];
  }
}

function syntaxError(error: unknown, source: Source): SqlSyntaxError {
  const { message, sqlDetails } = error as Error & { sqlDetails?: { cursorPosition: number } };
  return new SqlSyntaxError(message, source.lineAt(sqlDetails?.cursorPosition ?? 0));
}

/** The parser counts bytes. */
class Source {
  readonly #bytes: Uint8Array;
  /** Where lines end. */
  readonly #ends: number[] = [];
  constructor(readonly text: string) {
    this.#bytes = new TextEncoder().encode(text);
    this.#bytes.forEach((byte, offset) => byte === 10 && this.#ends.push(offset));
  }
  slice(start: number, end?: number): string {
    return new TextDecoder().decode(this.#bytes.subarray(start, end));
  }
  lineAt(offset: number): number {
    const end = this.#ends.findIndex((end) => end >= offset);
    return (end === -1 ? this.#ends.length : end) + 1;
  }
}
