import type { Finding } from "../finding.ts";
import { bodyQueries, type SqlFile, SqlSyntaxError, type Statement } from "./sql-file.ts";
import { nameOf, type Tree, walkTree } from "./tree.ts";

/** PostgreSQL's that we might call. */
const BUILT_IN = ["clock_timestamp", "timeofday", "random", "gen_random_uuid", "nextval"];

/** Names of functions that may give something else with each call: PostgreSQL's, and our own. */
export function volatileFunctions(files: SqlFile[]): Set<string> {
  const own = files.flatMap(({ statements }) => statements)
    .filter(({ kind, text }) =>
      kind === "CreateFunctionStmt" && !/^(stable|immutable)$/m.test(text)
    )
    .map(({ tree }) => nameOf(tree.funcname));
  return new Set([...BUILT_IN, ...BUILT_IN.map((name) => `pg_catalog.${name}`), ...own]);
}

/**
 * A condition calls nothing volatile: it would be asked again for each row, and no index would serve it. A constant of
 * the function, or a select of its own, is asked once.
 */
export function checkConditions(
  { path, statements }: SqlFile,
  volatile: ReadonlySet<string>,
): Finding[] {
  const findings: Finding[] = [];
  for (const statement of statements) {
    const { tree, line } = statement;
    const report = (message: string) => findings.push({ file: path, line, message });
    try {
      for (const called of volatileConditions(statement, volatile)) {
        report(
          `${
            nameOf(tree.funcname)
          } calls ${called}() in a condition, for each row anew: take (select …)`,
        );
      }
    } catch (error) {
      if (!(error instanceof SqlSyntaxError)) throw error;
      report(`the body of ${nameOf(tree.funcname)}: ${error.message}`);
    }
  }
  return findings;
}

function volatileConditions(statement: Statement, volatile: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const inspect = (condition: Tree) =>
    walkTree(condition, (key, node) => {
      if (key === "SubLink") return false;
      const name = key === "FuncCall" ? nameOf(node.funcname) : "";
      if (volatile.has(name)) found.add(name);
    });
  for (const query of bodyQueries(statement)) {
    walkTree(query, (key, node) => {
      if (key === "whereClause" || key === "quals") inspect(node);
    });
  }
  return found;
}
