import type { Finding } from "../finding.ts";
import { functionBody, type SqlFile } from "./sql-file.ts";
import { nameOf, type Tree, walkTree } from "./tree.ts";

/** Longest body of a function, in lines. */
const MAX_BODY = 100;

/** A function is found by its own names only, and can be read at one sitting. */
export function checkFunctions({ path, statements }: SqlFile): Finding[] {
  const findings: Finding[] = [];
  for (const { kind, tree, line } of statements) {
    if (kind !== "CreateFunctionStmt") continue;
    const name = nameOf(tree.funcname);
    const report = (message: string) => findings.push({ file: path, line, message });
    if (tree.replace !== true) report(`${name} is made without "or replace"`);
    if (searchPath(tree) !== "") report(`${name} does not set search_path = ''`);
    const lines = functionBody(tree).trim().split("\n").length;
    if (lines > MAX_BODY) {
      report(`the body of ${name} has ${lines} lines, more than ${MAX_BODY}`);
    }
  }
  return findings;
}

/** @returns Undefined where it is not set, or to more than one schema. */
function searchPath(tree: Tree): string | undefined {
  let found: string | undefined;
  walkTree(tree.options, (key, node) => {
    if (key !== "VariableSetStmt" || node.name !== "search_path") return;
    const [value, ...others] = node.args as { A_Const?: { sval?: { sval?: string } } }[];
    if (others.length === 0) found = value?.A_Const?.sval?.sval;
  });
  return found;
}
