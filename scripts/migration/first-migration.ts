import { schemaDigest, schemaDigestStatements } from "./schema-digest.ts";
import { type NamedText, schemaText } from "./schema-files.ts";

/** The one migration there is until release 0.1.0. */
export const FIRST_MIGRATION = "supabase/migrations/20261101000000_media_sync.sql";

/**
 * The first migration's text: the schema files, and their digest.
 *
 * @param files The schema files, in their order.
 * @returns The same text for the same files.
 */
export function firstMigration(files: readonly NamedText[]): string {
  return `-- Generated from supabase/schemas by \`deno task migration\`. Edit the schemas, not this file: until release
-- 0.1.0 it is generated anew with each change; from then on it is frozen.

${schemaText(files)}
${schemaDigestStatements(schemaDigest(files))}`;
}
