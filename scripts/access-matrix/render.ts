/** What a table of the public schema grants. A right maps a role to a cell. */
type Rights = Record<string, string>;

/** The access matrix, as it stands in `supabase/tests/access-matrix.json`. */
export interface AccessMatrix {
  roles: Record<string, string>;
  cells: Record<string, string>;
  tables: Record<string, {
    columns: Record<string, string[]>;
    select: Record<string, Rights>;
    update: Record<string, Rights>;
    insert: { columns: string[]; rights: Rights };
    delete: Rights;
  }>;
  machinery: Record<string, Rights | string>;
  functions: Record<string, { rights: Rights }>;
  internal: Record<string, string>;
  endpoints: { method: string; path: string; rights: Rights; body?: unknown }[];
}

/** Where the matrix is kept, relative to the repository. */
export const MATRIX_FILE = "supabase/tests/access-matrix.json";

/** The matrix as SQL for the database's tests. */
export function renderSql(matrix: string): string {
  return "-- Generated from supabase/tests/access-matrix.json by `deno task access`. Edit that file, not this one.\n\n" +
    `create table tests.matrix as select $matrix$${matrix.trim()}$matrix$::jsonb as content;\n`;
}

/** The matrix as the tables of SECURITY.md. */
export function renderMarkdown(matrix: AccessMatrix): string {
  const cell = (value: string) => value === "-" ? "" : value;
  const table = (first: string[], roles: string[], rows: [string[], Rights][]) =>
    [
      `| ${[...first, ...roles].join(" | ")} |`,
      `| ${[...first, ...roles].map(() => "---").join(" | ")} |`,
      ...rows.map(([names, rights]) =>
        `| ${[...names, ...roles.map((role) => cell(rights[role] ?? "-"))].join(" | ")} |`
      ),
    ].join("\n");
  const list = (entries: Record<string, string>) =>
    Object.entries(entries).filter(([name]) => name !== "about")
      .map(([name, text]) => `- \`${name}\`: ${text}`).join("\n");
  const database = ["anonymous", "guest", "viewer", "editor", "admin", "service"];

  const tableRows = Object.entries(matrix.tables).flatMap(([relation, facts]) => {
    const name = `\`${relation}\``;
    const rows: [string[], Rights][] = [];
    for (const verb of ["select", "update"] as const) {
      for (const [group, rights] of Object.entries(facts[verb])) {
        rows.push([[name, verb, group], rights]);
      }
    }
    const inserted = facts.insert.columns.map((column) => `\`${column}\``).join(", ");
    rows.push([[name, "insert", inserted], facts.insert.rights]);
    rows.push([[name, "delete", ""], facts.delete]);
    return rows;
  });
  const groups = Object.entries(matrix.tables).flatMap(([relation, facts]) =>
    Object.entries(facts.columns).map(([group, columns]) =>
      `- \`${relation}\`, ${group}: ${columns.map((column) => `\`${column}\``).join(", ")}`
    )
  );
  const machinery = Object.entries(matrix.machinery).filter(([verb]) => verb !== "about")
    .map(([verb, rights]): [string[], Rights] => [[verb], rights as Rights]);

  return [
    "#### Roles",
    list(matrix.roles),
    "An empty cell is a refusal; `none` reaches no row, `public` live rows in scope of public collections, `live` live rows in\nscope, `trash too` also deleted ones, `all` every row.",
    "#### Tables",
    table(["table", "verb", "columns"], database, tableRows),
    groups.join("\n"),
    "#### The schema `media_sync`",
    "Not exposed through the data API.",
    table(["verb on every table"], database, machinery),
    "#### Functions",
    "Every function named `media_sync_…` is the service's alone.",
    table(
      ["function"],
      database,
      Object.entries(matrix.functions).map(([name, { rights }]) => [[`\`${name}\``], rights]),
    ),
    "All of them run with the caller's rights. What needs the owner's is done by a function of the same name in `media_sync`.",
    `${matrix.internal.about}:`,
    list(matrix.internal),
    "#### Endpoints",
    table(
      ["method", "path"],
      Object.keys(matrix.roles),
      matrix.endpoints.map(({ method, path, rights }) => [[method, `\`${path}\``], rights]),
    ),
  ].join("\n\n");
}
