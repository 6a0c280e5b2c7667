import type { Finding } from "./finding.ts";
import type { RepositoryFile } from "./repository-files.ts";
import { checkFunctions } from "./sql/function-rules.ts";
import { checkObjects } from "./sql/object-rules.ts";
import { readSqlFile, type SqlFile, SqlSyntaxError } from "./sql/sql-file.ts";
import { checkStyle } from "./sql/style-rules.ts";
import { checkConditions, volatileFunctions } from "./sql/volatile-rules.ts";

/** Longest line of the schemas, in characters; texts in quotes do not count. */
const MAX_LINE = 140;
const SCHEMAS = "supabase/schemas/";
/** Migrations are generated, or frozen. */
const WRITTEN_SQL = /^(supabase\/(schemas|tests)|scripts|tests)\/.*\.sql$/;

/**
 * Checks the SQL that people write, with PostgreSQL's parser: how it looks everywhere, and in the schemas what stands
 * beside each object.
 */
export function checkSqlRules(files: RepositoryFile[]): Finding[] {
  const findings: Finding[] = [];
  const sqlFiles: SqlFile[] = [];
  for (const file of files.filter(({ path }) => WRITTEN_SQL.test(path))) {
    try {
      sqlFiles.push(readSqlFile(file));
    } catch (error) {
      if (!(error instanceof SqlSyntaxError)) throw error;
      findings.push({ file: file.path, line: error.line, message: error.message });
    }
  }
  const schemas = sqlFiles.filter(({ path }) => path.startsWith(SCHEMAS));
  const volatile = volatileFunctions(schemas);
  return [
    ...findings,
    ...sqlFiles.flatMap((file) => checkStyle(file, { maxLine: maxLine(file) })),
    ...checkObjects(schemas),
    ...schemas.flatMap((file) => [...checkFunctions(file), ...checkConditions(file, volatile)]),
  ];
}

/** Expectations of tests are not wrapped. */
function maxLine({ path }: SqlFile): number {
  return path.startsWith(SCHEMAS) ? MAX_LINE : Infinity;
}
