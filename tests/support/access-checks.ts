/** The access matrix in SQL, for any database that has the schemas. */

const folder = new URL("../../supabase/tests/database/", import.meta.url);

/** A check of the matrix: what it expects and what was found. */
export interface AccessCheck {
  title: string;
  expected: string;
  found: string;
}

/** The statements that make `tests.access_checks()` and `tests.access_gaps()`; run them in a transaction. */
export async function accessSql(): Promise<string> {
  const read = (name: string) => Deno.readTextFile(new URL(name, folder));
  // pgTAP is not everywhere, and these checks need none.
  const helpers = (await read("helpers.sql")).replace(/^create extension.*$/m, "");
  return [helpers, await read("access-matrix.psql"), await read("access-checks.sql")].join("\n");
}

/** Those checks that did not find what they expect, in words. */
export function broken(checks: AccessCheck[]): string[] {
  return checks.filter(({ expected, found }) => expected !== found)
    .map(({ title, expected, found }) => `${title}: expected ${expected}, found ${found}`);
}
