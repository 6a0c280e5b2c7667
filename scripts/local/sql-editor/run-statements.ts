/** Runs what somebody has typed, and makes of its rows what a page can show. */
import type { LocalDatabase, SqlRunner } from "../database.ts";

/** The last statement's rows, or why nothing of it was kept. */
export type SqlAnswer =
  | { columns: string[]; rows: unknown[][]; message: string }
  | { error: string };

/** More would make the page slow. */
const SHOWN_ROWS = 1_000;

/** What PostgreSQL refuses within a transaction. */
const alone =
  /^(vacuum|reindex|cluster|alter\s+system|(create|drop)\s+(database|(unique\s+)?index\s+concurrently))\b/i;

/**
 * Runs them in one transaction, so that a failure keeps none of them; PGlite's only session is left as it was.
 *
 * @param statements At least one.
 */
export async function runStatements(
  database: LocalDatabase,
  statements: string[],
): Promise<SqlAnswer> {
  const begun = performance.now();
  try {
    const [only = ""] = statements;
    const rows = statements.length === 1 && alone.test(only)
      ? await database.query(only)
      : await database.transaction((sql) => runInTransaction(sql, statements));
    const took = `${Math.round(performance.now() - begun)} ms`;
    const columns = Object.keys(rows[0] ?? {});
    const shown = rows.slice(0, SHOWN_ROWS);
    return {
      columns,
      rows: shown.map((row) => columns.map((column) => printable(row[column]))),
      message: rows.length > shown.length
        ? `The first ${SHOWN_ROWS} of ${rows.length} rows, ${took}`
        : `${rows.length} ${rows.length === 1 ? "row" : "rows"}, ${took}`,
    };
  } catch (error) {
    return { error: describe(error) };
  }
}

async function runInTransaction(sql: SqlRunner, statements: string[]) {
  const [before] = await sql.query<Record<string, string>>(
    "select current_setting('search_path') as path, current_setting('TimeZone') as zone",
  );
  let rows: Record<string, unknown>[] = [];
  for (const statement of statements) rows = await sql.query(statement);
  // What somebody sets lasts as long as his statements: the session is everybody's.
  await sql.exec("reset session authorization; reset role; reset all");
  await sql.query(
    "select set_config('search_path', $1, false), set_config('TimeZone', $2, false)",
    [before!.path, before!.zone],
  );
  return rows;
}

function printable(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return `\\x${value.toHex()}`;
  return value ?? null;
}

/** As psql tells it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, detail, hint } = error as { code?: string; detail?: string; hint?: string };
  return [
    `${error.message}${code ? ` (${code})` : ""}`,
    ...(detail ? [`Detail: ${detail}`] : []),
    ...(hint ? [`Hint: ${hint}`] : []),
  ].join("\n");
}
