import type { Finding } from "../finding.ts";
import type { SqlFile, Statement } from "./sql-file.ts";
import { nameOf, type Tree, walkTree } from "./tree.ts";

/** Who must not inherit a right on what we make. */
const NOBODY = ["public", "anon", "authenticated"];

/**
 * What stands beside each object, in its file: a comment, rights that are taken before they are given, for a table also
 * a comment on each column and row level security. Names are qualified, and policies named as sentences.
 *
 * @param files The schema files, in the order in which they are applied.
 */
export function checkObjects(files: SqlFile[]): Finding[] {
  const findings: Finding[] = [];
  const revoked = new Set<string>();
  for (const { path, statements } of files) {
    for (const [index, statement] of statements.entries()) {
      const { kind, tree, line } = statement;
      if (kind === "GrantStmt" && tree.is_grant !== true) {
        for (const key of objectKeys(tree.objects)) revoked.add(key);
      }
      for (const message of findProblems(statement, statements.slice(index + 1), revoked)) {
        findings.push({ file: path, line, message });
      }
    }
  }
  return findings;
}

function findProblems(
  { kind, tree }: Statement,
  after: Statement[],
  revoked: ReadonlySet<string>,
): string[] {
  switch (kind) {
    case "CreateFunctionStmt": {
      const key = functionKey(tree.funcname, inputTypes(tree.parameters));
      return objectProblems(nameOf(tree.funcname), key, after);
    }
    case "CreateStmt": {
      const name = relationName(tree.relation);
      return [...objectProblems(name, name, after), ...tableProblems(name, tree, after)];
    }
    case "CompositeTypeStmt":
      return unqualified(relationName(tree.typevar));
    case "CreateTrigStmt":
      // PostgreSQL replaces no constraint trigger.
      return tree.replace === true || tree.isconstraint === true
        ? []
        : [`${tree.trigname} is made without "or replace"`];
    case "CreatePolicyStmt":
      return /^[A-Z].* .*[^.]$/.test(String(tree.policy_name))
        ? []
        : [`the policy "${tree.policy_name}" is not named as a sentence`];
    case "GrantStmt":
      return tree.is_grant === true ? grantProblems(tree, revoked) : [];
    default:
      return [];
  }
}

function objectProblems(name: string, key: string, after: Statement[]): string[] {
  const problems = unqualified(name);
  const isCommented = after.some(({ kind, tree }) =>
    kind === "CommentStmt" && objectKeys([tree.object]).includes(key) && tree.comment
  );
  if (!isCommented) problems.push(`${name} has no comment`);
  const isRevoked = after.some(({ kind, tree }) =>
    kind === "GrantStmt" && tree.is_grant !== true && objectKeys(tree.objects).includes(key) &&
    NOBODY.every((role) => rolesOf(tree).includes(role))
  );
  if (!isRevoked) problems.push(`${name} lacks: revoke all on … from ${NOBODY.join(", ")}`);
  return problems;
}

function tableProblems(name: string, tree: Tree, after: Statement[]): string[] {
  const columns = ((tree.tableElts ?? []) as { ColumnDef?: { colname: string } }[])
    .flatMap(({ ColumnDef }) => ColumnDef ? [ColumnDef.colname] : []);
  const comments = after.filter(({ kind }) => kind === "CommentStmt")
    .flatMap(({ tree }) => objectKeys([tree.object]));
  const problems = columns.filter((column) => !comments.includes(`${name}.${column}`))
    .map((column) => `the column ${name}.${column} has no comment`);
  const isSecured = after.some(({ kind, tree }) =>
    kind === "AlterTableStmt" && relationName(tree.relation) === name &&
    JSON.stringify(tree.cmds).includes("AT_EnableRowSecurity")
  );
  if (!isSecured) problems.push(`${name} has no row level security`);
  return problems;
}

function grantProblems(tree: Tree, revoked: ReadonlySet<string>): string[] {
  return objectKeys(tree.objects).filter((key) => !revoked.has(key))
    .map((key) => `a right on ${key} is given before all are taken`);
}

function unqualified(name: string): string[] {
  return name.includes(".") ? [] : [`${name} is made without naming its schema`];
}

/** Objects as comments and grants name them, so that they can be compared with what was made. */
function objectKeys(objects: unknown): string[] {
  const keys: string[] = [];
  for (const object of (objects ?? []) as Tree[]) {
    const { ObjectWithArgs: called, RangeVar: relation, List: list, String: word } = object as {
      ObjectWithArgs?: { objname: unknown; objargs?: unknown };
      RangeVar?: unknown;
      List?: { items: unknown };
      String?: { sval: string };
    };
    if (called) keys.push(functionKey(called.objname, typeNames(called.objargs)));
    else if (relation) keys.push(relationName(relation));
    else if (list) keys.push(nameOf(list.items));
    else if (word) keys.push(word.sval);
  }
  return keys;
}

function functionKey(name: unknown, types: string[]): string {
  return `${nameOf(name)}(${types.join(", ")})`;
}

function inputTypes(parameters: unknown): string[] {
  const inputs = ((parameters ?? []) as { FunctionParameter: { mode: string; argType: Tree } }[])
    .map(({ FunctionParameter }) => FunctionParameter)
    .filter(({ mode }) => mode !== "FUNC_PARAM_OUT" && mode !== "FUNC_PARAM_TABLE");
  return typeNames(inputs.map(({ argType }) => ({ TypeName: argType })));
}

function typeNames(types: unknown): string[] {
  return ((types ?? []) as { TypeName: { names: unknown; arrayBounds?: unknown[] } }[])
    .map(({ TypeName }) => nameOf(TypeName.names) + "[]".repeat(TypeName.arrayBounds?.length ?? 0));
}

function relationName(relation: unknown): string {
  const { schemaname, relname } = (relation ?? {}) as { schemaname?: string; relname?: string };
  return schemaname === undefined ? `${relname}` : `${schemaname}.${relname}`;
}

function rolesOf(tree: Tree): string[] {
  const roles: string[] = [];
  walkTree(tree.grantees, (key, { rolename, roletype }) => {
    if (key === "RoleSpec") roles.push(roletype === "ROLESPEC_PUBLIC" ? "public" : `${rolename}`);
  });
  return roles;
}
