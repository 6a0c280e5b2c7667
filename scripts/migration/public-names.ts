/** What SQL of ours makes in the schema `public`, which belongs to the project and not to us. */

/** Names in `public`. */
export interface PublicNames {
  tables: { name: string; comment: string }[];
  indexes: string[];
  /** `name(types)`, as `comment on function` names it. */
  functions: string[];
  /** Of our tables. */
  policies: string[];
}

const NAME = String.raw`"?public"?\."?(\w+)"?`;
const TABLE = new RegExp(String.raw`create table (?:if not exists )?${NAME}`, "gi");
const INDEX = new RegExp(String.raw`create (?:unique )?index "?(\w+)"?\s+on "?public"?\.`, "gi");
const FUNCTION = new RegExp(String.raw`comment on function ${NAME}\s*\(([^)]*)\)`, "gi");
const POLICY = new RegExp(String.raw`create policy "([^"]+)"\s+on "?public"?\.`, "gi");
const COMMENT = new RegExp(String.raw`comment on table ${NAME}\s+is\s+'((?:[^']|'')*)'`, "gi");

/**
 * Finds what statements make in `public`. Every table and function of ours has its comment, which `deno task check` sees
 * to, so that comments name them all.
 *
 * @param sql Schema files or migrations, also those that the CLI generated.
 * @returns Each name once, sorted.
 */
export function publicNames(sql: string): PublicNames {
  const comments = new Map(
    [...sql.matchAll(COMMENT)].map(([, name, text]) => [name!, text!.replaceAll("''", "'")]),
  );
  return {
    tables: unique([...sql.matchAll(TABLE)].map(([, name]) => name!))
      .map((name) => ({ name, comment: comments.get(name) ?? "" })),
    indexes: unique([...sql.matchAll(INDEX)].map(([, name]) => name!)),
    policies: unique([...sql.matchAll(POLICY)].map(([, name]) => name!)),
    functions: unique(
      [...sql.matchAll(FUNCTION)].map(([, name, types]) => `${name}(${types!.trim()})`),
    ),
  };
}

/** Those of `names` that `known` has not. */
export function withoutKnown(names: PublicNames, known: PublicNames): PublicNames {
  const tables = new Set(known.tables.map(({ name }) => name));
  return {
    tables: names.tables.filter(({ name }) => !tables.has(name)),
    indexes: names.indexes.filter((name) => !known.indexes.includes(name)),
    policies: names.policies.filter((name) => !known.policies.includes(name)),
    functions: names.functions.filter((name) => !known.functions.includes(name)),
  };
}

function unique(names: string[]): string[] {
  return [...new Set(names)].sort();
}
