import { firstGuard, ledgerStatement, migrationName } from "./guards.ts";
import { publicNames } from "./public-names.ts";
import { schemaDigest, schemaDigestStatements } from "./schema-digest.ts";
import { type NamedText, schemaText } from "./schema-files.ts";

/** The one migration there is until release 0.1.0. */
export const FIRST_MIGRATION = "supabase/migrations/20261101000000_media_sync.sql";

/**
 * The first migration's text: its guard, the schema files, their digest, and its note in the ledger.
 *
 * @param files The schema files, in their order.
 * @returns The same text for the same files.
 */
export function firstMigration(files: readonly NamedText[]): string {
  const schemas = schemaText(files);
  const { version, name } = migrationName(FIRST_MIGRATION);
  return `-- Generated from supabase/schemas by \`deno task migration\`. Edit the schemas, not this file: until release
-- 0.1.0 it is generated anew with each change; from then on it is frozen.

${firstGuard(publicNames(schemas))}
${schemas}
${schemaDigestStatements(schemaDigest(files))}
${ledgerStatement(version, name, schemaDigest(files))}`;
}
